"""Class labels that look like lists of labels written as one string."""

import re
import warnings
from collections import Counter

import numpy as np

from skmultilabel_nn._utils.text import format_value

_SEPARATORS = ("|", ";", ",", "\t", "\n", "/", "&", "+", " ")
_PLAIN = "|;\t\n"  # these stand within no ordinary name
_COLLECTION = re.compile(
    r"(?:set|frozenset|list|tuple|array)?(?:\[(.*)\]|\((.*)\)|\{(.*)\})", re.DOTALL
)
_ZEROS_AND_ONES = re.compile(r"[01]\.?([\s,;|]+[01]\.?)+")


def warn_of_joined_items(label_sets, rows, *, stacklevel):
    """Warn if label sets of one string each hold joined labels, as ``[["a|b"], ["a"]]`` does.

    Parameters
    ----------
    label_sets : sequence of collections of labels
    rows, stacklevel
        As in `warn_of_joined_labels`.
    """
    if all(len(row) == 1 and isinstance(next(iter(row)), str) for row in label_sets):
        strings = {next(iter(row)) for row in label_sets}
        code = f"[label for row in {rows} for label in row]"
        warn_of_joined_labels(strings, code, stacklevel=stacklevel + 1)


def warn_of_joined_labels(values, rows, *, stacklevel):
    """Warn if strings look like "a|b", "a b" or "['a', 'b']", with code that splits them.

    Parameters
    ----------
    values : iterable of str
        Class labels.
    rows : str
        Code whose items are the rows of ``y``.
    stacklevel : int
        As in `warnings.warn`, counted from this function.
    """
    distinct = {str(value).strip() for value in values}
    distinct.discard("")
    found = _find_code(sorted(distinct))
    if found is None:
        return
    example, code = found
    if code is None:
        advice = (
            "parse them, with json.loads or ast.literal_eval, and pass the set of the labels of "
            "each row."
        )
    else:
        imports = " (import re)" if "re." in code else ""
        advice = f"split them{imports}: `{code.format(rows=rows)}`."
    warnings.warn(
        f"The labels in y look like joined label lists, such as {format_value(example, 60)}. Each "
        f"combination is trained as a class of its own. For one output per label {advice}",
        UserWarning,
        stacklevel=stacklevel + 1,
    )


def _find_code(distinct):
    """Return an example and code that splits all values, or None if they are single labels.

    The code is None if values are other collections than lists, such as mappings.
    """
    bracketed = [value for value in distinct if _COLLECTION.fullmatch(value)]
    if bracketed and 2 * len(bracketed) >= len(distinct):
        return max(bracketed, key=len), _code_for_brackets(bracketed)
    if distinct and all(map(_ZEROS_AND_ONES.fullmatch, distinct)):
        return distinct[-1], _CODE_FOR_CELLS
    for separator in _SEPARATORS:
        if _look_joined(distinct, separator):
            example = next(value for value in distinct if separator in value)
            if separator == " ":
                return example, "[set(s.split()) for s in {rows}]"
            quoted = separator.replace("\t", "\\t").replace("\n", "\\n")
            items = f'{{label.strip() for label in s.split("{quoted}") if label.strip()}}'
            return example, "[{" + items + "} for s in {rows}]"
    return None


_CODE_FOR_CELLS = r"[[int(cell) for cell in re.findall(r'\b[01]\b', s)] for s in {rows}]"


def _content(value):
    """Return what stands within the brackets of a value, those of numpy's types removed, too."""
    value = re.sub(r"np\.\w+\((.*?)\)", r"\1", value)
    while match := _COLLECTION.fullmatch(value):
        value = next(group for group in match.groups() if group is not None)
        value = value.split(", dtype=")[0].strip()
    return value


def _code_for_brackets(values):
    """Return code that splits values in brackets, None if they are mappings."""
    contents = [content for content in map(_content, values) if content]
    if any(re.search(r"""['"]\s*:""", content) for content in contents):
        return None
    if any(re.search(r"""['"]""", content) for content in contents):
        text = 's.split(", dtype=")[0]' if any(", dtype=" in value for value in values) else "s"
        quoted = rf"""re.findall(r"'([^']*)'|\"([^\"]*)\"", {text})"""
        return "[{{a or b for a, b in " + quoted + "}} for s in {rows}]"
    if all(re.fullmatch(r"[01]\.?([\s,]+[01]\.?)*", content) for content in contents):
        lengths = {len(re.findall("[01]", content)) for content in contents}
        if len(lengths) == 1:
            return _CODE_FOR_CELLS
    if all(re.fullmatch(r"-?\d+\.?([\s,]+-?\d+\.?)*", content) for content in contents):
        return r"[{{int(number) for number in re.findall(r'-?\b\d+\b', s)}} for s in {rows}]"
    split = 's[1:-1].split(",")'
    return "[{{label.strip() for label in " + split + " if label.strip()}} for s in {rows}]"


def _look_joined(values, separator):
    """Return whether some values are lists of labels; a single label may contain commas, too."""
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
    """Return whether a value consists of labels only: "rust scab", given "scab" and "rust".

    "light blue" does not, given "blue" and "light green": a word that is always the first of
    several, and never alone, is an adjective.
    """
    alone = {parts[0] for parts in pieces if len(parts) == 1}
    first = {parts[0] for parts in joined}
    later = {part for parts in joined for part in parts[1:]}
    labels = alone | (first & later)
    return any(set(parts) <= labels for parts in joined)
