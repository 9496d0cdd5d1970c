"""What this package is compared with, one module per kind of benchmark."""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass

THIS_PACKAGE = "this package"


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """One entry of a comparison; this package is one too.

    Attributes
    ----------
    make : callable
        Returns an unfitted estimator. The arguments depend on the benchmark.
    packages : tuple of str
        Packages that must be installed; otherwise the baseline is skipped.
    deterministic : bool
        Whether the result does not depend on the seed, so that one seed is enough.
    """

    make: Callable
    packages: tuple = ()
    deterministic: bool = False

    def missing_packages(self):
        """Return the names of the packages that are not installed."""
        return [name for name in self.packages if importlib.util.find_spec(name) is None]
