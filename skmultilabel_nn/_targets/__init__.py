"""Targets: from any type of y to an indicator and back."""
