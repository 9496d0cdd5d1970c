"""Cross-validation splitters that preserve the frequency of each label, for all target types.

The splitters convert targets to indicators, check sizes, and convert the groups of samples that
`_stratification` finds to training and test indices.
"""

import warnings

import numpy as np
from sklearn.model_selection import BaseCrossValidator, BaseShuffleSplit, ShuffleSplit
from sklearn.model_selection import train_test_split as _plain_train_test_split
from sklearn.utils import check_random_state

from skmultilabel_nn._targets.codec import learn_targets
from skmultilabel_nn._utils.checks import check_boolean, check_integer, check_option
from skmultilabel_nn._utils.docstrings import inherit_docstring
from skmultilabel_nn._utils.indexing import num_samples, take_rows

from ._stratification import stratified_groups


class MultilabelStratifiedKFold(BaseCrossValidator):
    """K-fold splitter that preserves the frequency of each label.

    The folds come from iterative stratification [1]_ followed by exchanges of samples between
    folds, which leave fold sizes equal to plus or minus one row and most labels as evenly
    spread as whole rows allow.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds, at least 2.
    order : {1, 2}, default=1
        What is balanced: with 1 every label, with 2 also every pair of labels in the same
        sample [2]_, at the price of a little balance of the single labels and more time, which
        grows with the square of the number of labels per sample.
    shuffle : bool, default=False
        Whether samples and ties are taken in random order. Without it the folds depend on `y`
        alone and are the same at each call.
    random_state : int, RandomState instance or None, default=None
        Seed of the random order; only with ``shuffle=True``.

    See Also
    --------
    RepeatedMultilabelStratifiedKFold : Several different divisions into folds.
    MultilabelStratifiedShuffleSplit : Random splits of any size.

    Notes
    -----
    `y` may be of any type that the classifier accepts: label sets, an indicator (array, sparse
    matrix, DataFrame), 1-D classes. Where cells of an indicator are unknown (NaN), the positives
    and the known cells of each label are balanced.

    A label with fewer positives than folds is no error and no warning: rare labels are the rule
    in multi-label data. Its positives go to different folds where other labels allow it.

    References
    ----------
    .. [1] Sechidis, K., Tsoumakas, G., Vlahavas, I. (2011). On the stratification of
       multi-label data. ECML PKDD, LNCS 6913, 145-158.
    .. [2] Szymański, P., Kajdanowicz, T. (2017). A network perspective on stratification of
       multi-label data. PMLR 74, 22-35.

    Examples
    --------
    >>> import numpy as np
    >>> from skmultilabel_nn.model_selection import MultilabelStratifiedKFold
    >>> X = np.zeros((6, 1))
    >>> y = [{"sea"}, {"sea"}, {"sun"}, {"sun"}, {"sea", "sun"}, {"sea", "sun"}]
    >>> for train, test in MultilabelStratifiedKFold(n_splits=2).split(X, y):
    ...     print(sorted(sorted(y[i]) for i in test))
    [['sea'], ['sea', 'sun'], ['sun']]
    [['sea'], ['sea', 'sun'], ['sun']]
    """

    def __init__(self, n_splits=5, *, order=1, shuffle=False, random_state=None):
        shuffle = check_boolean("shuffle", shuffle)
        if not shuffle and random_state is not None:
            raise ValueError(
                f"random_state={random_state!r} has no effect with shuffle=False: "
                "set shuffle=True or omit random_state."
            )
        self.n_splits = check_integer("n_splits", n_splits, minimum=2)
        self.order = check_option("order", order, (1, 2))
        self.shuffle = shuffle
        self.random_state = random_state

    def get_n_splits(self, X=None, y=None, groups=None):
        """Return the number of folds; the arguments are ignored."""
        return self.n_splits

    def split(self, X, y=None, groups=None):
        """Yield the indices of training and test samples, one pair per fold.

        Parameters
        ----------
        X : array-like, DataFrame, sparse matrix or dict of these, n_samples rows, or None
            Only its number of samples is used.
        y : target of any type, n_samples rows
            Target to stratify by.
        groups : object, default=None
            Ignored, with a warning.

        Yields
        ------
        train : ndarray of int
            Training samples, ascending.
        test : ndarray of int
            Samples of the fold, ascending.

        Raises
        ------
        ValueError
            If `y` is missing, has another number of samples than `X`, or fewer samples than folds.
        """
        encoded = _indicator(self, X, y, groups)
        n_rows = encoded.Y.shape[0]
        if n_rows < self.n_splits:
            raise ValueError(
                f"Cannot make n_splits={self.n_splits} folds of {n_rows} rows: "
                "use fewer folds or more rows."
            )
        rng = check_random_state(self.random_state if self.shuffle else 0)
        sizes = np.full(self.n_splits, n_rows // self.n_splits)
        sizes[: n_rows % self.n_splits] += 1
        fold = stratified_groups(encoded.Y, sizes, rng, known=encoded.known, order=self.order)
        for number in range(self.n_splits):
            yield np.flatnonzero(fold != number), np.flatnonzero(fold == number)


class RepeatedMultilabelStratifiedKFold(BaseCrossValidator):
    """Repeat `MultilabelStratifiedKFold`, each time with other folds.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds, at least 2.
    n_repeats : int, default=10
        Number of divisions into folds.
    order : {1, 2}, default=1
        Balance labels, or with 2 also pairs of labels.
    random_state : int, RandomState instance or None, default=None
        Seed of all repetitions.

    See Also
    --------
    MultilabelStratifiedKFold : One division, with notes on the target and the method.

    Examples
    --------
    >>> import numpy as np
    >>> from skmultilabel_nn.model_selection import RepeatedMultilabelStratifiedKFold
    >>> y = np.tile(np.eye(3, dtype=int), (10, 1))
    >>> cv = RepeatedMultilabelStratifiedKFold(n_splits=2, n_repeats=3, random_state=0)
    >>> [y[test].sum(axis=0).tolist() for _, test in cv.split(y, y)]
    [[5, 5, 5], [5, 5, 5], [5, 5, 5], [5, 5, 5], [5, 5, 5], [5, 5, 5]]
    """

    def __init__(self, n_splits=5, *, n_repeats=10, order=1, random_state=None):
        self.n_splits = check_integer("n_splits", n_splits, minimum=2)
        self.n_repeats = check_integer("n_repeats", n_repeats, minimum=1)
        self.order = check_option("order", order, (1, 2))
        self.random_state = random_state

    def get_n_splits(self, X=None, y=None, groups=None):
        """Return the number of train and test pairs, ``n_splits * n_repeats``."""
        return self.n_splits * self.n_repeats

    @inherit_docstring(MultilabelStratifiedKFold.split)
    def split(self, X, y=None, groups=None):
        """Yield the indices of training and test samples, fold by fold of each repetition."""
        rng = check_random_state(self.random_state)
        for _ in range(self.n_repeats):
            folds = MultilabelStratifiedKFold(
                self.n_splits, order=self.order, shuffle=True, random_state=rng
            )
            yield from folds.split(X, y, groups)


class MultilabelStratifiedShuffleSplit(BaseShuffleSplit):
    """Random splits of any size that preserve the frequency of each label.

    Parameters
    ----------
    n_splits : int, default=10
        Number of splits, each drawn from all samples.
    test_size : float, int or None, default=None
        Share or number of test samples; None for what `train_size` leaves, or 0.1.
    train_size : float, int or None, default=None
        Share or number of training samples; None for what `test_size` leaves.
    order : {1, 2}, default=1
        Balance labels, or with 2 also pairs of labels.
    random_state : int, RandomState instance or None, default=None
        Seed of all splits.

    See Also
    --------
    MultilabelStratifiedKFold : Folds, with notes on the target and the method.
    train_test_split : The same for one split of arrays.

    Examples
    --------
    >>> import numpy as np
    >>> from skmultilabel_nn.model_selection import MultilabelStratifiedShuffleSplit
    >>> y = np.tile(np.eye(3, dtype=int), (10, 1))
    >>> cv = MultilabelStratifiedShuffleSplit(n_splits=2, test_size=0.2, random_state=0)
    >>> [y[test].sum(axis=0).tolist() for train, test in cv.split(y, y)]
    [[2, 2, 2], [2, 2, 2]]
    """

    def __init__(self, n_splits=10, *, test_size=None, train_size=None, order=1, random_state=None):
        n_splits = check_integer("n_splits", n_splits, minimum=1)
        super().__init__(
            n_splits, test_size=test_size, train_size=train_size, random_state=random_state
        )
        self.order = check_option("order", order, (1, 2))

    @inherit_docstring(MultilabelStratifiedKFold.split)
    def split(self, X, y=None, groups=None):
        """Yield the indices of training and test samples.

        Yields
        ------
        train : ndarray of int
            Training samples, in random order.
        test : ndarray of int
            Test samples, in random order.

        Raises
        ------
        ValueError
            If `y` is missing, has another number of samples than `X`, or the sizes do not fit.
        """
        encoded = _indicator(self, X, y, groups)
        n_rows = encoded.Y.shape[0]
        n_train, n_test = _shuffle_sizes(n_rows, self.test_size, self.train_size)
        sizes = [n_train, n_test, n_rows - n_train - n_test]
        rng = check_random_state(self.random_state)
        for _ in range(self.n_splits):
            group = stratified_groups(
                encoded.Y, sizes[: 2 + (sizes[2] > 0)], rng, known=encoded.known, order=self.order
            )
            shuffled = rng.permutation(n_rows)
            yield shuffled[group[shuffled] == 0], shuffled[group[shuffled] == 1]


def train_test_split(
    *arrays, test_size=None, train_size=None, random_state=None, shuffle=True, stratify=None
):
    """Split arrays into training and test samples, stratified by a target of any type.

    Parameters
    ----------
    *arrays : array-like, DataFrame, sparse matrix, list, or dict of these
        Data to split, each with n_samples rows.
    test_size : float, int or None, default=None
        Share or number of test samples; None for what `train_size` leaves, or 0.25.
    train_size : float, int or None, default=None
        Share or number of training samples; None for what `test_size` leaves.
    random_state : int, RandomState instance or None, default=None
        Seed of the split.
    shuffle : bool, default=True
        As in scikit-learn; a stratified split needs True.
    stratify : target of any type, n_samples rows, or None, default=None
        Target whose labels are to be equally frequent in both parts; None calls
        :func:`sklearn.model_selection.train_test_split`.

    Returns
    -------
    parts : list of length ``2 * len(arrays)``
        Training and test samples of each array in turn, each of the type that was given.

    Raises
    ------
    ValueError
        If there is no array, the numbers of samples differ, the sizes do not fit, or
        ``shuffle=False`` is asked for with `stratify`.

    Examples
    --------
    >>> from skmultilabel_nn.model_selection import train_test_split
    >>> texts = ["a", "b", "c", "d", "e", "f", "g", "h"]
    >>> y = [{"x"}, {"x"}, {"x"}, {"x"}, {"y", "z"}, {"y", "z"}, {"y", "z"}, {"y", "z"}]
    >>> texts_train, texts_test, y_train, y_test = train_test_split(
    ...     texts, y, stratify=y, test_size=0.5, random_state=0
    ... )
    >>> sorted(sorted(labels) for labels in y_test)
    [['x'], ['x'], ['y', 'z'], ['y', 'z']]
    """
    if stratify is None:
        return _plain_train_test_split(
            *arrays,
            test_size=test_size,
            train_size=train_size,
            random_state=random_state,
            shuffle=shuffle,
        )
    if not arrays:
        raise ValueError("Nothing to split: give at least one array besides stratify.")
    if not shuffle:
        raise ValueError("A stratified split draws rows at random: leave shuffle=True.")
    if test_size is None and train_size is None:
        test_size = 0.25
    splitter = MultilabelStratifiedShuffleSplit(
        1, test_size=test_size, train_size=train_size, random_state=random_state
    )
    lengths = [num_samples(array) for array in arrays]
    if len(set(lengths)) > 1:
        raise ValueError(f"All arrays must have the same number of rows, got {lengths}.")
    train, test = next(splitter.split(arrays[0], stratify))
    return [take_rows(array, rows) for array in arrays for rows in (train, test)]


def _indicator(splitter, X, y, groups):
    """Check the arguments of `split`, and return `y` as an indicator with its known cells."""
    if groups is not None:
        warnings.warn(
            f"The groups parameter is ignored by {type(splitter).__name__}.",
            UserWarning,
            stacklevel=3,
        )
    if y is None:
        raise ValueError(f"{type(splitter).__name__} stratifies by y: give it to split(X, y).")
    _, encoded = learn_targets(y)
    if X is not None:
        check_same_samples(X, encoded)
    return encoded


def check_same_samples(X, target):
    """Raise ValueError if `X` and an encoded target differ in their number of samples."""
    if num_samples(X) != target.Y.shape[0]:
        raise ValueError(
            f"X has {num_samples(X)} rows and y has {target.Y.shape[0]}: they must describe the "
            "same samples."
        )


def _shuffle_sizes(n_rows, test_size, train_size):
    """Return the numbers of training and test samples by scikit-learn's own rules and checks."""
    plain = ShuffleSplit(1, test_size=test_size, train_size=train_size, random_state=0)
    train, test = next(plain.split(np.empty((n_rows, 0))))
    return len(train), len(test)
