"""Helpers for all packages; nothing here imports another package."""
