"""One call of `fit` or `partial_fit`: check everything, train, then set the fitted attributes."""

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_consistent_length

from skmultilabel_nn._backend.loading import load_keras
from skmultilabel_nn._inference import FittedNetwork
from skmultilabel_nn._inputs.checks import check_inputs
from skmultilabel_nn._targets.codec import EncodedTarget, learn_targets
from skmultilabel_nn._training.compilation import compiled_parts
from skmultilabel_nn._training.config import Rows, Settings
from skmultilabel_nn._training.train import train
from skmultilabel_nn._training.validation_score import ValidationScore
from skmultilabel_nn._utils.checks import is_auto
from skmultilabel_nn._utils.weights import (
    check_weights,
    has_uniform_cell_weights,
    observed_mask,
    row_weights,
)
from skmultilabel_nn.decision._prediction import (
    ValidationPredictions,
    fitted_rule,
    resolve_threshold,
)
from skmultilabel_nn.metrics._scorer import threshold_free_metric
from skmultilabel_nn.model_selection._stratification import stratified_validation_rows
from skmultilabel_nn.networks._preparation import assemble, check_builder, start_at

from .built_in import built_in_network, sparse_beyond
from .defaults import choose, problem_of
from .parameters import check_parameters
from .recipe import Recipe, own_recipe
from .statistics import learn_statistics, scaling_statistics
from .weights import log_odds, training_weight


