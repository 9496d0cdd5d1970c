"""Many odd calls: ``python -m tests.fuzz --calls 100000``; stops at the first fault, made small."""

import argparse
import warnings

import matplotlib as mpl
from hypothesis import HealthCheck, given, seed, settings

from .calls import CALLS, check


def main():
    """Run as many calls as the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    options = parser.parse_args()
    mpl.use("Agg")
    warnings.simplefilter("ignore")
    run = settings(
        max_examples=options.calls,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )(given(CALLS)(check))
    seed(options.seed)(run)()
    print(f"{options.calls:,} calls: no fault")


if __name__ == "__main__":
    main()
