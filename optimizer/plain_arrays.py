"""Copy, sum and order arrays in compiled code.

Where they stand in a kernel, `a[:] = b`, `(a * b).sum()` and a sort take numba a second or more each to compile, and
the first of them five more in every process; a loop takes a tenth of a second. So kernels call these.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def copy_to(values: NDArray[Any], target: NDArray[Any]) -> None:
    """Write values into an array of the same length. Both of one dimension."""
    for i in range(len(values)):
        target[i] = values[i]


@njit(cache=True, nogil=True)
def copy_rows_to(values: NDArray[Any], target: NDArray[Any]) -> None:
    """Write values into an array of the same shape. Both of two dimensions."""
    for i in range(values.shape[0]):
        for j in range(values.shape[1]):
            target[i, j] = values[i, j]


@njit(cache=True, nogil=True)
def total(values: NDArray[np.float64]) -> float:
    """Add up an array of one dimension, from its first value to its last."""
    result = 0.0
    for value in values:
        result += value
    return result


@njit(cache=True, nogil=True)
def greatest(values: NDArray[np.float64]) -> float:
    """Return the greatest value, -inf of none."""
    result = -np.inf
    for value in values:
        result = max(result, value)
    return result


@njit(cache=True, nogil=True)
def least(values: NDArray[np.float64]) -> float:
    """Return the least value, inf of none."""
    result = np.inf
    for value in values:
        result = min(result, value)
    return result


@njit(cache=True, nogil=True)
def ascending(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the places of the values from the least to the greatest; of equal ones the first comes first."""
    order: NDArray[np.int64] = np.argsort(values, kind="mergesort")
    return order
