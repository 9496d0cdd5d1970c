"""The demonstration: ``python -m skmultilabel_nn``."""

import argparse
import importlib.util
import sys
import time
from pathlib import Path
from typing import NamedTuple

from .classifiers import evaluate, make_candidates, warm_up
from .data import load_images
from .report import report


class Size(NamedTuple):
    """How much work the demonstration does.

    Attributes
    ----------
    n_training, n_tuning, n_held_out : int
        Number of images to fit on, of those among them that the searches see, and of images to
        test on.
    convolutional_epochs, epochs : int
        Epochs of the convolutional network and of the others.
    convolutional_learning_rates, learning_rates : tuple of float
        Learning rates that the searches try.
    """

    n_training: int
    n_tuning: int
    n_held_out: int
    convolutional_epochs: int
    epochs: int
    convolutional_learning_rates: tuple
    learning_rates: tuple


FULL = Size(8000, 2400, 2000, 10, 25, (0.005, 0.02), (0.001, 0.003))
QUICK = Size(2000, 900, 400, 10, 10, (0.02,), (0.003,))


def parse(arguments=None):
    """Read the command line.

    Parameters
    ----------
    arguments : list of str or None
        None: those of the process.

    Returns
    -------
    argparse.Namespace
    """
    parser = argparse.ArgumentParser(
        prog="python -m skmultilabel_nn",
        description="Which digits are in the image? Tunes, trains and evaluates networks on "
        "images of several handwritten digits, next to scikit-learn's MLPClassifier. Takes a "
        "minute or two; nothing is downloaded.",
    )
    parser.add_argument("--quick", action="store_true", help="few images and epochs")
    parser.add_argument("--seed", type=int, default=0, help="seed of all results (default: 0)")
    parser.add_argument(
        "--figures",
        metavar="DIR",
        type=Path,
        default=Path("skmultilabel_nn_demo"),
        help="folder for the figures (default: %(default)s)",
    )
    parser.add_argument("--no-figures", action="store_true", help="write no figures")
    options = parser.parse_args(arguments)
    if not 0 <= options.seed < 2**32:
        parser.error(f"--seed must be from 0 to {2**32 - 1}, got {options.seed}")
    if not options.no_figures and options.figures.exists() and not options.figures.is_dir():
        parser.error(f"--figures must be a folder, but {options.figures} is a file")
    return options


class ProgressLog:
    """Lines of progress, each with the seconds since the start."""

    def __init__(self):
        self.start = time.perf_counter()

    def __call__(self, text):
        """Print a line at once."""
        print(f"[{time.perf_counter() - self.start:5.1f} s] {text}", flush=True)


def run(options):
    """Run the demonstration and print its report.

    Parameters
    ----------
    options : argparse.Namespace
        From `parse`.
    """
    log = ProgressLog()
    size = QUICK if options.quick else FULL
    print("Which digits are in the image? Up to four on a canvas of 17 x 17 pixels.\n")
    log("starting Keras and TensorFlow")
    warm_up()
    log(f"composing {size.n_training:,} images, and {size.n_held_out:,} of other handwriting")
    training, held_out = load_images(size.n_training, size.n_held_out, options.seed)
    results = [
        evaluate(
            candidate,
            training,
            held_out,
            n_tuning=size.n_tuning,
            log=log,
            verbose=sys.stdout.isatty(),
        )
        for candidate in make_candidates(size, options.seed)
    ]
    log("done")
    print(report(results, held_out))
    if not options.no_figures:
        print(_write_figures(options.figures, results, held_out))
    print(f"\nAll of it took {time.perf_counter() - log.start:.0f} seconds.")


def _write_figures(folder, results, held_out):
    """Write the figures; return where they are, or what is missing, as text."""
    if importlib.util.find_spec("matplotlib") is None:
        return '\nNo figures without matplotlib: pip install "skmultilabel-nn[plot]"'
    from .figures import write_figures  # noqa: PLC0415 (matplotlib is optional)

    try:
        folder.mkdir(parents=True, exist_ok=True)
        paths = write_figures(folder, results, held_out)
    except OSError as error:
        return f"\nNo figures could be written: {error}"
    return "\nFigures:\n" + "\n".join(f"  {path}" for path in paths)


def main(arguments=None):
    """Run the demonstration; return the exit code of the process."""
    options = parse(arguments)
    try:
        run(options)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 0
