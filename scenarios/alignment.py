"""Read an alignment that was drawn elsewhere, to measure it."""

from pathlib import Path

import pandas as pd

from optimizer.territory.instance import TerritoryInstance
from optimizer.territory.plan import TerritoryPlan
from scenarios.faults import Fault, ScenarioError
from scenarios.saved import plan_from_owners


def read_alignment(path: Path, instance: TerritoryInstance) -> TerritoryPlan:
    """Read a CSV (comma, semicolon or tab) or Excel table with the columns area_id and rep_id into a plan.

    Raises
    ------
    ScenarioError
        When the file cannot be read, or an area is missing, unknown or given twice, or a rep is unknown; all at once.
    """
    table = read_text_table(path, key="--alignment")
    missing = [column for column in ("area_id", "rep_id") if column not in table]
    if missing:
        text = f"no column {' and no column '.join(missing)}; the file has {', '.join(table.columns)}"
        raise ScenarioError([Fault(file=str(path), line=1, key="--alignment", message=text)])
    faults = _faults(path, table, instance)
    if faults:
        raise ScenarioError(faults)
    owner = dict(zip(table["area_id"], table["rep_id"], strict=True))
    return plan_from_owners([owner[area] for area in instance.area_ids], instance)


def read_text_table(path: Path, *, key: str) -> pd.DataFrame:
    """Read a CSV (comma, semicolon or tab) or Excel table with every cell as text.

    Raises
    ------
    ScenarioError
        Naming the option `key`, when the file cannot be read.
    """
    try:
        if path.suffix.lower() in {".xlsx", ".xlsm"}:
            return pd.read_excel(path, dtype=str, keep_default_na=False)
        head = path.read_text(encoding="utf-8-sig").partition("\n")[0]
        separator = ";" if ";" in head else "\t" if "\t" in head else ","
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", sep=separator)
    except FileNotFoundError as error:
        raise ScenarioError([Fault(file=str(path), key=key, message="there is no such file")]) from error
    except (OSError, ValueError) as error:
        raise ScenarioError(
            [
                Fault(
                    file=str(path),
                    key=key,
                    message=f"cannot be read as a table ({error}); save it as CSV (UTF-8) or .xlsx",
                )
            ]
        ) from error


def _faults(path: Path, table: pd.DataFrame, instance: TerritoryInstance) -> list[Fault]:
    """Find every line that names an unknown area or rep, or an area again, and the areas that no line names."""
    faults = []
    areas, reps, seen = set(instance.area_ids), set(instance.rep_ids), dict[str, int]()
    for row, (area, rep) in enumerate(zip(table["area_id"], table["rep_id"], strict=True), start=2):
        if area not in areas:
            faults.append(Fault(file=str(path), line=row, key="area_id", message=f"no area is called {area!r}"))
        elif area in seen:
            faults.append(
                Fault(
                    file=str(path), line=row, key="area_id", message=f"{area} is given again, first in row {seen[area]}"
                )
            )
        if rep not in reps:
            faults.append(Fault(file=str(path), line=row, key="rep_id", message=f"no rep is called {rep!r}"))
        seen.setdefault(area, row)
    left_out = [area for area in instance.area_ids if area not in seen]
    if left_out:
        some = ", ".join(left_out[:5]) + (" …" if len(left_out) > 5 else "")
        faults.append(
            Fault(
                file=str(path),
                key="area_id",
                message=f"{len(left_out)} areas have no line: {some}; every area needs a rep",
            )
        )
    return faults
