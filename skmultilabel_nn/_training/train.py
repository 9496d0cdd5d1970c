"""Training: whole epochs of `model.train_step` as one compiled program over in-memory tensors."""

from skmultilabel_nn._backend import batches
from skmultilabel_nn._backend.program_cache import ProgramCache
from skmultilabel_nn.networks._serialization import describe

from .compilation import new_parts
from .config import Outcome
from .loop import TrainingLoop
from .one_cycle import MAX_LEARNING_RATE, OneCycle
from .trainer import Trainer

_TRAINERS = ProgramCache(limit=16)
# A program keeps the memory of its network's weights, and saves no more than seconds: not for
# networks of a quarter of a gigabyte.
_LARGEST_KEPT = 2**26


def train(model, rows, settings, rng, *, validation=None, optimizer_values=None):
    """Train a model from the weights that it has.

    Parameters
    ----------
    model : keras.Model
        Gives logits; not compiled. It may be trained itself, or only lend its weights.
    rows : Rows
        Training samples.
    settings : Settings
        How to train.
    rng : numpy.random.RandomState
        Decides the order of the rows.
    validation : Rows or None
        Samples on which the losses ``val_...`` are computed after each epoch.
    optimizer_values : dict or None
        State of the optimizer with which to go on; not used if it is of another class.

    Returns
    -------
    Outcome
    """
    parts = new_parts(
        optimizer=settings.optimizer,
        learning_rate=_learning_rate(settings, rows.X.shape[0]),
        loss=settings.loss,
        metrics=settings.metrics,
        multilabel=settings.multilabel,
    )
    if validation is not None:
        rows, validation = _alike(rows, validation)
    architecture = describe(model)
    weight_ndim = _weight_ndim(rows, validation)
    trainer = _trainer_for(model, architecture, parts, rows, settings, weight_ndim)
    goes_on = optimizer_values is not None and settings.learning_rate is None
    trainer.load(model, None if goes_on else parts.learning_rate, optimizer_values)
    run = TrainingLoop(trainer, rows, settings, rng, validation)
    history = run.train()
    values = trainer.values()
    # NaN may hide from the loss: ReLU makes it 0.
    weights = zip(trainer.model.variables, values, strict=True)
    run.check_finite("Weights are", (value for w, value in weights if w.trainable))
    state = values, trainer.optimizer_state() if settings.keeps_optimizer else None
    _TRAINERS.put(trainer.key, trainer)  # not reached by an error, whose trainer is not used again
    return Outcome(*state, history, run.callbacks, architecture)


def _learning_rate(settings, n_rows):
    if not settings.one_cycle:
        return settings.learning_rate
    n_steps = settings.epochs * -(-n_rows // min(settings.batch_size, n_rows))
    return OneCycle(settings.learning_rate or MAX_LEARNING_RATE, n_steps, settings.rise)


def _alike(rows, validation):
    """Give both samples the same storage: one program serves both."""
    X, Y = (batches.like(b, a) for a, b in zip(rows[:2], validation[:2], strict=True))
    if rows.X.dtype != X.dtype:  # small integers beside floats
        rows = rows._replace(X=rows.X.astype(X.dtype))
    return rows, validation._replace(X=X, Y=Y)


def _weight_ndim(*samples):
    weights = [rows.weight for rows in samples if rows is not None]
    return max(0 if weight is None else weight.ndim for weight in weights)


def _trainer_for(model, architecture, parts, rows, settings, weight_ndim):
    """Return a trainer that was kept, or a new one around the model."""
    x = batches.layout(rows.X, architecture.dtype, sparse_beyond=settings.sparse_beyond)
    y = batches.layout(rows.Y, architecture.dtype)
    network, compiled = architecture.key, parts.key()
    keeps = None not in (network, compiled) and model.count_params() <= _LARGEST_KEPT
    key = (network, compiled, x, y, weight_ndim) if keeps else None
    kept = key and _TRAINERS.take(key)
    if kept:
        return kept
    parts.compile(model)
    rate = parts.learning_rate
    return Trainer(model, x, y, weight_ndim, key, rate if isinstance(rate, OneCycle) else None)
