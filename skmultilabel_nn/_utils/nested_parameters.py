"""Nested parameters, such as `network__hidden`, of values that have no parameters to set."""

import ast
import keyword

from sklearn.base import BaseEstimator

from .docstrings import inherit_docstring
from .text import format_value

_NETWORK = """\
network has no parameters that can be set, so {given} cannot be: it is {value}. Write a class with \
these parameters, whose object calls {function}, your function:

from sklearn.base import BaseEstimator

class Network(BaseEstimator):
    def __init__(self, {arguments}):
        {stored}

    def __call__(self, input_shape, n_outputs):
        return {function}(input_shape, n_outputs, {passed})

KerasMultiLabelClassifier(network=Network()) then has the parameters {given}."""


class ParametersMixin:
    """Explain in `set_params` what to write instead of nested parameters that do not exist."""

    @inherit_docstring(BaseEstimator.set_params)
    def set_params(self, **params):
        """Set the parameters of this estimator.

        Raises
        ------
        ValueError
            For a name that is no parameter, or a nested one of a value without parameters.
        """
        _check_nested_parameters(self.get_params(deep=False), params)
        return super().set_params(**params)


def _check_nested_parameters(current, parameters):
    nested = {}
    for name, value in parameters.items():
        outer, _, inner = name.partition("__")
        if inner and outer in current:  # scikit-learn refuses other names
            nested.setdefault(outer, {})[inner] = value
    for outer, inner in nested.items():
        value = parameters.get(outer, current[outer])
        if not hasattr(value, "set_params") or isinstance(value, type):
            raise ValueError(_message(outer, value, inner))


def _message(name, value, inner):
    given = ", ".join(f"{name}__{key}" for key in inner)
    if name == "network" and callable(value) and all(map(_is_argument, inner)):
        return _network_message(value, given, inner)
    if name == "network" and value is None:
        advice = "The default network's are those of the classifier, as hidden_layer_sizes is"
    elif name == "optimizer" and set(inner) == {"learning_rate"}:
        advice = "Write learning_rate=..., or give an optimizer object with that rate"
    elif name == "optimizer":
        advice = "Give an optimizer object with these values, as keras.optimizers.SGD(momentum=0.9)"
    else:
        advice = f"Set {name} itself"
    return (
        f"{name} has no parameters that can be set, so {given} cannot be: it is "
        f"{format_value(value)}. {advice}."
    )


def _network_message(function, given, inner):
    name = getattr(function, "__name__", "build")
    return _NETWORK.format(
        given=given,
        value=format_value(function),
        function=name if _is_argument(name) else "build",
        arguments=", ".join(f"{key}={_literal(value)}" for key, value in inner.items()),
        stored="\n        ".join(f"self.{key} = {key}" for key in inner),
        passed=", ".join(f"{key}=self.{key}" for key in inner),
    )


def _is_argument(name):
    return name.isidentifier() and not keyword.iskeyword(name)


def _literal(value):
    """Return a value as code, None if it is longer or no literal."""
    text = format_value(value, max_length=60)
    try:
        ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return "None"
    return text
