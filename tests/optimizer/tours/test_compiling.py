"""Python never calls a function that is compiled into its callers only: there is no way into it."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[3]


def decorated(tree: ast.Module, *decorators: str) -> list[ast.FunctionDef]:
    """Functions of a module that carry one of the decorators."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [one for one in found if any(isinstance(d, ast.Name) and d.id in decorators for d in one.decorator_list)]


def test_only_compiled_code_calls_what_is_inlined():
    """A call from Python would end the process."""
    ours = {
        path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "optimizer/tours").glob("*.py"))
    }
    inlined = {one.name for tree in ours.values() for one in decorated(tree, "inlined")}
    assert "put_in" in inlined
    for path, tree in ours.items():
        compiled = {id(inner) for one in decorated(tree, "compiled", "inlined") for inner in ast.walk(one)}
        known = imported(tree) | {one.name for one in decorated(tree, "inlined")}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id in inlined & known:
                assert id(node) in compiled, f"{path}:{node.lineno}: {node.id} is called from Python"
    for path in (path for folder in ("tests", "benchmarks") for path in sorted((ROOT / folder).rglob("*.py"))):
        text = path.read_text(encoding="utf-8")
        if "from optimizer.tours" in text:
            assert not inlined & imported(ast.parse(text)), path


def imported(tree: ast.Module) -> set[str]:
    """Names that a module takes from those of the tours."""
    found = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    return {alias.name for node in found if str(node.module).startswith("optimizer.tours") for alias in node.names}
