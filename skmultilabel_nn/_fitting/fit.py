"""One call of `fit` or `partial_fit`, from checked parameters to a fitted network."""

import dataclasses
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import check_random_state

from skmultilabel_nn._backend.loading import load_keras, memory_errors
from skmultilabel_nn._inference import FittedNetwork
from skmultilabel_nn._inference.token_ids import check_token_ids
from skmultilabel_nn._training.compilation import compiled_metrics
from skmultilabel_nn._training.config import TrainingConfig
from skmultilabel_nn._training.train import train
from skmultilabel_nn._training.validation_score import ValidationScore
from skmultilabel_nn._utils.text import format_value
from skmultilabel_nn.decision._prediction import (
    ValidationPredictions,
    fitted_rule,
    resolve_threshold,
)
from skmultilabel_nn.metrics._scorer import threshold_free_metric
from skmultilabel_nn.networks._introspection import n_token_ids

from .defaults import resolve_defaults
from .network import build_network
from .parameters import check_parameters
from .samples import read_samples, split_validation, weight_for_training


class FitResult(NamedTuple):
    """Fitted state that results from one call of `fit` or `partial_fit`.

    Attributes
    ----------
    network : FittedNetwork
    codec : TargetCodec
    config : TrainingConfig
    history : dict of str to list of float
    callbacks : list of keras.callbacks.Callback
        Copies of the user's callbacks that were called.
    held_out : ValidationPredictions or None
        Truth and probabilities of the held-out samples.
    rule : DecisionRule or None
        None for 1-D `y`, and in `partial_fit` for a rule that would have to be tuned.
    """

    network: FittedNetwork
    codec: Any
    config: TrainingConfig
    history: dict
    callbacks: list
    held_out: ValidationPredictions | None
    rule: Any


@memory_errors()
def fit_estimator(
    estimator,
    X,
    y,
    sample_weight=None,
    validation_data=None,
    *,
    resume=False,
    partial=False,
    classes=None,
):
    """Check parameters and data, train, and return the new fitted state.

    Parameters
    ----------
    estimator : KerasMultiLabelClassifier
        Estimator with the parameters. Only the number and the names of its features are set.
    X, y, sample_weight, validation_data
        As given to `fit`.
    resume : bool, default=False
        Whether training resumes from the estimator's weights.
    partial : bool, default=False
        Whether to train one epoch only, on all samples.
    classes : array-like or None
        Vocabulary given to `partial_fit`.

    Returns
    -------
    FitResult

    Raises
    ------
    ValueError, TypeError
        If a parameter or an argument is not allowed, or training diverges.
    """
    parameters = check_parameters(estimator)
    load_keras()
    rng = _random_state(parameters.random_state)
    codec, samples, rescaling = _read(
        estimator, X, y, sample_weight, classes, resume=resume, partial=partial
    )
    training, held_out = samples, None
    if not partial:
        training, held_out = split_validation(
            estimator,
            codec,
            samples,
            validation_data,
            rng,
            rescaling,
            validation_fraction=parameters.validation_fraction,
        )
    training = weight_for_training(estimator, codec, training)
    previous = estimator.config_ if resume else None
    config = resolve_defaults(
        parameters, training, multilabel=codec.multilabel, partial=partial, previous=previous
    )
    model = _network_to_train(estimator, training, config, rng, resume=resume)
    _check_token_ids(model, training, held_out)
    result = _train(estimator, codec, model, training, held_out, config, rng, resume=resume)
    network = _fitted_network(estimator, model, result, config, training, rescaling)
    predictions = _predict_held_out(network, held_out) if codec.multilabel else None
    return FitResult(
        network,
        codec,
        dataclasses.replace(config.summary(), monitor_mode=result.monitor_mode),
        _append_history(estimator.history_, result.history) if resume else result.history,
        result.callbacks,
        predictions,
        _fit_rule(estimator, codec, predictions),
    )


def _read(estimator, X, y, sample_weight, classes, *, resume, partial):
    """Check the data, and learn the labels or compare them with those of the previous fit."""
    vocabulary = estimator.classes if classes is None else classes
    codec, samples, rescaling = read_samples(
        estimator, X, y, sample_weight, classes=vocabulary, resume=resume
    )
    if resume and partial and vocabulary is not None:
        codec.check_classes(vocabulary)
    return codec, samples, rescaling


def _network_to_train(estimator, training, config, rng, *, resume):
    """Return a new network, or that of the previous fit with its weights."""
    if resume:
        return estimator.network_.build()
    return build_network(estimator, training, config, seed=rng.randint(2**31))


def _check_token_ids(model, training, held_out):
    n_tokens = n_token_ids(model)
    for samples in filter(None, (training, held_out)):
        check_token_ids(samples.X, n_tokens)


def _train(estimator, codec, model, training, held_out, config, rng, *, resume):
    metrics = estimator.metrics
    # A new cycle of the learning rate starts with a new optimizer.
    keep_optimizer = resume and not config.one_cycle
    return train(
        model,
        training,
        config,
        rng,
        validation=held_out and weight_for_training(estimator, codec, held_out),
        metrics=compiled_metrics(estimator.network) if metrics is None else metrics,
        callbacks=estimator.callbacks,
        validation_score=_validation_score(estimator, codec, held_out),
        optimizer_values=estimator.network_.optimizer_values if keep_optimizer else None,
    )


def _random_state(seed):
    # check_random_state(None) returns NumPy's global generator, which a fit must not change.
    if seed is None:
        return np.random.RandomState()
    try:
        return check_random_state(seed)
    except ValueError:
        raise ValueError(
            f"random_state: {format_value(seed)} cannot be used to seed a RandomState. Give None, "
            "an integer from 0 to 2**32 - 1 or a numpy.random.RandomState."
        ) from None


def _validation_score(estimator, codec, held_out):
    """Return the ranking score that `monitor` names, or None."""
    name = estimator.monitor.removeprefix("val_")
    scored = estimator.early_stopping and held_out is not None and codec.multilabel
    if not scored or name == estimator.monitor or threshold_free_metric(name) is None:
        return None
    return ValidationScore(name, held_out, codec, held_out.weight)


def _fitted_network(estimator, model, result, config, training, rescaling):
    return FittedNetwork(
        model,
        result.values,
        result.architecture,
        activation="sigmoid" if config.multilabel else "softmax",
        input_shape=training.X.shape[1:],
        dtype=estimator.dtype,
        max_dense_features=config.max_dense_features,
        optimizer_values=result.optimizer_values,
        rescaling=rescaling,
    )


def _append_history(previous, history):
    return {name: [*previous.get(name, []), *values] for name, values in history.items()}


def _predict_held_out(network, held_out):
    if held_out is None:
        return None
    probabilities = network.probabilities(held_out.X)
    return ValidationPredictions(held_out.Y, held_out.known, held_out.weight, probabilities)


def _fit_rule(estimator, codec, held_out):
    if not codec.multilabel:
        return None
    if held_out is None and resolve_threshold(estimator.threshold, codec).tuned:
        return None
    return fitted_rule(estimator.threshold, codec, held_out)
