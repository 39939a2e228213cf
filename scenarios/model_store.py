"""Keep versions of learned models as plain files with a manifest, and put a former one back."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from forecasting.model_version import LearnedModel
from scenarios.faults import Fault, ScenarioError
from scenarios.schema import Scenario
from scenarios.suggest import did_you_mean, one_of

MANIFEST: Final = "manifest.json"
FORM: Final = 1
"""Form of the manifest; another one is refused."""
TEXTS: Final = ("regions", "categories", "models", "features")
"""Fields of a version that are tuples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptVersion:
    """A line of the manifest."""

    learned: LearnedModel
    """Without its trees, which stand in a file of their own."""
    inputs: Mapping[str, str]
    """SHA-256 of the tables that the run read, by key."""
    trees_sha256: str
    """Of the file of trees; "" where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The versions of a folder, in the order in which they were learned, and the one that was put back."""

    versions: tuple[KeptVersion, ...] = ()
    put_back: str = ""
    """Name of the version that forecasts in place of new ones; "" for none."""

    def names(self) -> list[str]:
        """Give the names of all versions."""
        return [kept.learned.version for kept in self.versions]


def models_folder(scenario: Scenario, output: Path) -> Path:
    """Name the folder of model versions: the scenario's, or the one beside an output folder."""
    named = scenario.forecast.models_folder
    return Path(named) if named else output.with_name(f"{output.name}.models")


def read_manifest(folder: Path) -> Manifest:
    """Read what is kept; an empty manifest where nothing is.

    Raises
    ------
    ScenarioError
        When the manifest is damaged or of another form.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return Manifest()
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        form = data["form"]
        if form == FORM:
            return Manifest(versions=tuple(_version(line) for line in data["versions"]), put_back=str(data["put_back"]))
    except (ValueError, KeyError, TypeError) as error:
        text = "is damaged; move the folder away to begin anew"
        raise ScenarioError([Fault(file=str(path), message=text)]) from error
    text = f"has form {form!r}, expected {FORM}; it was written by another version of this program"
    raise ScenarioError([Fault(file=str(path), message=text)])


def keep(folder: Path, learned: LearnedModel, inputs: Mapping[str, str], *, most: int) -> None:
    """Add a version that is not there yet, and leave out the oldest beyond `most`; the one put back stays.

    Files are written aside and moved into place, trees first: a run that dies leaves a manifest that holds.
    """
    manifest = read_manifest(folder)
    if learned.version not in manifest.names():
        folder.mkdir(parents=True, exist_ok=True)
        if learned.trees:
            _write(folder / _trees_file(learned.version), learned.trees)
        line = KeptVersion(
            learned=replace(learned, trees=""),
            inputs=dict(inputs),
            trees_sha256=_sha256(learned.trees) if learned.trees else "",
        )
        manifest = replace(manifest, versions=(*manifest.versions, line))
    spare = max(len(manifest.versions) - most, 0)
    old = [kept for kept in manifest.versions[:-1] if kept.learned.version != manifest.put_back][:spare]
    gone = {kept.learned.version for kept in old}
    left = tuple(kept for kept in manifest.versions if kept.learned.version not in gone)
    _write_manifest(folder, replace(manifest, versions=left))
    for version in sorted(gone):
        (folder / _trees_file(version)).unlink(missing_ok=True)


def put_back(folder: Path, version: str) -> None:
    """Let a version forecast from now on; "" lets every run learn anew.

    Raises
    ------
    ScenarioError
        When no such version is kept, or its file of trees is damaged.
    """
    if version:
        load(folder, version)
    _write_manifest(folder, replace(read_manifest(folder), put_back=version))


def load(folder: Path, version: str) -> LearnedModel:
    """Read a version with its trees.

    Raises
    ------
    ScenarioError
        When no such version is kept, or its file of trees is damaged.
    """
    manifest = read_manifest(folder)
    kept = next((kept for kept in manifest.versions if kept.learned.version == version), None)
    if kept is None:
        names = manifest.names()
        hint = did_you_mean(version, names) or (
            f"; kept are {one_of(names, word='and')}" if names else "; none is kept"
        )
        raise ScenarioError([Fault(file=str(folder), key="version", message=f'there is no version "{version}"{hint}')])
    if not kept.trees_sha256:
        return kept.learned
    path = folder / _trees_file(version)
    text = path.read_bytes().decode("utf-8", errors="replace") if path.is_file() else ""
    if _sha256(text) != kept.trees_sha256:
        what = "is damaged" if text else "is missing"
        raise ScenarioError([Fault(file=str(path), message=f"{what}; put another version back, or learn anew")])
    return replace(kept.learned, trees=text)


def in_use(folder: Path) -> LearnedModel | None:
    """Read the version that was put back; None where every run learns anew."""
    name = read_manifest(folder).put_back
    return load(folder, name) if name else None


def _version(line: Mapping[str, Any]) -> KeptVersion:
    """Read a line of the manifest."""
    known = {each.name for each in fields(LearnedModel)} - {"trees"}
    given = known if "bands" in line else known - {"bands"}  # versions of before have none
    values: dict[str, Any] = {name: tuple(line[name]) if name in TEXTS else line[name] for name in sorted(given)}
    return KeptVersion(
        learned=LearnedModel(**values), inputs=dict(line["inputs"]), trees_sha256=str(line["trees_sha256"])
    )


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    lines = []
    for kept in manifest.versions:
        line = {name: value for name, value in asdict(kept.learned).items() if name != "trees"}
        trees = {"trees_file": _trees_file(kept.learned.version)} if kept.trees_sha256 else {}
        lines.append({**line, **trees, "trees_sha256": kept.trees_sha256, "inputs": dict(kept.inputs)})
    data = {"form": FORM, "put_back": manifest.put_back, "versions": lines}
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / MANIFEST, json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def _write(path: Path, text: str) -> None:
    """Write a file aside, and move it into place whole."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(text, encoding="utf-8", newline="\n")
    aside.replace(path)


def _trees_file(version: str) -> str:
    return f"{version}.txt"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
