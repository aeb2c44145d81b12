"""Ridge logistic regression by Newton's method: convex, so the same data gives the same weights."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

STEPS = 50
CLOSE = 1e-8  # a step under which the weights have been found

Doubles = NDArray[np.float64]


class Fitted(NamedTuple):
    """The weights for columns less `centre`, in units of `scale`."""

    centre: Doubles
    scale: Doubles
    weights: Doubles
    bias: float


def regress(rows: Doubles, labels: Doubles, sample_weights: Doubles, penalty: float) -> Fitted:
    """(rows, columns), of each row a label of 0 or 1 and a weight; `penalty` is of the squared weights."""
    centre, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    table = np.column_stack([(rows - centre) / scale, np.ones(len(rows))])
    ridge = np.diag([*[penalty] * rows.shape[1], 0.0])
    found = np.zeros(table.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(table @ found, -40, 40)))
        slope = table.T @ (sample_weights * (labels - chance)) - ridge @ found
        curve = (table * (sample_weights * chance * (1 - chance))[:, None]).T @ table + ridge
        step = np.linalg.solve(curve, slope)
        found += step
        if np.abs(step).max() < CLOSE:
            break
    return Fitted(centre, scale, found[:-1], float(found[-1]))
