"""Label sets that cannot be sorted, since tools that sort them treat combinations as classes."""

_NO_ORDER = (
    "Label sets have no order. What sorts or encodes them (np.unique, LabelEncoder, "
    "compute_class_weight, scikit-learn's cross_val_predict and stratify=) would make one class of "
    "each combination of labels. Use cross_val_predict, train_test_split and the splitters of "
    "skmultilabel_nn.model_selection, or give y as an indicator; a.issubset(b) compares sets."
)


class LabelSet(frozenset):
    """Labels of one sample: a frozenset that cannot be sorted.

    ``<`` between sets tests for a proper subset, so Python sorts sets without an error, in an
    arbitrary order. Between two label sets, ``<`` and ``>`` raise a TypeError; everything else is
    as for a frozenset.

    Examples
    --------
    >>> from skmultilabel_nn import label_sets
    >>> sea, sea_and_sun = label_sets([["sea"], ["sea", "sun"]])
    >>> sea == {"sea"}, sea <= sea_and_sun, sea < {"sea", "sun"}
    (True, True, True)
    >>> sorted([sea_and_sun, sea])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    TypeError: Label sets have no order. ...
    """

    __slots__ = ()

    def __lt__(self, other):
        if isinstance(other, LabelSet):
            raise TypeError(_NO_ORDER)
        return super().__lt__(other)

    def __gt__(self, other):
        if isinstance(other, LabelSet):
            raise TypeError(_NO_ORDER)
        return super().__gt__(other)
