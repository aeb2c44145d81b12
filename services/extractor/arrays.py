"""The kinds of numpy arrays that the block model works with. Pure."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def moved(values: Doubles, by: int, fill: float = 0.0) -> Doubles:
    """Rows shifted down by so many, or up where it is negative; what has no neighbour is `fill`."""
    shifted = np.full_like(values, fill)
    if by > 0:
        shifted[by:] = values[:-by]
    else:
        shifted[:by] = values[-by:]
    return shifted