class Fit:
    """Trains an estimator.

    Parameters
    ----------
    estimator : KerasMultiLabelClassifier
        Whose parameters are read and whose fitted attributes are set.
    goes_on : bool
        Whether training goes on from the estimator's weights.
    partial : bool, default=False
        Whether to train one epoch only, on all samples.
    classes : array-like or None
        Vocabulary given to `partial_fit`.
    """

    def __init__(self, estimator, *, goes_on, partial=False, classes=None):
        check_parameters(estimator)
        self.estimator = estimator
        self.goes_on = goes_on
        self.partial = partial
        self.classes = estimator.classes if classes is None else classes
        # Not scikit-learn's shared generator for None: a fit changes nobody's random numbers.
        seed = estimator.random_state
        self.rng = np.random.RandomState() if seed is None else check_random_state(seed)

    def learn(self, X, y, sample_weight=None, validation_data=None):
        """Check the arguments, train and set the fitted attributes."""
        X = self._inputs(X, reset=not self.goes_on)
        self._learn_targets(X, y)
        weight = check_weights(sample_weight, *self._weight_shape(X))
        training, held_out = self._split(X, weight, validation_data)
        rows = self._training_rows(training)
        self.problem = problem_of(rows.X, rows.Y, plain_descent=self._may_descend_plainly(rows))
        model, optimizer_values = self._model(rows)
        outcome = self._train(model, rows, held_out, optimizer_values)
        self._set_attributes(model, outcome, held_out, X)

    def _inputs(self, X, *, reset):
        estimator = self.estimator
        load_keras()
        allow_nd = estimator.network is not None
        return check_inputs(estimator, X, reset=reset, dtype=estimator.dtype, allow_nd=allow_nd)

    def _learn_targets(self, X, y):
        if self.goes_on:
            self.codec = self.estimator.targets_
            self._check_classes()
            self.target = self.codec.encode(y)
        else:
            self.codec, self.target = learn_targets(y, classes=self.classes)
        check_consistent_length(X, self.target.Y)

    def _check_classes(self):
        """Refuse a vocabulary given to `partial_fit` that is not that of the first call."""
        given = None if not self.partial or self.classes is None else list(self.classes)
        names = self.codec.label_names.tolist()
        if given is not None and sorted(map(str, given)) != sorted(map(str, names)):
            raise ValueError(
                f"classes={given!r} is not the vocabulary of the first call, {names!r}. Leave "
                f"classes out, or call fit to start anew."
            )

    def _weight_shape(self, X):
        return X.shape[0], self.codec.n_outputs if self.codec.multilabel else None

    def _split(self, X, weight, validation_data):
        """Return training and held-out samples, each as ``(X, target, weight)``."""
        tunes_threshold = self._tunes_threshold()
        whole = (X, self.target, weight)
        if validation_data is not None:
            return whole, self._given_validation(validation_data)
        if not (self.estimator.early_stopping or tunes_threshold) or self.partial:
            return whole, None
        chosen = stratified_validation_rows(
            self.target.Y,
            observed_mask(self.target.known, weight, self.target.Y.shape),
            self.estimator.validation_fraction,
            self.rng,
        )
        return _rows(whole, ~chosen), _rows(whole, chosen)

    def _tunes_threshold(self):
        threshold = self.estimator.threshold
        return self.codec.multilabel and resolve_threshold(threshold, self.codec).tuned

    def _given_validation(self, validation_data):
        if not isinstance(validation_data, tuple) or len(validation_data) not in (2, 3):
            raise ValueError(
                "validation_data must be a tuple (X, y) or (X, y, sample_weight), got "
                f"{type(validation_data).__name__}."
            )
        X, y, *weight = validation_data
        X, target = self._inputs(X, reset=False), self.codec.encode(y)
        check_consistent_length(X, target.Y)
        weight = check_weights(weight[0], *self._weight_shape(X)) if weight else None
        return X, target, weight

    def _model(self, rows):
        """Build the network with its starting weights."""
        if self.goes_on:
            network = self.estimator.network_
            return network.build(), network.optimizer_values
        return self._new_model(rows), None

    def _new_model(self, rows):
        estimator = self.estimator
        scaled = estimator.network is None and estimator.standardize == "auto"
        shift = factor = scaling = None
        if scaled or estimator.standardize is True:
            shift, factor = scaling_statistics(rows.X, row_weights(rows.weight))
            scaling = "factor" if shift is None else "center"
        model = assemble(
            self._network(rows.X),
            rows.X.shape[1:],
            self.codec.n_outputs,
            seed=self.rng.randint(2**31),
            scaling=scaling,
            exclusive=not self.codec.multilabel,
            dtype=estimator.dtype,
        )
        if not isinstance(estimator.network, load_keras().Model):
            start_at(model, log_odds(rows.Y, rows.weight, multilabel=self.codec.multilabel))
        if not model.trainable_variables:
            raise ValueError(
                f"The network {model.name!r} has no weights to train: set trainable=True."
            )
        if scaling is not None:
            statistics = [w for w in (shift, factor) if w is not None]
            model.get_layer("input_scaling").set_weights(statistics)
        if not isinstance(estimator.network, load_keras().Model):  # which has its own
            learn_statistics(
                model,
                rows,
                row_weights(rows.weight),
                scaled=scaling is not None,
                batch_size=self._chosen("batch_size"),
            )
        return model

    def _may_descend_plainly(self, rows):
        """Whether network and training are ours to choose, and each label decides alone.

        Cells that weigh many times as much as others would make steps of that length.
        """
        estimator = self.estimator
        names = "hidden_layer_sizes", "dropout", "n_members"
        return (
            estimator.network is None
            and self.codec.multilabel
            and all(is_auto(getattr(estimator, name)) for name in names)
            and estimator.activation == "relu"
            and (is_auto(estimator.loss) or estimator.loss == "binary_crossentropy")
            and self._one_cycle(estimator.optimizer)
            and has_uniform_cell_weights(rows.weight)
        )

    def _network(self, X):
        network = self.estimator.network
        if network is None:
            return built_in_network(self.estimator, self.problem, X)
        if not isinstance(network, load_keras().Model):
            check_builder(network)
        return network

    def _train(self, model, rows, held_out, optimizer_values):
        estimator = self.estimator
        optimizer, loss = compiled_parts(estimator.network)
        optimizer = _or_own(estimator.optimizer, optimizer)
        one_cycle = self._one_cycle(optimizer)
        recipe = Recipe(optimizer)
        if is_auto(optimizer):
            built_in = estimator.network is None
            recipe = own_recipe(model, self.problem, built_in=built_in, one_cycle=one_cycle)
        rate = estimator.learning_rate
        settings = Settings(
            multilabel=self.codec.multilabel,
            epochs=1 if self.partial else self._chosen("epochs"),
            batch_size=self._chosen("batch_size"),
            optimizer=recipe.optimizer,
            learning_rate=recipe.learning_rate if rate is None else rate,
            one_cycle=one_cycle,
            rise=recipe.rise,
            loss=_or_own(estimator.loss, loss),
            metrics=estimator.metrics,
            callbacks=estimator.callbacks,
            early_stopping=estimator.early_stopping and not self.partial,
            monitor=estimator.monitor,
            patience=estimator.patience,
            validation_score=self._validation_score(held_out),
            shuffle=estimator.shuffle,
            verbose=estimator.verbose,
            jit_compile=estimator.jit_compile,
            sparse_beyond=self._sparse_beyond(model),
            keeps_optimizer=self.goes_on or estimator.warm_start or self.partial,
        )
        return train(
            model,
            rows,
            settings,
            self.rng,
            validation=None if held_out is None else self._training_rows(held_out),
            optimizer_values=None if one_cycle else optimizer_values,
        )

    def _sparse_beyond(self, model):
        return sparse_beyond(model) if self.estimator.network is None else None

    def _chosen(self, name):
        return choose(getattr(self.estimator, name), name, self.problem)

    def _one_cycle(self, optimizer):
        """Whether the learning rate is ours to vary: neither the user nor a callback does."""
        estimator, callbacks = self.estimator, load_keras().callbacks
        theirs = (callbacks.ReduceLROnPlateau, callbacks.LearningRateScheduler)
        return (
            is_auto(optimizer)
            and not self.partial
            and not callable(estimator.learning_rate)
            and not any(isinstance(c, theirs) for c in estimator.callbacks or ())
        )

    def _validation_score(self, held_out):
        """Return what `monitor` asks for beside the loss and the metrics."""
        estimator = self.estimator
        name = estimator.monitor.removeprefix("val_")
        scored = estimator.early_stopping and held_out is not None and self.codec.multilabel
        if not scored or name == estimator.monitor or threshold_free_metric(name) is None:
            return None
        _, target, weight = held_out
        return ValidationScore(name, target, self.codec, weight)

    def _training_rows(self, samples):
        X, target, weight = samples
        return Rows(
            X, target.Y, training_weight(target, self.codec, weight, self.estimator.class_weight)
        )

    def _set_attributes(self, model, outcome, held_out, X):
        estimator = self.estimator
        history = outcome.history
        if self.goes_on:
            history = {
                name: [*estimator.history_.get(name, []), *values]
                for name, values in history.items()
            }
        estimator.network_ = FittedNetwork(
            model,
            outcome.values,
            outcome.architecture,
            activation="sigmoid" if self.codec.multilabel else "softmax",
            input_shape=X.shape[1:],
            dtype=estimator.dtype,
            sparse_beyond=self._sparse_beyond(model),
            optimizer_values=outcome.optimizer_values,
        )
        estimator.targets_ = self.codec
        estimator.label_names_ = self.codec.label_names
        estimator.classes_ = self.codec.classes
        estimator.history_ = history
        estimator.n_iter_ = len(history["loss"])
        estimator.loss_ = history["loss"][-1]
        estimator.callbacks_ = outcome.callbacks
        estimator.held_out_ = self._held_out(held_out)
        estimator.rule_ = self._rule(estimator.held_out_)

    def _held_out(self, samples):
        if samples is None or not self.codec.multilabel:
            return None
        X, target, weight = samples
        probabilities = self.estimator.network_.probabilities(X)
        return ValidationPredictions(target.Y, target.known, weight, probabilities)

    def _rule(self, held_out):
        """Return the fitted rule; None for 1-D y, and in `partial_fit` if it had to be tuned."""
        if not self.codec.multilabel or (held_out is None and self._tunes_threshold()):
            return None
        return fitted_rule(self.estimator.threshold, self.codec, held_out)


def either(validation_data, X_val, y_val):
    """Return the validation data of two ways to give them.

    Raises
    ------
    ValueError
        If both were used, or one of the two halves is missing.
    """
    if X_val is None and y_val is None:
        return validation_data
    if validation_data is not None or X_val is None or y_val is None:
        raise ValueError("Give validation_data=(X, y), or both X_val and y_val.")
    return X_val, y_val


def _rows(samples, chosen):
    X, target, weight = samples
    known = None if target.known is None else target.known[chosen]
    weight = None if weight is None else weight[chosen]
    return X[chosen], EncodedTarget(target.Y[chosen], known), weight


def _or_own(given, own):
    """Choose between what the user gave and what a compiled network brings along."""
    return own if is_auto(given) and own is not None else given
