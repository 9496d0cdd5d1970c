"""Command line of the benchmarks: ``python -m benchmarks NAME [--quick]``."""

import signal
import sys

from benchmarks.common.cli import main

if __name__ == "__main__":
    # Ends by an exception, so that the process that measures ends as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
