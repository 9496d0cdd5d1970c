"""Docstrings that are completed from those of a base class or of an overridden method."""

import inspect
import re

# In numpydoc's order.
_SECTIONS = ["Parameters", "Attributes", "Returns", "Yields", "Raises", "Warns", "See Also"]
_SECTIONS += ["Notes", "References", "Examples"]
# A title with its underline, or the beginning of an entry.
_TITLE, _ENTRY = re.compile(r"\n\n(\w[\w ]*)\n-+\n"), re.compile(r"\n(?=[\w*])")


def inherit_docstring(base):
    """Decorate a method or a class: complete its numpydoc docstring from that of another one.

    Parameters
    ----------
    base : callable
        The overridden method, or the base class. Its docstring gives the parameters (of those in
        the signature), the attributes and the other sections that the own docstring lacks.

    Returns
    -------
    callable
        The decorator.
    """

    def decorate(thing):
        if thing.__doc__ is None:  # python -OO
            return thing
        summary, own = _split(thing.__doc__)
        _, inherited = _split(base.__doc__)
        parameters = inherited.pop("Parameters", {}) | own.pop("Parameters", {})
        attributes = own.pop("Attributes", {})
        attributes = attributes | inherited.pop("Attributes", {}) | attributes  # own ones first
        documented = {name: entry for k, entry in parameters.items() for name in k.split(", ")}
        names = [name for name in inspect.signature(thing).parameters if name in documented]
        entries = dict.fromkeys(documented[name] for name in names)  # one may be of two parameters
        sections = {"Parameters": "\n".join(entries), "Attributes": "\n".join(attributes.values())}
        sections |= inherited | own
        titles = [t for t in sorted(sections, key=_SECTIONS.index) if sections[t]]
        texts = [f"{title}\n{'-' * len(title)}\n{sections[title]}" for title in titles]
        thing.__doc__ = "\n\n".join([summary, *texts]) + "\n"
        return thing

    return decorate


def _split(docstring):
    """Split a docstring into what stands before the sections, and {title: text or entries}."""
    summary, *parts = _TITLE.split(inspect.cleandoc(docstring))
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    for title in {"Parameters", "Attributes"} & set(sections):
        entries = _ENTRY.split(sections[title])
        names = [entry.split(" : ")[0].split("\n")[0].replace("*", "") for entry in entries]
        sections[title] = dict(zip(names, entries, strict=True))
    return summary, sections
