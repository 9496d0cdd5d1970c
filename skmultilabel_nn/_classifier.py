"""The estimator: its parameters, and each method as a few calls of the modules that do the work."""

import contextlib

from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils.validation import check_is_fitted

from ._inputs.checks import check_inputs, check_sample_shape
from ._utils.checks import check_integer
from .decision._prediction import decide_sparse, fitted_rule, top_k_labels
from .metrics._subset_accuracy import subset_accuracy


class KerasMultiLabelClassifier(ClassifierMixin, BaseEstimator):
    """Neural network for any number of labels per sample.

    The network gives one logit per label. Its sigmoid is the probability of that label, whatever
    the others are; trained with binary cross-entropy, each label is a Bernoulli variable of its
    own, and a threshold decides each alone. A 1-D `y` says instead that each sample has exactly
    one class: then the classes compete in a softmax, as in any other classifier.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int or "auto", default="auto"
        Units of each hidden layer of the built-in network; ``()`` makes it linear. "auto":
        (256, 256), for sparse `X` of more than 2048 features, as words are, (64,); for sparse `X`
        with a linear model beside it, if that is at most 2**26 weights, whose outputs are added to
        the logits. For words and more than 400 labels that have fewer than 50 samples each on
        average, a linear network on rows of length 1, trained by plain gradient descent, if that
        is at most 2**28 weights, if `network`, `activation`, `dropout`, `n_members`, `optimizer`,
        `loss` and the course of the learning rate are not given, and all known cells of a row
        weigh the same. Not where `partial_fit` starts, which cannot know how rare labels are.
    activation : str or callable, default="relu"
        Activation of the hidden layers, by its Keras name.
    dropout : float in [0, 1) or "auto", default="auto"
        Share of hidden units left out at random in each training step. "auto": 0.4, and
        800 / n_samples for more than 2000 samples; at least 0.2. 0.5 for words.
    input_dropout : float in [0, 1) or "auto", default="auto"
        Share of features left out at random in each training step. "auto": 0.5 for dense features,
        0.4 for sparse ones, 0.1 for words, 0 for the linear network of many rare labels.
    n_members : int or "auto", default="auto"
        Networks in the packed ensemble that the built-in network is: they share their weight
        matrices but for the last, each learns by its own error, and the mean of their
        probabilities counts (see `networks.MLP`). 1 is one plain network. "auto": 8, and
        3200 / n_labels for more than 400 labels.
    n_bins : int or "auto", default="auto"
        Bins of the piecewise linear encoding that the built-in network puts beside each dense
        feature, so that it learns thresholds of a feature as trees do. 0 for none. "auto": 8, and
        4096 / n_features for more than 512 features (none beyond 2048). The bins' ends are
        quantiles of at most 20,000 samples.
    network : keras.Model, callable or None, default=None
        What takes the place of the built-in network. A Keras model, compiled or not, is copied
        with its weights at each fit and never changed. A callable
        ``(input_shape, n_outputs) -> keras.Model`` makes a new one; if it has `get_params`,
        searches tune ``network__...``. A sigmoid or softmax at the end is recognized, and
        training still happens on logits; without one, the outputs are taken to be logits. A
        compiled model brings its optimizer and loss along.
    standardize : bool or "auto", default="auto"
        Whether features are scaled inside the model: dense ones to mean 0 and variance 1, sparse
        ones by one common factor. "auto": for the built-in network only.
    optimizer : str or keras.optimizers.Optimizer, default="auto"
        "auto": that of a compiled `network`, else Adam with one cycle of the learning rate over
        the whole training: it rises linearly in the first quarter, then falls to 0 as a cosine
        does. In the built-in network for sparse `X`, all weights from the features to one unit
        have one step size in common, so that rare features are not learnt by heart. The linear
        network of many rare labels is trained without Adam: its weights start at 0, and the step
        of each falls with the fourth root of how many samples have its feature, and its label;
        the learning rate rises in the first tenth. Without the cycle in `partial_fit`, and where a
        callback sets the learning rate. An object is copied.
    learning_rate : float, keras.optimizers.schedules.LearningRateSchedule or None, default=None
        None: that of the optimizer; for "auto" 0.003, the top of its cycle, and 0.001 in
        `partial_fit`. A number is the top
        of the cycle for "auto", and a constant rate for every other optimizer.
    loss : str, keras.losses.Loss or callable, default="auto"
        A name in `skmultilabel_nn.losses` or a Keras loss. "auto": that of a compiled `network`,
        else binary cross-entropy (categorical for 1-D `y`). Computed from logits where the loss
        has `from_logits`; other losses are given probabilities.
    metrics : list of str or keras.metrics.Metric, default=None
        What else `history_` records, from probabilities and with the weights of the loss.
    batch_size : int or "auto", default="auto"
        Samples per training step. "auto": the power of 2 nearest to n_samples / 40, within 32 and
        512. The last, smaller batch is not dropped.
    epochs : int or "auto", default="auto"
        Passes over the samples. "auto": 30, for words 10, times sqrt(n_labels / 100) for 100 to 625
        labels and 2.5 for more, times 20,000 / n_samples for more than 20,000 samples; at least 5.
        5 for the linear network of many rare labels.
    shuffle : bool, default=True
        Whether each epoch visits the samples in a new order.
    early_stopping : bool, default=False
        Whether to stop once `monitor` has not improved for `patience` epochs, and go back to the
        best epoch's weights.
    validation_fraction : float in (0, 1), default=0.1
        Share of the samples, stratified by label, that is set aside for early stopping and for a
        `threshold` that is tuned. Not used with `validation_data`.
    monitor : str, default="val_loss"
        The value of `history_` that early stopping watches: the loss, one of `metrics`, or a score
        that needs no threshold, computed on at most 2000 of the held-out samples: "val_lrap",
        "val_average_precision" or "val_roc_auc" ("..._micro" for the pooled cells).
    patience : int, default=10
        Epochs without improvement that early stopping allows.
    callbacks : list of keras.callbacks.Callback, default=None
        Copied at each fit (see `callbacks_`) and called as by `keras.Model.fit`.
    class_weight : dict, array-like of shape (n_labels,), "balanced" or None, default=None
        ``{label: weight of its positives}``, or one weight for each label. "balanced": positives
        and negatives of each label have the same total weight.
    classes : array-like or None, default=None
        The vocabulary, in the order of the columns. None: the sorted labels of `y`, or its
        columns.
    threshold : float, array-like of shape (n_labels,), dict, str or DecisionRule, default=0.5
        A label is predicted if its probability is at least this: one number, one per label, or
        ``{label: number}`` (0.5 for those not named). Also a rule of `skmultilabel_nn.decision`
        or its name, as "f1_micro", tuned on the held-out samples. Set after `fit`, it takes
        effect at once: a rule is then tuned on `held_out_`, by each `predict`. Not used for 1-D
        `y`.
    warm_start : bool, default=False
        Whether `fit` goes on from the network and the weights of the last one; parameters of the
        network itself, as `hidden_layer_sizes`, are then not looked at.
    jit_compile : bool or "auto", default="auto"
        Whether XLA compiles the training. "auto": if the training is long enough to repay it, and
        no layer draws random numbers, as dropout does, in which XLA is slow on a processor.
    dtype : {"float32", "float64"}, default="float32"
        Of the built-in network.
    random_state : int, RandomState instance or None, default=None
        Decides initial weights, dropout, validation split and order of the samples. Global random
        states are neither used nor changed.
    verbose : {0, 1}, default=0
        1 shows a progress bar.

    Attributes
    ----------
    classes_ : ndarray
        For multi-label `y`, ``[0, 1]`` for each label, (n_labels, 2): the form with which
        scikit-learn's scorers work for any number of labels. For 1-D `y`, the classes.
    label_names_ : ndarray of shape (n_labels,)
        Names of the labels, in the order of the columns of all outputs.
    model_ : keras.Model
        The trained network with a final sigmoid (softmax for 1-D `y`), a copy. Keras loads what it
        was saved to with ``custom_objects=skmultilabel_nn.networks.custom_objects()``.
    network_ : FittedNetwork
        Configuration and weights from which predictions are made.
    config_ : TrainingConfig
        All settings of the fit, with every "auto" resolved: `hidden_layer_sizes`, `dropout`,
        `epochs`, `learning_rate`, ..., and the `regime`, the row of the table in the Notes.
    targets_ : TargetCodec
        Form and vocabulary of `y`.
    history_ : dict of str to list of float
        The loss and each metric after each epoch; with ``val_`` in front, on held-out samples.
    loss_ : float
        Training loss of the last epoch.
    n_iter_ : int
        Epochs that were trained.
    thresholds_ : ndarray of shape (n_labels,)
        The threshold of each label, where the decision rule consists of thresholds.
    callbacks_ : list of keras.callbacks.Callback
        The copies of `callbacks` that were called.
    held_out_ : ValidationPredictions or None
        Truth and predicted probabilities of the held-out samples.
    rule_ : DecisionRule or None
        The decision rule that `threshold` asked for in `fit`; None for 1-D `y`.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, if `X` was a frame.

    See Also
    --------
    sklearn.neural_network.MLPClassifier : Takes an indicator only, and no Keras network.
    label_sets : Wraps label sets so that all of scikit-learn takes them.

    Notes
    -----
    The same `random_state` gives the same weights, bit for bit, in one process and with one number
    of threads. `score` is the share of samples whose labels are all right, as scikit-learn defines
    it; a label that was not seen in training counts as missed.

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

    def fit(self, X, y, sample_weight=None, validation_data=None, *, X_val=None, y_val=None):
        """Train the network.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, ...)
            Samples; with `network`, of any shape that it takes.
        y : target
            Label sets: a list, tuple, object array or Series of sets, frozensets, lists or tuples.
            Or an indicator of 0 and 1, (n_samples, n_labels): an array, a sparse matrix or a frame
            whose columns are the labels; NaN marks an unknown label. Or 1-D classes.
        sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), default=None
            Weights of samples or of cells. The loss is divided by the sum of the weights.
        validation_data : tuple (X, y) or (X, y, sample_weight), default=None
            Held-out samples, in place of those that `validation_fraction` sets aside.
        X_val, y_val : as X and y, default=None
            The same under scikit-learn's names, with which a pipeline can hand them through its
            steps: ``Pipeline(steps, transform_input=["X_val"])``.

        Returns
        -------
        self : KerasMultiLabelClassifier

        Raises
        ------
        ValueError, TypeError
            If an argument or a parameter is not allowed, or the loss diverges. A fitted estimator
            is then left as it was.
        """
        from ._fitting.fit import fit_estimator  # noqa: PLC0415 (loads Keras, which takes seconds)
        from ._fitting.samples import resolve_validation_data  # noqa: PLC0415 (likewise)

        validation_data = resolve_validation_data(validation_data, X_val, y_val)
        resume = self.warm_start and hasattr(self, "network_")
        with _unchanged_by_errors(self):
            result = fit_estimator(self, X, y, sample_weight, validation_data, resume=resume)
            self._set_fitted(result)
        return self

    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train one epoch, going on from the present weights if there are any.

        The first call fixes the scaling and the bins of the features and where the biases start:
        give it as many samples as there are.

        Parameters
        ----------
        X, y
            As in `fit`.
        classes : array-like, default=None
            All labels that may come, needed in the first call if `y` does not have them all.
        sample_weight
            As in `fit`.

        Returns
        -------
        self : KerasMultiLabelClassifier

        Raises
        ------
        ValueError, TypeError
            As `fit`; also for a label that is not in the vocabulary.
        """
        from ._fitting.fit import fit_estimator  # noqa: PLC0415 (loads Keras, which takes seconds)

        resume = hasattr(self, "network_")
        with _unchanged_by_errors(self):
            result = fit_estimator(
                self, X, y, sample_weight, resume=resume, partial=True, classes=classes
            )
            self._set_fitted(result)
        return self

    def _set_fitted(self, result):
        self.network_ = result.network
        self.targets_ = result.codec
        self.label_names_ = result.codec.label_names
        self.classes_ = result.codec.classes
        self.config_ = result.config
        self.history_ = result.history
        self.n_iter_ = len(result.history["loss"])
        self.loss_ = result.history["loss"][-1]
        self.callbacks_ = result.callbacks
        self.held_out_ = result.held_out
        self.rule_ = result.rule

    def decision_function(self, X):
        """Compute the logits.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, ...)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples, n_labels) or (n_samples, n_classes)
            Above 0 where the probability is above 0.5. For 1-D `y` with two classes (n_samples,),
            the logit of the second against the first.
        """
        logits = self._logits(self._checked(X))
        if not self.targets_.multilabel and logits.shape[1] == 2:
            return logits[:, 1] - logits[:, 0]
        return logits

    def predict_proba(self, X):
        """Compute the probability of each label.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, ...)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples, n_labels) or (n_samples, n_classes)
            Strictly between 0 and 1. For 1-D `y`, rows sum to 1.
        """
        return self._probabilities(self._checked(X))

    def predict(self, X):
        """Predict the labels, in the form that `y` had.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, ...)
            Samples.

        Returns
        -------
        ndarray, csr matrix or frame
            Label sets as a 1-D object array whose items are of the kind given to `fit`; an
            indicator as int64 array, CSR or frame; 1-D classes as an array of them.
        """
        checked = self._checked(X)
        if not self.targets_.multilabel:
            return self.targets_.decode(self._logits(checked).argmax(axis=1))
        indicator = self._predict_indicator(checked)
        return self.targets_.decode(indicator, index=getattr(X, "index", None))

    def predict_topk(self, X, k):
        """Find the most probable labels of each sample, in memory that many labels do not need.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, ...)
            Samples.
        k : int
            How many labels, from 1 to n_labels.

        Returns
        -------
        labels : ndarray of shape (n_samples, k)
            Names of the labels (classes for 1-D `y`), the most probable first.
        probabilities : ndarray of shape (n_samples, k)
            Theirs.

        Raises
        ------
        ValueError
            If `k` is out of range.
        """
        checked = self._checked(X)
        n_labels = self.targets_.n_outputs
        k = check_integer("k", k, minimum=1, maximum=n_labels)
        columns, probabilities = top_k_labels(checked, self._probabilities, k, n_labels)
        return self.label_names_[columns], probabilities

    def score(self, X, y, sample_weight=None):
        """Compute the share of samples of which all labels are predicted right.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, ...)
            Samples.
        y : target
            True labels in any form that `fit` takes. Unknown labels do not count, labels that
            were not seen in training count as missed.
        sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), default=None
            Weights of samples or of cells; cells of weight zero do not count.

        Returns
        -------
        float
            In [0, 1].
        """
        check_is_fitted(self)
        if not self.targets_.multilabel:
            return accuracy_score(y, self.predict(X), sample_weight=sample_weight)
        indicator = self._predict_indicator(self._checked(X))
        return subset_accuracy(y, indicator, self.targets_, sample_weight)

    @property
    def model_(self):
        """keras.Model: The trained network, giving probabilities; a copy."""
        check_is_fitted(self)
        return self.network_.build_with_probabilities()

    @property
    def thresholds_(self):
        """ndarray of shape (n_labels,): The threshold of each label."""
        check_is_fitted(self)
        return self._effective_rule().thresholds_

    def __sklearn_is_fitted__(self):
        return hasattr(self, "network_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.input_tags.sparse = True
        return tags

    def _checked(self, X):
        check_is_fitted(self)
        X = check_inputs(
            self, X, reset=False, dtype=self.network_.dtype, allow_nd=self.network is not None
        )
        check_sample_shape(X, self.network_.input_shape)
        return X

    def _logits(self, X):
        return self.network_.logits(X)

    def _probabilities(self, X):
        return self.network_.probabilities(X)

    def _predict_indicator(self, X):
        """Decide for checked samples; sparse where the answer needs no cell of every label."""
        rule = self._effective_rule()
        if self.targets_.kind in ("sparse", "sets"):
            return decide_sparse(X, self._probabilities, rule, self.targets_.n_outputs)
        return rule.decide(self._probabilities(X))

    def _effective_rule(self):
        return fitted_rule(self.threshold, self.targets_, self.held_out_, self.rule_)


@contextlib.contextmanager
def _unchanged_by_errors(estimator):
    """Leave an estimator as it was if anything, Ctrl-C included, ends the block early."""
    before = vars(estimator).copy()
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise
