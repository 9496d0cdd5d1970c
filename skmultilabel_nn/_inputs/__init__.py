"""Checks of X."""
