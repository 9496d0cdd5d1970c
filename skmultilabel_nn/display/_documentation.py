"""Docstrings of methods that add parameters to those of the template."""

import inspect
import re

_HEADER = "\n\nParameters\n----------\n"


def inherit_parameters(base):
    """Decorate a method so that its docstring is completed from that of the method it overrides.

    Parameters
    ----------
    base : callable
        The overridden method. Its entries document the parameters of the same name that the
        method does not document itself; what it returns and raises holds for the method, too.

    Returns
    -------
    callable
        The decorator.
    """

    def decorate(method):
        if method.__doc__ is None:  # python -OO
            return method
        summary, own, _ = _split(method.__doc__)
        _, inherited, other_sections = _split(base.__doc__)
        entries = inherited | own
        names = [name for name in inspect.signature(method).parameters if name in entries]
        parameters = "\n".join(entries[name] for name in names)
        method.__doc__ = "\n\n".join([f"{summary}{_HEADER}{parameters}", *other_sections]) + "\n"
        return method

    return decorate


def _split(docstring):
    """Split a numpydoc docstring into what stands before, within and behind its parameters."""
    summary, _, body = inspect.cleandoc(docstring).partition(_HEADER)
    parameters, *other_sections = body.split("\n\n", 1)
    entries = re.split(r"\n(?=\w)", parameters)
    return summary, {entry.split(" : ")[0]: entry for entry in entries}, other_sections
