"""Training and validation samples, checked and encoded."""

from sklearn.utils.validation import check_consistent_length

from skmultilabel_nn._inputs.checks import check_inputs
from skmultilabel_nn._inputs.rescaling import cast_inputs, learn_rescaling
from skmultilabel_nn._targets.codec import learn_targets
from skmultilabel_nn._training.config import Samples
from skmultilabel_nn._utils.weights import normalized_weights, observed_mask, row_weights
from skmultilabel_nn.decision._prediction import resolve_threshold
from skmultilabel_nn.model_selection._stratification import stratified_validation_rows

from .defaults import standardizes
from .weights import training_weights


def resolve_validation_data(validation_data, X_val, y_val):
    """Return the validation data, given either as a tuple or as X_val and y_val.

    Raises
    ------
    ValueError
        If both were given, or only one of `X_val` and `y_val`.
    """
    if X_val is None and y_val is None:
        return validation_data
    if validation_data is not None or X_val is None or y_val is None:
        raise ValueError("Give validation_data=(X, y), or both X_val and y_val.")
    return X_val, y_val


def read_samples(estimator, X, y, sample_weight, *, classes, resume):
    """Check X, y and the weights, and learn the labels or compare them with those learned.

    Parameters
    ----------
    estimator : KerasMultiLabelClassifier
        Estimator on which the number and the names of the features are set or compared.
    X, y, sample_weight
        As given to `fit`.
    classes : array-like or None
        Vocabulary of the labels.
    resume : bool
        Whether the labels of the estimator's previous fit are used.

    Returns
    -------
    codec : TargetCodec
    samples : Samples
    rescaling : Rescaling or None
        What was done to X before it was cast; that of the previous fit, if there was one.
    """
    X = _check_X(estimator, X, reset=not resume)
    if resume:
        codec = estimator.targets_
        target = codec.encode(y)
    else:
        codec, target = learn_targets(y, classes=classes)
    check_consistent_length(X, target.Y)
    _tunes_threshold(estimator, codec)  # what is no threshold is refused before training
    weight = normalized_weights(codec.check_weights(sample_weight, X.shape[0]))
    rescaling = estimator.network_.rescaling if resume else None
    if not resume and standardizes(estimator):
        rescaling = learn_rescaling(X, estimator.dtype, row_weights(weight))
    X = cast_inputs(X, estimator.dtype, rescaling)
    return codec, Samples(X, target.Y, target.known, weight), rescaling


def split_validation(
    estimator, codec, samples, validation_data, rng, rescaling=None, *, validation_fraction=0.1
):
    """Return training samples and held-out samples, the latter None if not needed.

    Raises
    ------
    ValueError
        If `validation_data` has not the type or the shape of the training samples.
    """
    if validation_data is not None:
        return samples, _read_validation_data(estimator, codec, validation_data, rescaling)
    if not (estimator.early_stopping or _tunes_threshold(estimator, codec)):
        return samples, None
    held_out = stratified_validation_rows(
        samples.Y,
        observed_mask(samples.known, samples.weight, samples.Y.shape),
        validation_fraction,
        rng,
    )
    return samples.take(~held_out), samples.take(held_out)


def weight_for_training(estimator, codec, samples):
    """Return the samples with their final weights, made of sample, cell and class weights."""
    weights = training_weights(samples, codec, samples.weight, estimator.class_weight)
    return samples._replace(weight=weights[0], label_weights=weights[1])


def _check_X(estimator, X, *, reset):
    allow_nd = estimator.network is not None
    options = {"reset": reset, "allow_nd": allow_nd, "cast": not standardizes(estimator)}
    return check_inputs(estimator, X, dtype=estimator.dtype, **options)


def _tunes_threshold(estimator, codec):
    return codec.multilabel and resolve_threshold(estimator.threshold, codec).tuned


def _read_validation_data(estimator, codec, validation_data, rescaling):
    if not isinstance(validation_data, tuple) or len(validation_data) not in (2, 3):
        raise ValueError(
            "validation_data must be a tuple (X, y) or (X, y, sample_weight), got "
            f"{type(validation_data).__name__}."
        )
    X, y, *weight = validation_data
    X, target = _check_X(estimator, X, reset=False), codec.encode(y)
    check_consistent_length(X, target.Y)
    weight = normalized_weights(codec.check_weights(*weight, X.shape[0])) if weight else None
    X = cast_inputs(X, estimator.dtype, rescaling)
    return Samples(X, target.Y, target.known, weight)
