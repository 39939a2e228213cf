"""Stack the layers of a scenario: parents, the file itself, named overrides, the command line.

Precedence, the later wins: parents named by `extends`, in order < the file < override sets named by `apply` < `--set`.
Mappings are merged key by key, lists are replaced whole, and `null` takes an inherited key away, so that its default
holds again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from scenarios.faults import Fault
from scenarios.schema.territories import Territories
from scenarios.schema_walk import defaults
from scenarios.starting_folder import starting_folder
from scenarios.strict_yaml import Fields, Items, Mark, Scalar, Tree, fault_at, key_text, parse, parse_value, plain
from scenarios.strict_yaml import Path as KeyPath
from scenarios.suggest import did_you_mean, missing_file, one_of

STACKING_KEYS: Final = ("extends", "overrides", "apply")
"""Keys of the top level that say how layers are stacked; they are not part of the scenario itself."""
BALANCE_KEY: Final = ("territories", "balance")
"""The one mapping whose entries exist by default."""
YAML_SUFFIXES: Final = (".yaml", ".yml")


@dataclass(slots=True)
class Stack:
    """What came of reading all layers."""

    tree: Fields | None = None
    """The merged scenario, without the stacking keys; None when no file could be read."""
    spare: dict[str, Fields] = field(default_factory=dict)
    """Override sets that are not applied, by name, each merged over the scenario, to be checked as well."""
    changes: list[str] = field(default_factory=list)
    """`key: old → new` for every key that a later layer changed, in the order of the layers."""
    faults: list[Fault] = field(default_factory=list)
    folders: dict[str, Path] = field(default_factory=dict)
    """The folder that relative paths written in a file (or command-line label) start from."""


def read_stack(path: Path, *, sets: Sequence[str], overrides: Sequence[str]) -> Stack:
    """Read a scenario file with all its layers.

    Parameters
    ----------
    path
        The scenario file.
    sets
        `key.sub=value` from the command line; the value is YAML, as in a file.
    overrides
        Names of override sets to apply after those of `apply`.
    """
    stack = Stack()
    tree = _read_file(path, (), stack)
    if tree is None:
        return stack
    from_line = [part for text in sets if (part := _read_set(text, stack)) is not None]
    for part in from_line:
        if "apply" in part.fields:
            tree = merge(tree, part, [])
    named = _override_sets(tree, stack)
    names = _names(tree.fields.get("apply"), "apply", stack)
    chosen = _choose(names, overrides, named, stack)
    _refuse_clashes(chosen, named, stack)
    tree = _without(tree, STACKING_KEYS)
    for name in chosen:
        tree = merge(_with_default_entries(tree, named[name]), named[name], stack.changes)
    for part in from_line:
        tree = merge(_with_default_entries(tree, part), _without(part, ("apply",)), stack.changes)
    stack.tree = tree
    stack.spare = {
        name: merge(_with_default_entries(tree, layer), layer, [])
        for name, layer in named.items()
        if name not in chosen
    }
    return stack


def merge(base: Fields, over: Fields, changes: list[str], path: KeyPath = ()) -> Fields:
    """Lay one mapping over another and note every change of a value."""
    fields, marks = dict(base.fields), dict(base.key_marks)
    for key, new in over.fields.items():
        here = (*path, key)
        old = fields.get(key)
        if isinstance(new, Fields) and (isinstance(old, Fields) or old is None):
            fields[key] = merge(old or Fields({}, {}, new.mark), new, changes, here)
        elif isinstance(new, Scalar) and new.value is None and old is not None:
            del fields[key]
            del marks[key]
            _note(here, old, None, changes)
            continue
        else:
            _note(here, old, new, changes)
            fields[key] = new
        marks[key] = over.key_marks[key]
    return Fields(fields, marks, over.mark if path else base.mark)


def _with_default_entries(base: Fields, over: Fields) -> Fields:
    """Write out measures balanced by default before a layer changes one of them, so that the others stay."""
    changed: Tree | None = over
    for key in BALANCE_KEY:
        changed = changed.fields.get(key) if isinstance(changed, Fields) else None
    held = base.fields.get(BALANCE_KEY[0])
    if not isinstance(changed, Fields) or (isinstance(held, Fields) and BALANCE_KEY[1] in held.fields):
        return base
    mark = changed.mark
    names = [measure.value for measure in Territories().balance]
    tree: Tree = Fields({name: Fields({}, {}, mark) for name in names}, dict.fromkeys(names, mark), mark)
    for key in reversed(BALANCE_KEY):
        tree = Fields({key: tree}, {key: mark}, mark)
    return merge(base, tree, []) if isinstance(tree, Fields) else base


def _note(path: KeyPath, old: Tree | None, new: Tree | None, changes: list[str]) -> None:
    key = key_text(path)
    if path[0] in STACKING_KEYS:
        return
    default = _shown(defaults()[key]) if key in defaults() else "not set"
    before = _shown(plain(old)) if old is not None else default
    after = _shown(plain(new)) if new is not None else default
    if before != after:
        changes.append(f"{key}: {before} → {after}")


def _shown(value: object) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def _without(tree: Fields, keys: Sequence[str]) -> Fields:
    kept = {key: value for key, value in tree.fields.items() if key not in keys}
    return Fields(kept, {key: tree.key_marks[key] for key in kept}, tree.mark)


def _read_file(path: Path, chain: tuple[Path, ...], stack: Stack) -> Fields | None:
    """Read a file over its parents; all faults go to the stack."""
    name = path.as_posix()
    stack.folders[name] = starting_folder(path)
    text = _read_text(path, stack)
    if text is None:
        return None
    tree, faults = parse(text, name)
    stack.faults += faults
    if tree is None and faults:
        return None
    if tree is None or (isinstance(tree, Scalar) and tree.value is None):
        stack.faults.append(
            Fault(file=name, message="the file is empty, expected keys such as name, period, data and segments")
        )
        return None
    if not isinstance(tree, Fields):
        mark = Mark(name, 1, 1)
        stack.faults.append(fault_at(mark, (), 'expected keys with values, such as "name: spring"'))
        return None
    base: Fields | None = None
    for parent in _parents(tree, path, (*chain, path), stack):
        base = parent if base is None else merge(base, parent, stack.changes)
    if base is None:
        return tree
    merged = merge(base, _without(tree, ("extends",)), stack.changes)
    return Fields(merged.fields, merged.key_marks, tree.mark)


def _read_text(path: Path, stack: Stack) -> str | None:
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        stack.faults.append(Fault(file=path.as_posix(), message=missing_file(path, YAML_SUFFIXES)))
        return None
    except OSError as error:
        stack.faults.append(Fault(file=path.as_posix(), message=f"cannot be read: {error.strerror}"))
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = data[: error.start].count(b"\n") + 1, error.start - data.rfind(b"\n", 0, error.start)
        mark = Mark(path.as_posix(), line, column)
        stack.faults.append(
            fault_at(mark, (), "this is not UTF-8 text; save the scenario as a plain text file in UTF-8")
        )
        return None
    return text


def _parents(tree: Fields, path: Path, chain: tuple[Path, ...], stack: Stack) -> list[Fields]:
    parents = []
    for named in _names(tree.fields.get("extends"), "extends", stack):
        parent = Path(_tidy(path.parent / named.text))
        resolved = [link.resolve() for link in chain]
        if parent.resolve() in resolved:
            circle = [*chain[resolved.index(parent.resolve()) :], parent]
            names = " → ".join(link.name for link in circle)
            stack.faults.append(fault_at(named.mark, ("extends",), f"runs in a circle: {names}"))
        elif not parent.is_file():
            stack.faults.append(fault_at(named.mark, ("extends",), missing_file(parent, YAML_SUFFIXES)))
        elif (read := _read_file(parent, chain, stack)) is not None:
            parents.append(read)
    return parents


def _tidy(path: Path) -> Path:
    """Take `..` out of a path where that is only a matter of writing."""
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts and parts[-1] not in {"..", path.anchor}:
            parts.pop()
        else:
            parts.append(part)
    return Path(*parts)


def _names(tree: Tree | None, key: str, stack: Stack) -> list[Scalar]:
    """Read one name or a list of names."""
    if tree is None:
        return []
    items = tree.items if isinstance(tree, Items) else (tree,)
    names = []
    for item in items:
        if isinstance(item, Scalar) and item.value is not None:
            names.append(item)
        else:
            stack.faults.append(fault_at(item.mark, (key,), "expected a name or a list of names"))
    return names


def _read_set(text: str, stack: Stack) -> Fields | None:
    """Read `key.sub=value` as a mapping of one value."""
    label = f"--set {text}"
    mark = Mark(label, 0, 0)
    stack.folders[label] = Path()
    key, equals, value = text.partition("=")
    steps = key.strip().split(".")
    if not equals or not all(steps):
        stack.faults.append(Fault(file=label, message='expected key=value, such as "--set tours.weeks=2"'))
        return None
    if steps[0] in {"extends", "overrides"}:
        stack.faults.append(Fault(file=label, message=f'"{steps[0]}" can only be written in a file'))
        return None
    tree, faults = parse_value(value, label)
    stack.faults += faults
    if faults:
        return None
    tree = tree if tree is not None else Scalar(None, "", mark)
    for step in reversed(steps):
        tree = Fields({step: tree}, {step: mark}, mark)
    return tree if isinstance(tree, Fields) else None


def _override_sets(tree: Fields, stack: Stack) -> dict[str, Fields]:
    overrides = tree.fields.get("overrides")
    if overrides is None or (isinstance(overrides, Scalar) and overrides.value is None):
        return {}
    if not isinstance(overrides, Fields):
        stack.faults.append(
            fault_at(overrides.mark, ("overrides",), "expected names of override sets, each with keys below it")
        )
        return {}
    named = {}
    for name, layer in overrides.fields.items():
        if not isinstance(layer, Fields):
            stack.faults.append(fault_at(layer.mark, ("overrides", name), "expected keys of a scenario below it"))
            continue
        for key in STACKING_KEYS:
            if key in layer.fields:
                message = f'"{key}" belongs at the top level of the file, not into an override set'
                stack.faults.append(fault_at(layer.key_marks[key], ("overrides", name, key), message))
        named[name] = _without(layer, STACKING_KEYS)
    return named


def _choose(names: list[Scalar], more: Sequence[str], named: dict[str, Fields], stack: Stack) -> list[str]:
    """Put the override sets to apply in order, each once."""
    asked = [*names, *(Scalar(name, name, Mark(f"--override {name}", 0, 0)) for name in more)]
    chosen: list[str] = []
    for name in asked:
        if name.text not in named:
            known = f"; defined are {one_of(list(named), word='and')}" if named else '; there is no "overrides" section'
            hint = did_you_mean(name.text, named) or known
            stack.faults.append(fault_at(name.mark, ("apply",), f'no override set is called "{name.text}"{hint}'))
        elif name.text not in chosen:
            chosen.append(name.text)
    return chosen


def _refuse_clashes(chosen: list[str], named: dict[str, Fields], stack: Stack) -> None:
    """Refuse two applied override sets that set the same key."""
    owners: dict[KeyPath, str] = {}
    for name in chosen:
        leaves = _leaves(named[name])
        for path, mark in leaves:
            clash = next((other for other in owners if other[: len(path)] == path or path[: len(other)] == other), None)
            if clash is not None:
                both = f'"{owners[clash]}" and "{name}"'
                message = f"set by both override sets {both}, which are applied together; take it out of one"
                stack.faults.append(fault_at(mark, path, message))
        owners |= {path: name for path, _ in leaves}


def _leaves(tree: Fields, path: KeyPath = ()) -> list[tuple[KeyPath, Mark]]:
    leaves: list[tuple[KeyPath, Mark]] = []
    for key, value in tree.fields.items():
        if isinstance(value, Fields) and value.fields:
            leaves += _leaves(value, (*path, key))
        else:
            leaves.append(((*path, key), tree.key_marks[key]))
    return leaves
