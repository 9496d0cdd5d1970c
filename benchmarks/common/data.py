"""Data sets by name: made up, bundled with scikit-learn, from a folder, or from openml.org.

README.md in the folder of the benchmarks describes the format of the packed files in the folder.
"""

import gzip
import json
from collections import namedtuple

import numpy as np
import scipy.sparse as sp
from sklearn.model_selection import train_test_split

from benchmarks.common import made_up
from benchmarks.common.openml import OPENML, DataUnavailableError, load_openml

FOLDER_VARIABLE = "SKMULTILABEL_NN_DATA"
WAYS_OUT = (
    f"Give a folder of packed data sets by --data-folder or ${FOLDER_VARIABLE}, choose other sets "
    "by --datasets, or run with --quick, which needs neither folder nor network."
)

# X: array, CSR matrix, or object array of texts; Y: int64 indicator, array or CSR; train, test,
# valid: row numbers, valid is None where there are no validation rows.
Dataset = namedtuple("Dataset", "X Y train test valid")


def load(name, folder=None):
    """Load a data set.

    Parameters
    ----------
    name : str
        Name of a made-up set, of a file in the folder, or of a set at openml.org, tried in this
        order.
    folder : str, Path or None
        Folder of packed data sets.

    Returns
    -------
    Dataset
        With a random third as test rows where the set has no split of its own.

    Raises
    ------
    DataUnavailableError
        If there is no such set, or it cannot be downloaded.
    """
    if name in made_up.MAKERS:
        return _split_at_random(*made_up.MAKERS[name]())
    path = _packed_file(name, folder)
    if path is not None:
        return _read_npz(path) if path.suffix == ".npz" else _read_texts(path)
    if name in OPENML:
        try:
            return _split_at_random(*load_openml(name))
        except OSError as error:
            raise DataUnavailableError(
                f"The data set {name!r} could not be downloaded from openml.org "
                f"(number {OPENML[name][0]}): {error}. {WAYS_OUT}"
            ) from error
    raise DataUnavailableError(f"There is no data set {name!r}. {WAYS_OUT}")


def load_split(name, folder=None):
    """Return ``X, Y, X_test, Y_test`` for learners of tables, `Y` as dense int64 indicator.

    Labels without a positive or a negative training row are left out: most baselines reject them.
    """
    X, Y, train, test, _ = load(name, folder)
    Y = Y.toarray() if sp.issparse(Y) else Y
    learnable = Y[train].any(axis=0) & ~Y[train].all(axis=0)
    return X[train], Y[train][:, learnable], X[test], Y[test][:, learnable]


def check_available(names, folder):
    """Raise DataUnavailableError unless all data sets can be loaded; downloads are kept."""
    for name in names:
        if name not in made_up.MAKERS and _packed_file(name, folder) is None:
            load(name, folder)


def packed_names(folder):
    """Return the names of the packed data sets in a folder; none without a folder."""
    files = [] if folder is None else folder.iterdir()
    endings = (".npz", ".jsonl.gz")
    return sorted(f.name.removesuffix(e) for f in files for e in endings if f.name.endswith(e))


def resolve_datasets(benchmark, options):
    """Return the names of the data sets that a benchmark is to run on.

    Raises
    ------
    ValueError
        If a given name is unknown.
    """
    packed = packed_names(options.data_folder)
    if options.quick:
        known = default = benchmark.quick_datasets
    else:
        default = _in_folder(benchmark, packed) if packed else benchmark.public_datasets
        known = benchmark.quick_datasets + benchmark.public_datasets
        known += tuple(packed) + tuple(OPENML) if benchmark.any_table else benchmark.datasets
        known = dict.fromkeys(known)
    unknown = [name for name in options.datasets or [] if name not in known]
    if unknown:
        raise ValueError(
            f"There is no data set {', '.join(map(repr, unknown))}"
            f"{' for --quick' if options.quick else ''}; there are {', '.join(known)}. "
            f"Others are read from the folder of --data-folder or ${FOLDER_VARIABLE}."
        )
    return list(options.datasets or default)


def _in_folder(benchmark, packed):
    """Return the default data sets that the folder has, or all that it has if it has none."""
    found = [name for name in benchmark.datasets if name in packed or name in made_up.MAKERS]
    if not set(found) & set(packed):
        return packed if benchmark.any_table else benchmark.public_datasets
    missing = [name for name in benchmark.datasets if name not in found]
    if missing:
        print(f"left out, not in the data folder: {', '.join(missing)}")
    return found


def _packed_file(name, folder):
    if folder is None:
        return None
    files = [folder / f"{name}{ending}" for ending in (".npz", ".jsonl.gz")]
    return next((file for file in files if file.is_file()), None)


def _read_npz(path):
    with np.load(path, allow_pickle=False) as file:
        found = {name: file[name] for name in file.files}
    if "X" not in found:
        parts = found["X_data"].astype(np.float32), found["X_indices"].astype(np.int32)
        found["X"] = sp.csr_matrix((*parts, found["X_indptr"]), shape=tuple(found["X_shape"]))
    if "Y" not in found:
        columns = found["Y_indices"].astype(np.int32)
        cells = np.ones(len(columns), np.int64), columns, found["Y_indptr"]
        found["Y"] = sp.csr_matrix(cells, shape=tuple(found["Y_shape"]))
    # scikit-learn 1.9.1 permutes the columns of wide uint8 indicators, hence int64.
    rows = (found.get(f"{part}_idx") for part in ("train", "test", "valid"))
    return Dataset(found["X"], found["Y"].astype(np.int64), *rows)


def _read_texts(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    names = sorted({name for record in records for name in record["labels"]})
    columns = {name: column for column, name in enumerate(names)}
    Y = np.zeros((len(records), len(names)), np.int64)
    for row, record in enumerate(records):
        Y[row, [columns[name] for name in record["labels"]]] = 1
    split = np.array([record["split"] for record in records])
    rows = [np.flatnonzero(split == part) for part in ("train", "test", "valid")]
    texts = np.array([record["text"] for record in records], dtype=object)
    return Dataset(texts, Y, *rows[:2], rows[2] if len(rows[2]) else None)


def _split_at_random(X, Y):
    train, test = train_test_split(np.arange(Y.shape[0]), test_size=1 / 3, random_state=0)
    return Dataset(X, Y, train, test, None)
