"""Demonstration: ``python -m skmultilabel_nn``."""

import sys

from ._demo.cli import main

if __name__ == "__main__":
    sys.exit(main())
