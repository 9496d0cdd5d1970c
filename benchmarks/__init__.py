"""Benchmarks of skmultilabel_nn: ``python -m benchmarks`` lists them."""
