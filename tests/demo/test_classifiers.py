"""Candidates are comparable, and their grids can be set."""

from sklearn.base import clone

from skmultilabel_nn._demo.classifiers import make_candidates
from skmultilabel_nn._demo.cli import FULL, QUICK


def test_the_two_perceptrons_are_set_up_alike():
    _, built_in, other = make_candidates(FULL, 3)
    built_in, other = (candidate.pipeline[-1].get_params() for candidate in (built_in, other))
    for name in ("hidden_layer_sizes", "batch_size", "random_state"):
        assert built_in[name] == other[name]
    assert built_in["epochs"] == other["max_iter"]


def test_every_value_of_the_grids_is_a_parameter():
    for candidate in make_candidates(QUICK, 0):
        for name, values in candidate.grid.items():
            for value in values:
                pipeline = clone(candidate.pipeline)
                pipeline.set_params(**{f"classifier__{name}": value})
                assert pipeline.get_params()[f"classifier__{name}"] == value
