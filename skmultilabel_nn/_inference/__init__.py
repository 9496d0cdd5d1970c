"""Prediction: one compiled function for all fits of an architecture, in bounded memory.

This module is what pickled estimators refer to: importing it, and unpickling, loads no TensorFlow.
"""

import copy
import threading

import numpy as np

from skmultilabel_nn._backend.loading import memory_errors, start_runtime
from skmultilabel_nn._inputs.rescaling import Rescaling, cast_inputs
from skmultilabel_nn._utils.version import __version__
from skmultilabel_nn.networks._storage import dereference, reference_code

from .batching import rows_per_batch, write_by_batches
from .probabilities import write_sigmoid, write_softmax
from .token_ids import check_token_ids

# The number of what `FittedNetwork.__getstate__` gives. Another number for other content, and
# `__setstate__` reads all smaller ones: files are read by every later version.
PROTOCOL = 1


class FittedNetwork:
    """Fitted network: its configuration and the values of its variables.

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
        State of the optimizer, to resume training.
    rescaling : Rescaling or None
        What happens to X before the network, where `dtype` does not hold X's differences.
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
        rescaling=None,
    ):
        self.config = architecture.config
        self._code = {}
        self.values = values
        self.activation = activation
        self.input_shape = tuple(input_shape)
        self.dtype = dtype
        self.max_dense_features = max_dense_features
        self.optimizer_values = optimizer_values
        self.rescaling = rescaling
        self.n_tokens = _programs().n_token_ids(model)
        # Only a model with code of the user is kept; the others may be training another fit.
        self._start(model if self.config is None else None, architecture)

    def _start(self, model, architecture):
        self._lock = threading.Lock()
        self._model = model
        self._architecture = architecture
        self._programs = {}
        self._tensors = None

    def __getstate__(self):
        """Return plain data, and references to classes and functions of the user's."""
        config, code = self.config, self._code
        if config is None:
            config, code = _programs().as_stored(self._model)
        return {
            "protocol": PROTOCOL,
            "version": __version__,
            "config": config,
            "code": reference_code(code),
            "values": self.values,
            "activation": self.activation,
            "input_shape": list(self.input_shape),
            "dtype": self.dtype,
            "max_dense_features": self.max_dense_features,
            "optimizer_values": self.optimizer_values,
            "n_tokens": self.n_tokens,
            "rescaling": None if self.rescaling is None else list(self.rescaling),
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
        rescaling = state.pop("rescaling")
        self.rescaling = None if rescaling is None else Rescaling(*rescaling)
        self._code = dereference(state.pop("code"))
        self.__dict__.update(state)
        self.input_shape = tuple(self.input_shape)
        self._start(None, None)

    def __deepcopy__(self, memo):
        """Copy also what cannot be stored for another process, as a lambda."""
        new = copy.copy(self) if self._model is None else self._shallow_copy()
        new.values = copy.deepcopy(self.values, memo)
        new.optimizer_values = copy.deepcopy(self.optimizer_values, memo)
        return new

    def _shallow_copy(self):
        new = object.__new__(type(self))
        vars(new).update(vars(self))
        new._start(_programs().copy_of(self._model, self.input_shape), None)
        return new

    def build(self):
        """Return a Keras model with the fitted values that gives logits."""
        programs = _programs()
        model = self._model
        if model is None:
            model = programs.deserialize(self.config, self.input_shape, self._code)
        programs.set_values(model, self.values)
        return model

    def build_with_probabilities(self):
        """Return a Keras model with the fitted values that gives probabilities, always."""
        programs = _programs()
        model = self.build()
        if self._model is not None:  # which may go on to train
            model = programs.copy_of(model, self.input_shape)
        return programs.add_probabilities(model, self.activation, self.input_shape)

    def cast_inputs(self, X):
        """Return samples as `logits` and `probabilities` take them.

        Parameters
        ----------
        X : ndarray or csr_matrix of shape (n_samples, ...)
            Checked, in their own dtype.

        Returns
        -------
        ndarray or csr_matrix
            In the network's dtype, or in that of small integers. Features whose differences the
            dtype does not hold, as those of times in milliseconds, are centered and scaled before.
        """
        return cast_inputs(X, self.dtype, self.rescaling)

    def logits(self, X):
        """Compute the logits, (n_samples, n_outputs), of an array or a CSR matrix."""
        return self._by_batches(X, np.copyto)

    def probabilities(self, X):
        """Compute the probabilities likewise, each strictly inside (0, 1)."""
        return self._by_batches(X, write_sigmoid if self.activation == "sigmoid" else write_softmax)

    def _by_batches(self, X, write):
        check_token_ids(X, self.n_tokens)
        programs = _programs()
        program, layout, weights = self._program_for(X, programs)

        def compute(batch):
            return program(*weights, programs.batches.to_batch(batch, layout)).numpy()

        batch_size = rows_per_batch(self.input_shape, sparse=layout.sparse_batches)
        with memory_errors():
            return write_by_batches(X, compute, write, batch_size, programs.n_prediction_threads())

    def _program_for(self, X, programs):
        with self._lock:
            if self._tensors is None:
                if self._architecture is None:
                    self._architecture = programs.describe(self.build())
                self._tensors = programs.weight_tensors(self.values, self._architecture)
            dtype = self._architecture.dtype
            layout = programs.batches.layout(X, dtype, max_dense_features=self.max_dense_features)
            if layout not in self._programs:
                key = self._architecture.key
                self._programs[layout] = programs.shared_program(
                    key, self.build, layout, sum(value.size for value in self.values)
                )
            return self._programs[layout], layout, self._tensors


def _programs():
    """Load what computes, which takes seconds where TensorFlow is not imported yet."""
    start_runtime()
    from . import programs  # noqa: PLC0415

    return programs
