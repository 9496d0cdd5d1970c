"""Command line of the benchmarks: ``python -m benchmarks NAME [--quick]``."""

import sys

from benchmarks.common.cli import main

if __name__ == "__main__":
    sys.exit(main())
