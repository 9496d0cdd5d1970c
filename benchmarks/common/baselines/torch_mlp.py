"""What a skorch user writes for a multi-label problem."""

import torch
from skorch import NeuralNet


class Perceptron(torch.nn.Module):
    """Multi-layer perceptron that returns logits."""

    def __init__(self, n_features, n_labels, hidden=(100,)):
        super().__init__()
        sizes = (n_features, *hidden)
        layers = []
        for a, b in zip(sizes[:-1], sizes[1:], strict=True):
            layers += [torch.nn.Linear(a, b), torch.nn.ReLU()]
        self.layers = torch.nn.Sequential(*layers, torch.nn.Linear(sizes[-1], n_labels))

    def forward(self, X):
        """Compute the logits."""
        return self.layers(X)


class SkorchClassifier(NeuralNet):
    """`skorch.NeuralNet` that predicts an indicator."""

    def predict(self, X):
        """Return the indicator."""
        return (self.predict_proba(X) >= 0.5).astype(int)
