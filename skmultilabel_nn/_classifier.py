"""The estimator: its parameters, their documentation, and training."""

import contextlib

from sklearn.base import BaseEstimator, ClassifierMixin

from ._prediction import PredictionMixin
from ._utils.arguments import explain_keras_arguments
from ._utils.checks import check_boolean
from ._utils.docstrings import inherit_docstring
from ._utils.nested_parameters import ParametersMixin
from .networks._storage import can_be_pickled, restored, storable


class KerasMultiLabelClassifier(ParametersMixin, PredictionMixin, ClassifierMixin, BaseEstimator):
    """Neural network for multi-label classification.

    The network outputs one logit per label, and the sigmoid of the logit is the probability of the
    label. With binary cross-entropy, each label is modeled as an independent Bernoulli variable,
    and predicted if its probability reaches a threshold. With a 1-D `y`, each sample has exactly
    one class, and the probabilities of the classes are computed by a softmax.

    Parameters
    ----------
    hidden_layer_sizes : int, tuple of int or "auto", default="auto"
        Number of units of each hidden layer of the default network; ``()`` makes it linear. "auto":
        see the table in the Notes.
    activation : str or callable, default="relu"
        Activation of the hidden layers: a Keras activation.
    dropout : float in [0, 1) or "auto", default="auto"
        Dropout rate of the hidden units. "auto": see the Notes.
    input_dropout : float in [0, 1) or "auto", default="auto"
        Dropout rate of the features. "auto": see the Notes.
    n_members : int or "auto", default="auto"
        Number of members of the packed ensemble. The members share all weight matrices except the
        last, each is trained with its own loss, and the mean of their probabilities is predicted
        (see `networks.MLP`). 1: no ensemble. "auto": see the Notes.
    n_bins : int or "auto", default="auto"
        Number of bins of the piecewise linear encoding of each dense feature, with which the
        default network learns thresholds of a feature as easily as trees do. 0: no encoding. The
        bin edges are quantiles of at most 20,000 samples. "auto": see the Notes.
    network : keras.Model, callable or None, default=None
        Network that replaces the default one. A Keras model, compiled or not, is copied with its
        weights in each fit and never changed. A callable
        ``(input_shape, n_outputs) -> keras.Model`` builds a new one; if it has `get_params`,
        searches tune ``network__...``. A final sigmoid or softmax is detected, and the loss is
        still computed from logits; without one, the outputs are taken to be logits. The optimizer
        and the loss of a compiled model are used.
    standardize : bool or "auto", default="auto"
        Whether features are scaled inside the model: dense ones to mean 0 and variance 1, softly
        clipped to 3 standard deviations, sparse ones by one common factor. Dense features whose
        values `dtype` cannot distinguish, such as times in milliseconds, are centered and scaled
        before the model. "auto": only for the default network.
    optimizer : str or keras.optimizers.Optimizer, default="auto"
        "auto": that of a compiled `network`, else see the Notes. An object is copied.
    learning_rate : float, keras.optimizers.schedules.LearningRateSchedule or None, default=None
        With `optimizer="auto"`, a number is the maximum of the one-cycle schedule; with any other
        optimizer a constant rate. None: the default of the optimizer; for "auto" see the Notes.
    loss : str, keras.losses.Loss or callable, default="auto"
        A name of `skmultilabel_nn.losses` or a Keras loss. "auto": that of a compiled `network`,
        else binary cross-entropy (categorical for 1-D `y`). Computed from logits where the loss
        has `from_logits`; other losses get probabilities.
    metrics : list of str or keras.metrics.Metric, default=None
        Further metrics for `history_`, from probabilities and with the weights of the loss.
    batch_size : int or "auto", default="auto"
        Number of samples per training step. The last, smaller batch is not dropped. "auto": see the
        Notes.
    epochs : int or "auto", default="auto"
        Number of passes over the samples. "auto": see the Notes.
    shuffle : bool, default=True
        Whether the samples are shuffled before each epoch.
    early_stopping : bool, default=False
        Whether to stop when `monitor` has not improved for `patience` epochs, and to restore the
        weights of the best epoch.
    validation_fraction : float in (0, 1), default=0.1
        Fraction of the samples, stratified by label, that is held out for early stopping and for
        tuning `threshold`. Not used with `validation_data`.
    monitor : str, default="val_loss"
        Key of `history_` that early stopping monitors: the loss, one of `metrics`, or a
        threshold-free score computed on at most 2000 of the held-out samples: "val_lrap",
        "val_average_precision" or "val_roc_auc" ("..._micro" for micro-averaging).
    patience : int, default=10
        Number of epochs without improvement after which training stops.
    callbacks : list of keras.callbacks.Callback, default=None
        Callbacks, copied in each fit (see `callbacks_`) and called as by `keras.Model.fit`.
    class_weight : dict, array-like of shape (n_labels,), "balanced" or None, default=None
        ``{label: weight of its positives}``, or one weight per label. "balanced": positives and
        negatives of each label have the same total weight.
    classes : array-like or None, default=None
        Vocabulary of the labels, in the order of the columns. None: the sorted labels of `y`, or
        its columns.
    threshold : float, array-like of shape (n_labels,), dict, str or DecisionRule, default=0.5
        A label is predicted if its probability is at least this: one number, one per label, or
        ``{label: number}`` (0.5 for those not named). Also a rule of `skmultilabel_nn.decision`
        or its name, such as "f1_micro", tuned on the held-out samples. Set after `fit`, it takes
        effect at once: a rule is then tuned on `held_out_`, in each call of `predict`. Not used for
        1-D `y`.
    warm_start : bool, default=False
        Whether `fit` reuses the network and the weights of the previous fit; parameters of the
        network itself, such as `hidden_layer_sizes`, are then ignored.
    jit_compile : bool or "auto", default="auto"
        Whether XLA compiles the training. "auto": if the training is long enough for that to pay,
        and no layer draws random numbers, as dropout does, which XLA does slowly on a CPU.
    dtype : {"float32", "float64"}, default="float32"
        Floating dtype of the default network.
    random_state : int, RandomState instance or None, default=None
        Determines initial weights, dropout, validation split and shuffling. Global random states
        are neither used nor changed.
    verbose : {0, 1}, default=0
        1 shows a progress bar.

    Attributes
    ----------
    classes_ : ndarray
        For multi-label `y`, ``[0, 1]`` for each label, shape (n_labels, 2), with which
        scikit-learn's scorers work for any number of labels. For 1-D `y`, the classes.
    label_names_ : ndarray of shape (n_labels,)
        Names of the labels, in the order of the columns of all outputs.
    model_ : keras.Model
        A copy of the trained network with a final sigmoid (softmax for 1-D `y`), for the input
        ``network_.cast_inputs(X)``. To load it: ``custom_objects=networks.custom_objects()``.
    network_ : FittedNetwork
        Configuration and weights of the network, from which predictions are computed.
    config_ : TrainingConfig
        All settings of the fit, with every "auto" resolved: `hidden_layer_sizes`, `dropout`,
        `epochs`, `learning_rate`, ..., and the `regime`, the column of the table in the Notes.
    targets_ : TargetCodec
        Type and vocabulary of `y`.
    history_ : dict of str to list of float
        The loss and each metric per epoch; with the prefix ``val_`` on held-out samples.
    loss_ : float
        Training loss of the last epoch.
    n_iter_ : int
        Number of epochs of the training.
    thresholds_ : ndarray of shape (n_labels,)
        The threshold of each label, if the decision rule consists of thresholds.
    callbacks_ : list of keras.callbacks.Callback
        The copies of `callbacks` that were called.
    held_out_ : ValidationPredictions or None
        Truth and predicted probabilities of the held-out samples.
    rule_ : DecisionRule or None
        The decision rule fitted for `threshold`; None for 1-D `y`.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, if `X` was a DataFrame.

    See Also
    --------
    sklearn.neural_network.MLPClassifier : Multi-layer perceptron of scikit-learn, for indicators.
    label_sets : Wraps label sets so that all of scikit-learn accepts them.

    Notes
    -----
    **Default settings.** `fit` resolves every "auto" by the type and the size of the training
    samples, and stores the result in `config_`. There are four regimes: "dense" for dense `X`;
    "sparse" for sparse `X`; "high_dimensional_sparse" for sparse `X` with more than 2048 features;
    and "many_rare_labels" if there are also more than 400 labels, with fewer than 50 samples per
    label on average. With ``n = n_samples``, ``d = n_features`` and ``L = n_labels``:

    ==================  ============  ============  =======================  ================
    parameter           dense         sparse        high_dimensional_sparse  many_rare_labels
    ==================  ============  ============  =======================  ================
    hidden_layer_sizes  (256, 256)    (256, 256)    (64,)                    ()
    linear part         no            yes [1]_      yes [1]_                 only
    dropout             800 / n [2]_  800 / n [2]_  0.5                      0
    input_dropout       0.5           0.4           0.1                      0
    n_members           3200 / L,     3200 / L,     3200 / L,                1
                        1 to 8        1 to 8        1 to 8
    n_bins              4096 / d,     0             0                        0
                        0 to 8 [3]_
    optimizer           Adam          Adam [4]_     Adam [4]_                SGD [5]_
    learning_rate [6]_  0.003         0.003         0.003                    0.003
    warmup              a quarter     a quarter     a quarter                a tenth
    batch_size          n / 40 [7]_   n / 40 [7]_   n / 40 [7]_              n / 40 [7]_
    epochs [8]_         30            30            10                       5
    ==================  ============  ============  =======================  ================

    .. [1] If ``d * L`` is at most 2**26, and `hidden_layer_sizes` is "auto": the logits of a linear
       model on the features are added to those of the network.
    .. [2] Between 0.2 and 0.4.
    .. [3] Rounded down; no encoding beyond 2048 features.
    .. [4] With one second moment for all weights from the features to one unit, to avoid
       overfitting rare features.
    .. [5] On rows scaled to norm 1. The weights start at 0, and their learning rates decrease with
       the fourth root of the number of samples with the feature, and with the label. This regime
       requires that ``d * L`` is at most 2**28, that `network`, `activation`, `dropout`,
       `n_members`, `optimizer`, `loss` and the learning-rate schedule are the default ones, and
       that all known cells of a sample have the same weight. `partial_fit` never starts in it.
    .. [6] The maximum of a one-cycle schedule over the whole training: a linear warmup from 0 and a
       cosine decay to 0. In `partial_fit`, and if a callback sets the learning rate, it is
       constant, 0.001.
    .. [7] The nearest power of 2 between 32 and 512.
    .. [8] Times sqrt(L / 100) for more than 100 labels, at most 2.5, and times 20,000 / n for more
       than 20,000 samples; at least 5. Always 5 for "many_rare_labels".

    **Reproducibility.** The same `random_state` gives the same weights, bit for bit, with the same
    number of cores. A layer of yours should keep its initializers as attributes, see the README.

    **Score.** `score` is the subset accuracy, as scikit-learn defines it; a label that was not seen
    in training counts as missed.

    Examples
    --------
    >>> from skmultilabel_nn import KerasMultiLabelClassifier
    >>> X = [[0.0, 0.1], [0.1, 1.0], [1.0, 0.2], [0.9, 1.0]] * 10
    >>> y = [set(), {"tall"}, {"wide"}, {"tall", "wide"}] * 10
    >>> clf = KerasMultiLabelClassifier(hidden_layer_sizes=(16,), random_state=0).fit(X, y)
    >>> clf.label_names_.tolist()
    ['tall', 'wide']
    >>> sorted(clf.predict([[1.0, 1.0]])[0])
    ['tall', 'wide']
    >>> clf.predict_proba([[1.0, 1.0]]).shape
    (1, 2)
    """

    _supports_all_target_types = True

    def __init__(
        self,
        hidden_layer_sizes="auto",
        activation="relu",
        *,
        dropout="auto",
        input_dropout="auto",
        n_members="auto",
        n_bins="auto",
        network=None,
        standardize="auto",
        optimizer="auto",
        learning_rate=None,
        loss="auto",
        metrics=None,
        batch_size="auto",
        epochs="auto",
        shuffle=True,
        early_stopping=False,
        validation_fraction=0.1,
        monitor="val_loss",
        patience=10,
        callbacks=None,
        class_weight=None,
        classes=None,
        threshold=0.5,
        warm_start=False,
        jit_compile="auto",
        dtype="float32",
        random_state=None,
        verbose=0,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.input_dropout = input_dropout
        self.n_members = n_members
        self.n_bins = n_bins
        self.network = network
        self.standardize = standardize
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.loss = loss
        self.metrics = metrics
        self.batch_size = batch_size
        self.epochs = epochs
        self.shuffle = shuffle
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.monitor = monitor
        self.patience = patience
        self.callbacks = callbacks
        self.class_weight = class_weight
        self.classes = classes
        self.threshold = threshold
        self.warm_start = warm_start
        self.jit_compile = jit_compile
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose

    @explain_keras_arguments
    def fit(self, X, y, sample_weight=None, validation_data=None, *, X_val=None, y_val=None):
        """Train the network.

        Parameters
        ----------
        X : array-like, sparse matrix or DataFrame of shape (n_samples, ...)
            Samples; with `network`, of any shape that it accepts.
        y : target
            Label sets: a list, tuple, object array or Series of sets, frozensets, lists or tuples.
            Or an indicator of 0 and 1, (n_samples, n_labels): an array, a sparse matrix, or a
            DataFrame whose columns are the labels; NaN marks an unknown label. Or 1-D classes.
        sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), default=None
            Weights of samples or of cells; only their ratios count.
        validation_data : tuple (X, y) or (X, y, sample_weight), default=None
            Held-out samples, instead of a `validation_fraction` of `X`.
        X_val, y_val : as X and y, default=None
            The same, to be transformed by ``Pipeline(steps, transform_input=["X_val"])``.

        Returns
        -------
        self : KerasMultiLabelClassifier

        Raises
        ------
        ValueError, TypeError
            If an argument or a parameter is not allowed, or the loss diverges. The estimator then
            keeps its previous state.
        """
        from ._fitting.fit import fit_estimator  # noqa: PLC0415 (loads Keras, which takes seconds)
        from ._fitting.samples import resolve_validation_data  # noqa: PLC0415 (likewise)

        validation_data = resolve_validation_data(validation_data, X_val, y_val)
        resume = check_boolean("warm_start", self.warm_start) and hasattr(self, "network_")
        with _new_state(self) as new:
            result = fit_estimator(new, X, y, sample_weight, validation_data, resume=resume)
            _set_fitted(new, result)
        return self

    @explain_keras_arguments
    @inherit_docstring(fit)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train one epoch, from the current weights if the estimator is fitted.

        The scaling and the bins of the features and the initial biases are computed from the first
        call, which should have as many samples as possible.

        Parameters
        ----------
        classes : array-like, default=None
            All labels that may occur; needed in the first call if `y` does not contain all of them.

        Raises
        ------
        ValueError, TypeError
            As `fit`; also for a label that is not in the vocabulary.
        """
        from ._fitting.fit import fit_estimator  # noqa: PLC0415 (loads Keras, which takes seconds)

        resume = hasattr(self, "network_")
        with _new_state(self) as new:
            result = fit_estimator(
                new, X, y, sample_weight, resume=resume, partial=True, classes=classes
            )
            _set_fitted(new, result)
        return self

    def __getstate__(self):
        state = {name: storable(value) for name, value in super().__getstate__().items()}
        if "callbacks_" in state:  # a callback with an open file must not prevent pickling
            state["callbacks_"] = list(filter(can_be_pickled, state["callbacks_"]))
        return state

    def __setstate__(self, state):
        super().__setstate__({name: restored(value) for name, value in state.items()})

    def __sklearn_clone__(self):
        # Keras cannot deep-copy a model with a layer that is not registered.
        twin = object.__new__(type(self))
        vars(twin).update({name: storable(value) for name, value in vars(self).items()})
        twin.callbacks = None
        cloned = super(KerasMultiLabelClassifier, twin).__sklearn_clone__()
        cloned.callbacks = self.callbacks  # what they refer to lives, and each fit copies them
        return cloned

    def __sklearn_is_fitted__(self):
        return hasattr(self, "network_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.input_tags.sparse = True
        return tags


def _set_fitted(estimator, result):
    estimator.network_ = result.network
    estimator.targets_ = result.codec
    estimator.label_names_ = result.codec.label_names
    estimator.classes_ = result.codec.classes
    estimator.config_ = result.config
    estimator.history_ = result.history
    losses = result.history.get("loss", [])  # none where a callback restored a finished run
    estimator.n_iter_ = len(losses)
    estimator.loss_ = losses[-1] if losses else float("nan")
    estimator.callbacks_ = result.callbacks
    estimator.held_out_ = result.held_out
    estimator.rule_ = result.rule


@contextlib.contextmanager
def _new_state(estimator):
    """Fit a copy that shares all attributes, and give its state to the estimator in one step.

    After an error, Ctrl-C included, the estimator is as it was; and a thread that predicts
    meanwhile sees the old fit or the new one, never a mixture.
    """
    work = object.__new__(type(estimator))
    work.__dict__.update(estimator.__dict__)
    yield work
    estimator.__dict__ = work.__dict__
