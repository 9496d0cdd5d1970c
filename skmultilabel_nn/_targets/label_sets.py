"""Label sets that scikit-learn accepts."""

import numpy as np

from .decoding import decode_sets
from .label_set import LabelSet
from .reading import read_target
from .vocabulary import distinct_labels, label_name_array


def label_sets(y):
    """Wrap multi-label targets into an object array of frozensets that cannot be sorted.

    scikit-learn rejects lists of label lists wherever it checks ``y`` (``cv=5``, for instance); it
    accepts this array, with estimators and scorers that support it.

    Parameters
    ----------
    y : label sets, indicator, sparse matrix or DataFrame
        The labels of an array are its column indices, those of a DataFrame its column names.

    Returns
    -------
    sets : ndarray of frozenset, shape (n_samples,), dtype object

    Raises
    ------
    ValueError
        If ``y`` holds 1-D class labels, or unknown cells, which sets cannot express.

    See Also
    --------
    skmultilabel_nn.model_selection.cross_val_predict : Out-of-fold predictions.
    skmultilabel_nn.model_selection.train_test_split : One stratified split.

    Notes
    -----
    Searches, `cross_validate`, `cross_val_score`, `learning_curve`, `validation_curve`,
    `permutation_test_score` and `permutation_importance` of scikit-learn work with these sets. Its
    `cross_val_predict` does for ``method="predict"``; for probabilities it sorts the items of `y`
    to encode them as classes, and so do `train_test_split` with `stratify`, `LabelEncoder`,
    `compute_class_weight` and others. Plain sets and frozensets then silently result in one column
    for each *combination* of labels. The sets returned here raise a TypeError instead
    (`LabelEncoder` replaces it by its own, "Encoders require their input argument must be uniformly
    strings or numbers").

    Examples
    --------
    >>> from skmultilabel_nn import label_sets
    >>> label_sets([["a", "b"], ["b"], []]).tolist() == [{"a", "b"}, {"b"}, set()]
    True
    """
    reading = read_target(y)
    if reading.kind == "classes":
        raise ValueError(
            "y holds one class label per row, not label sets; a lone string is not a set of "
            f"characters. Wrap them, as in `[{{label}} for label in {reading.rows}]`, or split "
            "them first."
        )
    if reading.known is not None:
        raise ValueError("y has unknown cells (NaN), which label sets cannot express.")
    if reading.kind == "sets":
        distinct_labels(reading.values, reading.rows)
        items = map(LabelSet, reading.values)
        return np.fromiter(items, dtype=object, count=len(reading.values))
    names = label_name_array(reading.names or range(reading.values.shape[1]))
    return decode_sets(reading.values, names.tolist(), "label_set")
