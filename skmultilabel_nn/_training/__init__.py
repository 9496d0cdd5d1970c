"""Training of a Keras model by compiled epochs."""
