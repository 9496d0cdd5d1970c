"""Target forms of the tests of predictions."""

import numpy as np
import pandas as pd
import polars as pl
import scipy.sparse as sp

from tests.common import TARGET_FORMS, names_of_rows

# Learns the problem below in a moment.
LEARNING = {
    "hidden_layer_sizes": (16,),
    "epochs": 25,
    "batch_size": 16,
    "learning_rate": 0.02,
    "random_state": 0,
}
NAMES = ["cat", "ant", "bee"]  # not in alphabetical order
INDEX = [f"row {i}" for i in range(120)]


def written(form, Y):
    """Write `Y` in this form, with the names of labels and rows of these tests."""
    if form == "sets of integers":
        return names_of_rows(Y, set, np.arange(10, 13))
    y = TARGET_FORMS[form](Y, NAMES)
    return y.set_axis(INDEX) if isinstance(y, pd.DataFrame) else y


def as_indicator(answer, names):
    """Any answer as an int array whose columns are in the order of `names`."""
    if sp.issparse(answer):
        return answer.toarray()
    if isinstance(answer, pd.DataFrame | pl.DataFrame):
        return answer[list(names)].to_numpy()
    if answer.dtype == object:
        return np.array([[name in row for name in names] for row in answer], dtype=int)
    return answer
