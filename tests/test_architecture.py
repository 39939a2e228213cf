"""The packages import each other only in the directions that the README draws."""

import ast
import graphlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("forecasting", "maps", "optimizer", "scenarios")
ARROWS = {
    "run_scenario": {"forecasting", "maps", "optimizer", "scenarios"},
    "scenarios/commands": {"forecasting", "maps", "optimizer", "scenarios"},
    "scenarios": {"forecasting", "optimizer"},
    "maps": {"optimizer"},
    "forecasting": set(),
    "optimizer": set(),
}
LONGEST_MODULE = 400
SHARED_BY_COMMANDS = {
    "rounds",
    "drawing",
    "chain",
    "comparing",
    "designing",
    "desks",
    "leaving",
    "heading",
    "homing",
    "resources",
    "stages",
}
"""Modules of the commands that only their answers import, so that they may be heavy."""


def modules() -> list[Path]:
    """Every module of the product, tests and benchmarks left out."""
    inside = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [ROOT / "run_scenario.py", *inside]


@cache
def imported(path: Path) -> tuple[str, ...]:
    """Full names of the modules that a file imports anywhere in it."""
    return tuple(_imported(ast.parse(path.read_text(encoding="utf-8"))))


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def name(path: Path) -> str:
    """Name of the package, or of the top-level module, that a file belongs to; the commands are one of their own."""
    parts = path.relative_to(ROOT).parts
    return "scenarios/commands" if parts[:2] == ("scenarios", "commands") else parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_follow_the_arrows(path):
    """A package imports only those that the arrows allow."""
    siblings = {module.split(".")[0] for module in imported(path)} & {*PACKAGES, "run_scenario"}
    assert siblings - {name(path)} <= ARROWS[name(path)]


@pytest.mark.parametrize("package", ["forecasting", "maps", "optimizer"])
def test_no_module_imports_itself_by_way_of_others(package):
    """Imports inside functions and those for types alone count too."""
    paths = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in (ROOT / package).rglob("*.py")}
    inside = {module: set(imported(path)) & paths.keys() for module, path in paths.items()}
    order = list(graphlib.TopologicalSorter(inside).static_order())
    assert len(order) == len(paths)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_command_line_knows_the_commands(path):
    """What commands put together does not depend on them."""
    callers = {"run_scenario.py", "scenarios/command_line.py"}
    if name(path) != "scenarios/commands" and str(path.relative_to(ROOT)) not in callers:
        assert not any(module.startswith("scenarios.commands") for module in imported(path))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_are_short_and_say_what_they_do(path):
    """No module is longer than 400 lines, and each begins with one sentence."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE
    assert (ast.get_docstring(ast.parse(text)) or "").splitlines()[0].endswith((".", "…"))


@pytest.mark.parametrize("twin", ["territory", "tours", "siting"])
def test_verifiers_do_not_know_the_solver(twin):
    """A verifier that shares code with the solver would share its mistakes."""
    names = set(imported(ROOT / "optimizer" / twin / "verify.py"))
    allowed = {
        "collections",
        "collections.abc",
        "dataclasses",
        "datetime",
        "itertools",
        "numpy",
        "numpy.typing",
        "typing",
    }
    own = {f"optimizer.{twin}.{module}" for module in ("instance", "plan", "units")}
    assert names <= allowed | own | {"optimizer.solving"}


def test_help_is_light():
    """Heavy libraries are imported where they are needed, not by the command line."""
    command_line = [
        ROOT / "run_scenario.py",
        ROOT / "scenarios" / "command_line.py",
        ROOT / "scenarios" / "__init__.py",
        *(path for path in (ROOT / "scenarios" / "commands").glob("*.py") if path.stem not in SHARED_BY_COMMANDS),
    ]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in command_line]
    top = {module for tree in trees for node in tree.body for module in _names(node)}
    assert {name.split(".")[0] for name in top} <= {*sys.stdlib_module_names, "scenarios"}


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
