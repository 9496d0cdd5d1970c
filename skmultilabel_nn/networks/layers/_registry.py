"""All layers of this package: importing this module registers them with Keras."""

from ._ensemble import EnsembleMean, EnsembleOutput, InputDropout, PackedDense
from ._identity import MaskedIdentity
from ._input_scaling import InputScaling
from ._masked_mean import MaskedMean
from ._piecewise_linear import PiecewiseLinear
from ._sparse_linear import SparseLinear

LAYERS = (
    InputScaling,
    PiecewiseLinear,
    SparseLinear,
    InputDropout,
    PackedDense,
    EnsembleOutput,
    EnsembleMean,
    MaskedMean,
    MaskedIdentity,
)
