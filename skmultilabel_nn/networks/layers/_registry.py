"""All layers of this package: importing this module registers them with Keras."""

from ._ensemble import InputDropout, MeanOfMembers, MemberHeads, PackedDense
from ._identity import Unchanged
from ._input_scaling import InputScaling
from ._masked_mean import MeanOfTokens
from ._piecewise_linear import PiecewiseLinear
from ._sparse_linear import SparseLinear

LAYERS = (
    InputScaling,
    PiecewiseLinear,
    SparseLinear,
    InputDropout,
    PackedDense,
    MemberHeads,
    MeanOfMembers,
    MeanOfTokens,
    Unchanged,
)
