"""The counties benchmark: what is compiled before its clock starts, and its rows."""

import json
from types import ModuleType

from benchmarks.territory import main
from benchmarks.territory_counties import compile_kernels, instance_of
from optimizer.siting import location_bound, location_kernels, location_prices, location_smooth, location_swaps
from optimizer.siting.location import locate_territories
from optimizer.solving import Effort, SolverSettings

MODULES = (location_bound, location_kernels, location_prices, location_smooth, location_swaps)


def squares(side: int) -> dict[str, list]:
    """Return a square map in the form of the counties."""
    cells = range(side**2)
    return {
        "ids": [f"c{cell}" for cell in cells],
        "potential": [500 + 97 * cell % 300 for cell in cells],
        "x_km": [10.0 * (cell % side) for cell in cells],
        "y_km": [10.0 * (cell // side) for cell in cells],
        "edges": [[c, c + 1] for c in cells if (c + 1) % side] + [[c, c + side] for c in cells[:-side]],
    }


def compiled(modules: tuple[ModuleType, ...]) -> int:
    """Count the compiled forms of all kernels of some modules."""
    kernels = [one for module in modules for one in vars(module).values() if hasattr(one, "signatures")]
    return sum(len(kernel.signatures) for kernel in kernels)


def test_nothing_is_left_to_compile_once_the_clock_runs():
    """A fresh checkout takes up to a minute to compile, twice the safety net of the counties."""
    compile_kernels()
    ready = compiled(MODULES)
    locate_territories(instance_of(squares(7), 4, 0.2), SolverSettings(effort=Effort.QUICK, workers=1))
    assert compiled(MODULES) == ready > 0


def test_row_of_a_small_map(tmp_path, capsys):
    """The row has every key, and what the evaluator finds agrees with the status."""
    file = tmp_path / "squares.json"
    file.write_text(json.dumps(squares(6)), encoding="utf-8")
    words = ["counties", str(file), "--k", "3", "--tolerance", "0.2", "--effort", "quick", "--workers", "1", "--json"]
    assert main(words) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert {"instance", "status", "objective", "bound", "published", "gap", "seconds", "peak_mb"} <= set(row)
    assert row["status"] in {"optimal", "feasible"}
    assert row["contiguous"]
    assert row["max_deviation"] <= 0.2
    assert 0.0 <= row["gap"] <= 1.0
