"""The steps of fit before and after training."""
