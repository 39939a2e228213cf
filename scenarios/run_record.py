"""Note what a run was made from, so that anyone can repeat it."""

import importlib.metadata
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from scenarios.databases import is_address, query_digest
from scenarios.loaded import LoadedScenario, sources
from scenarios.roads.places import place_file
from scenarios.saved import file_digest
from scenarios.schema import Scenario, TravelMethod

PACKAGES: Final = (
    "territory-tours",
    "folium",
    "geopandas",
    "holidays",
    "lightgbm",
    "networkx",
    "numba",
    "numpy",
    "ortools",
    "osmnx",
    "pandas",
    "pyarrow",
    "pydantic",
    "scipy",
    "shapely",
)


def run_record(loaded: LoadedScenario, inputs: Mapping[str, str], seconds: Mapping[str, float]) -> dict[str, Any]:
    """Gather what a repetition of a run needs, and how long its stages took: the contents of run.json.

    Parameters
    ----------
    inputs
        SHA-256 of every file read, by key path.
    seconds
        Wall-clock seconds of each stage that was run.
    """
    return {
        "scenario": loaded.scenario.name,
        "scenario_file": str(loaded.path),
        "changes": list(loaded.changes),
        "versions": versions(),
        "inputs": dict(inputs),
        "solver": loaded.scenario.solver.model_dump(mode="json"),
        "stage_seconds": dict(seconds),
    }


def versions() -> dict[str, str]:
    """Give the versions of Python and of the packages that results depend on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def input_digests(scenario: Scenario) -> dict[str, str]:
    """Give the SHA-256 of every file that a scenario reads, and of what its queries give, by key path."""
    tables = sources(scenario.data)
    asked = {key: source for key, source in tables.items() if is_address(source.path)}
    files = {key: Path(source.path) for key, source in tables.items() if key not in asked}
    if scenario.travel.graph:
        files["travel.graph"] = Path(scenario.travel.graph)
    if scenario.travel.place and scenario.travel.method is TravelMethod.GRAPH:
        files["travel.place"] = place_file(scenario.travel.place)
    if scenario.territories.barriers.lines:
        files["territories.barriers.lines"] = Path(scenario.territories.barriers.lines)
    digests = {key: file_digest(path) for key, path in files.items()}
    return {**digests, **{key: query_digest(source) for key, source in asked.items()}}
