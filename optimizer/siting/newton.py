"""Step prices of limits towards the top of a concave function of a few of them."""

from numba import njit

from optimizer.siting.pairs import FloatArray


@njit(cache=True, nogil=True)
def newton_move(bend: FloatArray, slope: FloatArray) -> FloatArray:
    """Return the Newton step of a concave function of a few variables; `bend` is minus its Hessian."""
    size = len(slope)
    matrix, move = bend.copy(), slope.copy()
    for a in range(size):
        matrix[a, a] *= 1.0 + 1e-6
    for a in range(size):
        for b in range(a + 1, size):
            factor = matrix[b, a] / matrix[a, a]
            for d in range(a, size):
                matrix[b, d] -= factor * matrix[a, d]
            move[b] -= factor * move[a]
    for a in range(size - 1, -1, -1):
        for b in range(a + 1, size):
            move[a] -= matrix[a, b] * move[b]
        move[a] /= matrix[a, a]
    return move


@njit(cache=True, nogil=True)
def farthest(move: FloatArray, cap: FloatArray) -> float:
    """Return the greatest share of its greatest price that a price moves by."""
    far = 0.0
    for m in range(len(move)):
        far = max(far, abs(move[m] / cap[m]))
    return far
