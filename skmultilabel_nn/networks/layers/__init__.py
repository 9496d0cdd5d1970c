"""Keras layers of the built-in networks; importing one of them imports Keras."""
