"""Prediction methods of the classifier."""

from sklearn.metrics import accuracy_score
from sklearn.utils.validation import check_is_fitted

from ._inputs.checks import check_inputs, check_sample_shape
from ._utils.arguments import explain_keras_arguments
from ._utils.checks import check_integer
from .decision._prediction import decide_sparse, fitted_rule, top_k_labels
from .metrics._subset_accuracy import subset_accuracy


class PredictionMixin:
    """Methods of `KerasMultiLabelClassifier` that need a fitted network.

    Each works on one snapshot of the fitted attributes, so that a fit in another thread cannot
    change them in between.
    """

    @explain_keras_arguments
    def decision_function(self, X):
        """Compute the logits.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, ...)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples, n_labels) or (n_samples, n_classes)
            Above 0 where the probability is above 0.5. For 1-D `y` with two classes (n_samples,),
            the logit of the second against the first.
        """
        fitted, X = self._checked(X)
        logits = fitted.network_.logits(X)
        if not fitted.targets_.multilabel and logits.shape[1] == 2:
            return logits[:, 1] - logits[:, 0]
        return logits

    @explain_keras_arguments
    def predict_proba(self, X):
        """Compute the probability of each label.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, ...)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples, n_labels) or (n_samples, n_classes)
            Strictly between 0 and 1. For 1-D `y`, rows sum to 1.
        """
        fitted, X = self._checked(X)
        return fitted.network_.probabilities(X)

    @explain_keras_arguments
    def predict(self, X):
        """Predict the labels, in the type of `y`.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, ...)
            Samples.

        Returns
        -------
        ndarray, CSR matrix or DataFrame
            Label sets as a 1-D object array whose items are of the type given to `fit`; an
            indicator as int64 array, CSR matrix or DataFrame; 1-D classes as an array.
        """
        index = getattr(X, "index", None)
        fitted, X = self._checked(X)
        if not fitted.targets_.multilabel:
            return fitted.targets_.decode(fitted.network_.logits(X).argmax(axis=1))
        return fitted.targets_.decode(_predict_indicator(fitted, X), index=index)

    @explain_keras_arguments
    def predict_topk(self, X, k):
        """Find the most probable labels of each sample, batch by batch to save memory.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, ...)
            Samples.
        k : int
            Number of labels per sample, from 1 to n_labels.

        Returns
        -------
        labels : ndarray of shape (n_samples, k)
            Names of the labels (classes for 1-D `y`), the most probable first.
        probabilities : ndarray of shape (n_samples, k)
            Probabilities of these labels.

        Raises
        ------
        ValueError
            If `k` is out of range.
        """
        fitted, X = self._checked(X)
        n_labels = fitted.targets_.n_outputs
        k = check_integer("k", k, minimum=1, maximum=n_labels)
        columns, probabilities = top_k_labels(X, fitted.network_.probabilities, k, n_labels)
        return fitted.label_names_[columns], probabilities

    @explain_keras_arguments
    def score(self, X, y, sample_weight=None):
        """Compute the subset accuracy.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, ...)
            Samples.
        y : target
            True labels in any type that `fit` accepts. Unknown labels are ignored; labels that
            were not seen in training count as missed.
        sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), default=None
            Weights of samples or of cells; cells of weight zero are ignored.

        Returns
        -------
        float
            Share of samples whose labels are all predicted correctly.
        """
        fitted, X = self._checked(X)
        if not fitted.targets_.multilabel:
            predicted = fitted.targets_.decode(fitted.network_.logits(X).argmax(axis=1))
            y = fitted.targets_.class_labels(y)
            return accuracy_score(y, predicted, sample_weight=sample_weight)
        indicator = _predict_indicator(fitted, X)
        return subset_accuracy(y, indicator, fitted.targets_, sample_weight)

    @property
    def model_(self):
        """keras.Model: A copy of the trained network that outputs probabilities.

        If `network_.rescaling` is not None, its input is ``network_.cast_inputs(X)``.
        """
        return self._snapshot().network_.build_with_probabilities()

    @property
    def thresholds_(self):
        """ndarray of shape (n_labels,): The threshold of each label."""
        return _effective_rule(self._snapshot()).thresholds_

    def _checked(self, X):
        """Return a snapshot of the estimator and the checked samples."""
        fitted = self._snapshot()
        network = fitted.network_
        allow_nd = fitted.network is not None
        cast = network.rescaling is None
        X = check_inputs(fitted, X, reset=False, dtype=network.dtype, allow_nd=allow_nd, cast=cast)
        check_sample_shape(X, network.input_shape)
        return fitted, network.cast_inputs(X)

    def _snapshot(self):
        fitted = object.__new__(type(self))
        fitted.__dict__.update(self.__dict__)
        check_is_fitted(fitted)
        return fitted


def _predict_indicator(fitted, X):
    """Predict an indicator, sparse if `y` is sparse or label sets."""
    probabilities, n_labels = fitted.network_.probabilities, fitted.targets_.n_outputs
    if fitted.targets_.kind in ("sparse", "sets"):
        return decide_sparse(X, probabilities, _effective_rule(fitted), n_labels)
    return _effective_rule(fitted).decide(probabilities(X))


def _effective_rule(fitted):
    return fitted_rule(fitted.threshold, fitted.targets_, fitted.held_out_, fitted.rule_)
