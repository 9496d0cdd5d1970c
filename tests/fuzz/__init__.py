"""Odd calls of everything public; see `calls.py`."""
