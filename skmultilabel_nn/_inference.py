"""Prediction: one compiled function for all fits of an architecture, in bounded memory."""

import inspect
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import scipy.sparse as sp
from scipy.special import softmax

from skmultilabel_nn._backend import batches

from ._backend.loading import load_keras, load_tensorflow
from ._backend.program_cache import ProgramCache, compiled
from ._utils.version import __version__
from .networks._final_activation import with_probabilities
from .networks._introspection import parts_of, set_values
from .networks._serialization import describe, deserialize, serialize

# The number of what `FittedNetwork.__getstate__` gives. Another number for other content, and
# `__setstate__` reads all smaller ones: files are read by every later version.
PROTOCOL = 1

# A program keeps the model that was traced.
_PROGRAMS = ProgramCache(max_programs=16, max_weights=2**26)

# Numbers in one batch of inputs: enough for the products to be fast, and 8 MB in float32.
_NUMBERS_PER_BATCH = 2**21
# A sparse product looks up a row of weights for every stored value: a batch takes as many times
# the memory of its hidden layer as a row has values.
_SPARSE_ROWS_PER_BATCH = 256


class FittedNetwork:
    """What training made: the configuration of a network and the values of its variables.

    Plain text and arrays, from which the Keras model is rebuilt where it is needed; it is smaller
    than a pickled Keras model, faster to load, and skops can store it.

    Parameters
    ----------
    model : keras.Model
        Gives logits.
    values : list of ndarray
        All variables of the model, in its order.
    architecture : Architecture
        What else is to be known of the model.
    activation : {"sigmoid", "softmax"}
        What makes probabilities of the logits.
    input_shape : tuple of int
        Shape of one sample.
    dtype : str
        Floating dtype of X.
    max_dense_features : int or None
        Sparse rows of more columns reach the network as sparse batches; None: none do.
    optimizer_values : dict or None
        State of the optimizer, if training is to go on from it.
    """

    def __init__(
        self,
        model,
        values,
        architecture,
        *,
        activation,
        input_shape,
        dtype,
        max_dense_features=None,
        optimizer_values=None,
    ):
        self.config = architecture.config
        self.values = values
        self.activation = activation
        self.input_shape = tuple(input_shape)
        self.dtype = dtype
        self.max_dense_features = max_dense_features
        self.optimizer_values = optimizer_values
        # Only a model with code of the user is kept; the others may be training another fit.
        self._start(model if self.config is None else None, architecture)

    def _start(self, model, architecture):
        self._lock = threading.Lock()
        self._model = model
        self._architecture = architecture
        self._programs = {}
        self._tensors = None

    def __getstate__(self):
        """Return plain data only."""
        config = self.config or serialize(self._model)
        if config is None:
            raise TypeError(
                "This network cannot be stored: Keras cannot serialize it. Give every layer and "
                "model of yours a get_config method, see keras.saving.register_keras_serializable."
            )
        return {
            "protocol": PROTOCOL,
            "version": __version__,
            "config": config,
            "values": self.values,
            "activation": self.activation,
            "input_shape": list(self.input_shape),
            "dtype": self.dtype,
            "max_dense_features": self.max_dense_features,
            "optimizer_values": self.optimizer_values,
        }

    def __setstate__(self, state):
        """Rebuild from plain data; the model itself waits until it is needed.

        Raises
        ------
        ValueError
            If a later version stored it in a way that this version does not know.
        """
        state = dict(state)
        protocol, version = state.pop("protocol"), state.pop("version")
        if protocol > PROTOCOL:
            raise ValueError(
                f"This network was stored by skmultilabel_nn {version} in protocol {protocol}; "
                f"skmultilabel_nn {__version__} reads up to protocol {PROTOCOL}. Load it with "
                f"skmultilabel_nn {version} or later."
            )
        self.__dict__.update(state)
        self.input_shape = tuple(self.input_shape)
        self._start(None, None)

    def build(self):
        """Return a Keras model with the fitted values that gives logits."""
        load_keras()
        model = self._model
        if model is None:
            model = deserialize(self.config, self.input_shape)
        set_values(model, self.values)
        return model

    def build_with_probabilities(self):
        """Return a Keras model with the fitted values that gives probabilities, always."""
        model = self.build()
        for part in parts_of(model):
            if hasattr(part, "each_trains"):  # members of an ensemble, for a loss on logits
                part.each_trains = False
        names = {getattr(part, "name", None) for part in parts_of(model)}
        return with_probabilities(model, self.activation, names)

    def logits(self, X):
        """Compute the logits.

        Parameters
        ----------
        X : ndarray or csr_matrix of shape (n_samples, ...)

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
        """
        return self._by_batches(X, np.copyto)

    def probabilities(self, X):
        """Compute the probabilities.

        Parameters
        ----------
        X : ndarray or csr_matrix of shape (n_samples, ...)

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
            Strictly inside (0, 1).
        """
        return self._by_batches(X, _sigmoid if self.activation == "sigmoid" else _softmax)

    def _by_batches(self, X, write):
        """Return an array into which ``write(part_of_it, logits)`` puts each batch."""
        compute, n_per_batch = self._batches_of(X)
        n_rows = X.shape[0]
        first = compute(X[:n_per_batch])
        out = np.empty((n_rows, first.shape[1]), first.dtype)
        write(out[:n_per_batch], first)

        def one(start):
            rows = slice(start, start + n_per_batch)
            write(out[rows], compute(X[rows]))

        starts = range(n_per_batch, n_rows, n_per_batch)
        if starts:
            with ThreadPoolExecutor(_batches_at_a_time()) as pool:
                list(pool.map(one, starts))  # raises what a batch raised
        return out

    def _batches_of(self, X):
        """Return what computes the logits of a batch, and how many rows a batch may have."""
        program, layout, tensors = self._program_for(X)

        def compute(batch):
            if batch.shape[0] > 1:
                return program(*tensors, batches.piece(batch, layout)).numpy()
            # The product of one row is summed in another order than that of several, so that a row
            # would not be bit for bit what it is among others.
            return compute(_vstack([batch, batch]))[:1]

        if layout.sparse_batches:
            return compute, _SPARSE_ROWS_PER_BATCH
        return compute, max(2, _NUMBERS_PER_BATCH // int(np.prod(self.input_shape)))

    def _program_for(self, X):
        tf = load_tensorflow()
        with self._lock:
            if self._tensors is None:
                self._prepare(tf)
            dtype = self._architecture.dtype
            layout = batches.layout(X, dtype, max_dense_features=self.max_dense_features)
            if layout not in self._programs:
                self._programs[layout] = self._program(tf, layout)
            return self._programs[layout], layout, self._tensors

    def _prepare(self, tf):
        if self._architecture is None:
            self._architecture = describe(self.build())
        self._tensors = tuple(
            [tf.constant(self.values[i]) for i in positions]
            for positions in (self._architecture.trainable, self._architecture.fixed)
        )

    def _program(self, tf, layout):
        key = self._architecture.key
        if key is None:
            return _compile(tf, self.build, layout)
        n_weights = sum(value.size for value in self.values)
        make = partial(_compile, tf, self.build, layout)
        return _PROGRAMS.share((key, layout), make, n_weights)


def _compile(tf, build, layout):
    """Compile the network as a function of its weights, so that all fits can share it."""
    model = build()
    takes_training = "training" in inspect.signature(model.call).parameters
    training = {"training": False} if takes_training else {}

    def logits(trainable, non_trainable, x):
        x = tf.cast(x, layout.dtype)
        outputs, _ = model.stateless_call(trainable, non_trainable, x, **training)
        return tf.cast(outputs, layout.dtype)  # mixed precision computes in less

    def specs(variables):
        return [tf.TensorSpec(v.shape, v.dtype) for v in variables]

    signature = [
        specs(model.trainable_variables),
        specs(model.non_trainable_variables),
        batches.piece_signature(layout),
    ]
    return compiled(logits, signature)


def _batches_at_a_time():
    """Two, so that one's copies and sigmoid, for one core, meet the products of the other.

    One if TensorFlow has one core, as in a worker of many.
    """
    threads = load_tensorflow().config.threading.get_intra_op_parallelism_threads()
    return 1 if threads == 1 else 2


def _sigmoid(out, logits):
    """Write the sigmoid; numpy's exponential is several times as fast as `scipy.special.expit`."""
    np.negative(logits, out=out)
    with np.errstate(over="ignore"):  # to infinity, of which comes 0
        np.exp(out, out=out)
    out += 1
    _write_inside(out, np.reciprocal(out, out=out))


def _softmax(out, logits):
    _write_inside(out, softmax(logits, axis=1))


def _write_inside(out, probabilities):
    """Keep probabilities strictly inside (0, 1); float32 sigmoids are 1.0 from logit 17 on."""
    limits = np.finfo(out.dtype)
    np.clip(probabilities, limits.tiny, 1 - limits.epsneg, out=out)


def _vstack(rows):
    return sp.vstack(rows, format="csr") if sp.issparse(rows[0]) else np.concatenate(rows)
