"""Train a model: whole epochs of `train_step` as one compiled program over in-memory tensors."""

from skmultilabel_nn._backend import batches
from skmultilabel_nn._backend.program_cache import ProgramCache
from skmultilabel_nn.networks._serialization import describe

from .callbacks import monitor_mode
from .cell_weights import with_cell_weights
from .compilation import make_compile_arguments
from .compiled_model import CompiledModel
from .config import MAX_LEARNING_RATE, TrainingResult
from .loop import TrainingLoop
from .one_cycle import OneCycle

# Compiled models hold their weights and the moments of their optimizers in memory: together at most
# a gigabyte.
_COMPILED_MODELS = ProgramCache(max_programs=16, max_weights=2**26)


def train(
    model,
    samples,
    config,
    rng,
    *,
    validation=None,
    metrics=None,
    callbacks=None,
    validation_score=None,
    optimizer_values=None,
):
    """Train a model from its current weights.

    Parameters
    ----------
    model : keras.Model
        Model that outputs logits; not compiled. Either it is trained, or its weights are copied
        into a compiled model of the same architecture.
    samples : Samples
        Training samples.
    config : TrainingConfig
        Settings of the training.
    rng : numpy.random.RandomState
        Random state that determines the order of the samples.
    validation : Samples or None
        Samples on which the losses ``val_...`` are computed after each epoch.
    metrics : list of str or keras.metrics.Metric, or None
        Metrics to record.
    callbacks : list of keras.callbacks.Callback, or None
        Callbacks of the user.
    validation_score : ValidationScore or None
        Ranking score of the validation samples to record.
    optimizer_values : dict or None
        State of the optimizer from which to resume; ignored if it is of another class.

    Returns
    -------
    TrainingResult
    """
    arguments = make_compile_arguments(
        optimizer=config.optimizer,
        learning_rate=_learning_rate(config, samples.X.shape[0]),
        loss=config.loss,
        metrics=metrics,
        multilabel=config.multilabel,
        n_outputs=samples.Y.shape[1],
    )
    if validation is not None:
        samples, validation = _unify_weights(*_unify_storage(samples, validation))
    architecture = describe(model)
    weight_ndim = _weight_ndim(samples, validation)
    compiled = _compiled_model(model, architecture, arguments, samples, config, weight_ndim)
    resumes = optimizer_values is not None and config.learning_rate is None
    compiled.load(model, None if resumes else arguments.learning_rate, optimizer_values)
    loop = TrainingLoop(compiled, samples, config, rng, validation, callbacks, validation_score)
    history = loop.train()
    values = compiled.values()
    # ReLU turns NaN into 0, so the loss may stay finite.
    weights = zip(compiled.model.variables, values, strict=True)
    loop.check_finite("Weights", (value for w, value in weights if w.trainable))
    state = values, compiled.optimizer_state() if config.store_optimizer_state else None
    # Not reached after an error: then the compiled model is not used again.
    _COMPILED_MODELS.put(compiled.key, compiled, model.count_params())
    mode = None
    if config.early_stopping:
        mode = monitor_mode(config, compiled.metrics, validation_score)
    return TrainingResult(*state, history, loop.callbacks, architecture, mode)


def _learning_rate(config, n_samples):
    if not config.one_cycle:
        return config.learning_rate
    n_steps = config.epochs * -(-n_samples // min(config.batch_size, n_samples))
    return OneCycle(config.learning_rate or MAX_LEARNING_RATE, n_steps, config.warmup_fraction)


def _unify_storage(samples, validation):
    """Store validation samples as the training samples are, so that one program serves both."""
    X, Y = (batches.convert_like(b, a) for a, b in zip(samples[:2], validation[:2], strict=True))
    if samples.X.dtype != X.dtype:  # small integers and floats
        samples = samples._replace(X=samples.X.astype(X.dtype))
    return samples, validation._replace(X=X, Y=Y)


def _unify_weights(samples, validation):
    """Compute the weights of all cells if not both have label weights: one program serves both."""
    if (samples.label_weights is None) == (validation.label_weights is None):
        return samples, validation
    return with_cell_weights(samples), with_cell_weights(validation)


def _weight_ndim(*parts):
    weights = [samples.weight for samples in parts if samples is not None]
    return max(0 if weight is None else weight.ndim for weight in weights)


def _compiled_model(model, architecture, arguments, samples, config, weight_ndim):
    """Return a cached compiled model of this architecture, or compile the model."""
    x = batches.layout(samples.X, architecture.dtype, max_dense_features=config.max_dense_features)
    y = batches.layout(samples.Y, architecture.dtype)
    network, compiled_with = architecture.key, arguments.key()
    known = None not in (network, compiled_with)
    label_weights = samples.label_weights is not None
    key = (network, compiled_with, x, y, weight_ndim, label_weights) if known else None
    kept = key and _COMPILED_MODELS.take(key)
    if kept:
        return kept
    arguments.compile(model)
    rate = arguments.learning_rate
    return CompiledModel(
        model,
        x,
        y,
        weight_ndim,
        key,
        label_weights=label_weights,
        schedule=rate if isinstance(rate, OneCycle) else None,
        metrics=arguments.metrics,
        activation="sigmoid" if config.multilabel else "softmax",
        compile_model=arguments.compile,
    )
