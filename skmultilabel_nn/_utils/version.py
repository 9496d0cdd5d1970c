"""The version of the package, for what stores it."""

__version__ = "0.1.0"
