"""Class labels that look like lists of labels written as one string."""

import re
import warnings
from collections import Counter

import numpy as np

from skmultilabel_nn._utils.text import format_value

_SEPARATORS = ("|", ";", ",", "\t", "\n", "/", "&", "+", " ")
_PLAIN = "|;\t\n"  # these stand within no ordinary name
_BRACKETS = {"[": "]", "(": ")", "{": "}"}
_ZEROS_AND_ONES = re.compile(r"[01]\.?([\s,;|]+[01]\.?)+")


def warn_of_joined_labels(values, rows, *, stacklevel):
    """Warn if strings look like "a|b", "a b" or "['a', 'b']", with code that splits them.

    Parameters
    ----------
    values : iterable of str
        Class labels.
    rows : str
        Code whose items are the rows of ``y``.
    stacklevel : int
        As of `warnings.warn`, seen from here.
    """
    distinct = {str(value).strip() for value in values}
    distinct.discard("")
    found = _find_code(sorted(distinct))
    if found is None:
        return
    example, code = found
    warnings.warn(
        f"The class labels in y look like joined label lists, such as {format_value(example, 60)}. "
        "They are trained as classes, one per combination. For one output per label split them: "
        f"`{code.format(rows=rows)}`.",
        UserWarning,
        stacklevel=stacklevel + 1,
    )


def _find_code(distinct):
    """Return an example and code that splits all values, or None if they are ordinary."""
    bracketed = [v for v in distinct if len(v) > 1 and _BRACKETS.get(v[0]) == v[-1]]
    if bracketed and 2 * len(bracketed) >= len(distinct):
        return bracketed[-1], _code_for_brackets([v[1:-1].strip() for v in bracketed])
    if distinct and all(map(_ZEROS_AND_ONES.fullmatch, distinct)):
        return distinct[-1], "[[int(cell) for cell in re.findall('[01]', s)] for s in {rows}]"
    for separator in _SEPARATORS:
        if _look_joined(distinct, separator):
            example = next(value for value in distinct if separator in value)
            if separator == " ":
                return example, "[set(s.split()) for s in {rows}]"
            quoted = separator.replace("\t", "\\t").replace("\n", "\\n")
            items = f'{{label.strip() for label in s.split("{quoted}") if label.strip()}}'
            return example, "[{" + items + "} for s in {rows}]"
    return None


def _code_for_brackets(contents):
    """Return code that splits values, given without their brackets."""
    contents = [content for content in contents if content]
    if any(re.search(r"""['"]""", content) for content in contents):
        quoted = r"""re.findall(r"'([^']*)'|\"([^\"]*)\"", s)"""
        return "[{{a or b for a, b in " + quoted + "}} for s in {rows}]"
    if all(re.fullmatch(r"[01]\.?([\s,]+[01]\.?)*", content) for content in contents):
        lengths = {len(re.findall("[01]", content)) for content in contents}
        if len(lengths) == 1:
            return "[[int(cell) for cell in re.findall('[01]', s)] for s in {rows}]"
    if all(re.fullmatch(r"-?\d+\.?([\s,]+-?\d+\.?)*", content) for content in contents):
        return r"[{{int(number) for number in re.findall(r'-?\d+', s)}} for s in {rows}]"
    split = 's[1:-1].split(",")'
    return "[{{label.strip() for label in " + split + " if label.strip()}} for s in {rows}]"


def _look_joined(values, separator):
    """Return whether some values are lists of labels; commas also stand within one."""
    pieces = [[piece.strip() for piece in value.split(separator)] for value in values]
    joined = [parts for parts in pieces if len([part for part in parts if part]) > 1]
    if not joined or separator in _PLAIN:
        return bool(joined)
    if all(part.replace(".", "").isdigit() for parts in joined for part in parts):
        return separator in ", "
    if separator == " ":
        return _look_joined_by_blanks(pieces, joined)
    spaced = any(", " in value for value in values)
    if separator == "," and not spaced:
        return True
    counts = Counter(piece for parts in pieces for piece in set(parts))
    recurring = [counts[piece] > 1 for piece in set().union(*joined)]
    return bool(np.mean(recurring) >= 0.5)


def _look_joined_by_blanks(pieces, joined):
    """Return whether a value consists of labels only, as "rust scab" beside "scab" and "rust".

    "light blue" beside "blue" and "dark green" beside "light green" do not: what stands at the
    front only, and nowhere alone, is an adjective.
    """
    alone = {parts[0] for parts in pieces if len(parts) == 1}
    first = {parts[0] for parts in joined}
    later = {part for parts in joined for part in parts[1:]}
    labels = alone | (first & later)
    return any(set(parts) <= labels for parts in joined)
