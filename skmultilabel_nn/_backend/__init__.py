"""Keras, batches of tensors, and compiled programs."""
