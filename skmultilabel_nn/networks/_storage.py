"""Keras objects as plain text, arrays and references to the user's code, for pickle and skops.

Importing this module loads no TensorFlow, so that stored estimators are read without it.

Both `pickle` and `copy` ask an object for `__reduce_ex__`; skops asks for `__getstate__` alone,
which is how the classes here give each what it can store.
"""

import pickle
import sys


class CodeReference:
    """A class or function of the user's that a stored network is made of.

    pickle stores it by its module and name, cloudpickle (joblib's workers) also by value; skops
    shows it among the types that are to be trusted.

    Parameters
    ----------
    code : type or function
    """

    def __init__(self, code):
        self.code = code

    def __reduce_ex__(self, protocol):
        """Leave it to the pickler whether the code can be stored."""
        return type(self), (self.code,)

    def __getstate__(self):
        """Return what skops stores, which looks for the code only when it loads."""
        module = sys.modules.get(self.code.__module__)
        if getattr(module, self.code.__name__, None) is not self.code:
            raise TypeError(
                f"{self.code.__qualname__!r}, of which the network is made, cannot be stored: it "
                f"is not found by its name in the module {self.code.__module__!r}. Define it by "
                f"def or class at the top level of a module."
            )
        return {"code": self.code}

    def __setstate__(self, state):
        """Read what skops stored."""
        self.__dict__.update(state)


def reference_code(code):
    """Return references to classes and functions, by their names."""
    return {name: CodeReference(value) for name, value in code.items()}


def dereference(references):
    """Return the classes and functions that `reference_code` was given."""
    return {name: reference.code for name, reference in references.items()}


class StoredKerasObject:
    """Keras object among the parameters of an estimator, while that is stored or copied.

    Keras's own pickles of a model cannot be read where one of its layers is not registered; and
    skops can store no model, optimizer or metric. What pickle and `copy` make of this object is
    the Keras object itself.

    Parameters
    ----------
    value : keras.Model, keras.layers.Layer, keras.optimizers.Optimizer or keras.metrics.Metric
    """

    def __init__(self, value):
        self.value = value

    def __reduce_ex__(self, protocol):
        """Return what builds the Keras object."""
        from ._serialization import as_stored_model

        stored = as_stored_model(self.value)
        if stored is None:
            return _unchanged, (self.value,)
        text, values, code = stored
        return _restore, (text, values, reference_code(code), False)

    def __getstate__(self):
        """Return what skops stores."""
        from ._serialization import as_stored_object

        text, values, code = as_stored_object(self.value)
        return {"text": text, "values": values, "code": reference_code(code)}

    def __setstate__(self, state):
        """Build the Keras object from what skops stored, without running code in the text."""
        self.value = _restore(state["text"], state["values"], state["code"], True)


def _unchanged(value):
    return value


def _restore(text, values, references, safe_mode):
    from ._serialization import restore

    return restore(text, values, dereference(references), safe_mode=safe_mode)


def storable(value):
    """Return a parameter as pickle, `copy` and skops can store it; the same for most.

    Parameters
    ----------
    value : object
        Any parameter of an estimator.
    """
    keras = sys.modules.get("keras")  # without Keras there are no Keras objects
    if keras is None:
        return value
    if isinstance(value, list | tuple) and type(value) in (list, tuple):
        return type(value)(map(storable, value))
    kinds = keras.layers.Layer, keras.optimizers.Optimizer, keras.metrics.Metric
    return StoredKerasObject(value) if isinstance(value, kinds) else value


def restored(value):
    """Return a parameter as it was before `storable`, where the loader has not done so."""
    if isinstance(value, list | tuple) and type(value) in (list, tuple):
        return type(value)(map(restored, value))
    return value.value if isinstance(value, StoredKerasObject) else value


def can_be_pickled(value):
    """Return whether pickle stores an object, as it does no open or closed file."""
    try:
        pickle.dumps(value)
    except Exception:  # whatever the object's own methods raise
        return False
    return True
