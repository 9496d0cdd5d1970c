"""Steps of `fit` before and after training."""
