"""Training of a Keras model in compiled epochs."""
