"""List the versions of the learned models, and put a former one back."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scenarios.commands import exits
from scenarios.commands.words import add_folder, add_scenario

if TYPE_CHECKING:
    from scenarios.model_store import Manifest

HELP: Final = "list the versions of the learned models, and put a former one back"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    add_scenario(parser)
    parser.add_argument(
        "action",
        nargs="?",
        choices=("list", "restore", "learn"),
        default="list",
        help="list: what is kept (when left out); restore VERSION: forecast with it from now on; "
        "learn: let every run learn anew again",
    )
    parser.add_argument("version", nargs="?", default="", metavar="VERSION", help="name of a version, see list")
    add_folder(parser, told="output folder of the runs; out/<scenario name> by default")


def answer(arguments: argparse.Namespace) -> int:
    """Print or change what is kept; runs and their folders stay as they are."""
    from scenarios.commands.chain import load_named
    from scenarios.faults import Fault, ScenarioError
    from scenarios.model_store import models_folder, put_back, read_manifest

    if (arguments.action == "restore") != bool(arguments.version):
        text = "restore needs the name of a version, and nothing else takes one; see: models FILE list"
        raise ScenarioError([Fault(file="", key="version", message=text)])
    loaded = load_named(arguments)
    folder = models_folder(loaded.scenario, arguments.out or Path("out", loaded.scenario.name))
    if arguments.action != "list":
        put_back(folder, arguments.version)
    if not arguments.quiet:
        print(versions_text(read_manifest(folder), folder))
    return exits.DONE


def versions_text(manifest: Manifest, folder: Path) -> str:
    """Write a line for each version, the oldest first, and which one forecasts."""
    if not manifest.versions:
        return f"{folder} keeps no version yet; every run leaves the one it learned."
    lines = [("Version", "Learned from", "until", "Weeks ahead", "WAPE", "Trees")]
    for kept in manifest.versions:
        learned = kept.learned
        wape = f"{learned.scores['wape']:.1%}" if "wape" in learned.scores else "-"
        trees = "yes" if kept.trees_sha256 else "no"
        lines.append((learned.version, learned.first_week, learned.last_week, str(learned.horizon), wape, trees))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    table = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    now = (
        f"Runs forecast with {manifest.put_back}, put back; `models FILE learn` ends that."
        if manifest.put_back
        else "Every run learns anew."
    )
    return "\n".join([*table, "", f"Kept in {folder}. {now}"])
