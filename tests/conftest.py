"""Fixtures for all tests."""

from pathlib import Path

import pytest

from tests.builders import tiny_case
from tests.compiling_once import compile_once

SHARED = Path(__file__).parents[2] / "shared"


def pytest_configure() -> None:
    """A fresh clone has no compiled kernels yet, and the workers of a run need the same ones at the same time."""
    compile_once()


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with real cases and public instances beside the checkout; tests that need it are skipped without it."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with real cases and public instances is not here")
    return SHARED


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> tuple[Path, Path]:
    """A tiny scenario and the folder of its run; neither is to be changed."""
    import run_scenario  # noqa: PLC0415 - few tests need it

    folder = tmp_path_factory.mktemp("case")
    scenario, out = tiny_case(folder), folder / "out"
    assert run_scenario.main([str(scenario), "--out", str(out), "--quiet", "--set", "solver.effort=quick"]) == 0
    return scenario, out
