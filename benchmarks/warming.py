"""A small made-up map and settings, with which a benchmark compiles the kernels it needs before its clock starts.

A fresh checkout takes up to a minute to compile them once; later processes load what was compiled.
"""

from typing import Any, Final

from optimizer.solving import Effort, SolverSettings

SETTINGS: Final = SolverSettings(effort=Effort.QUICK, seconds=600.0, workers=1)


def square_map(side: int, *, even: bool = False) -> dict[str, Any]:
    """Return side × side areas ten kilometres apart, with amounts all 1 or about 1,000."""
    cells = range(side**2)
    return {
        "ids": [str(cell) for cell in cells],
        "potential": [1 if even else 1000 + 37 * cell % 100 for cell in cells],
        "x_km": [10.0 * (cell % side) for cell in cells],
        "y_km": [10.0 * (cell // side) for cell in cells],
        "edges": [(c, c + 1) for c in cells if (c + 1) % side] + [(c, c + side) for c in cells[:-side]],
    }
