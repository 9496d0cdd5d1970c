"""Samples: checks of X."""
