"""Save the result of each stage, and read it back for a run that starts later in the chain."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from forecasting.history import Forecast, no_areas, no_drivers, no_event_effects, no_levels, no_residuals
from optimizer.solving import Conflict, Status, StopReason, Term, Violation
from optimizer.territory.instance import TerritoryInstance
from optimizer.territory.plan import TerritoryPlan, TerritoryResult
from optimizer.tours.plan import TourResult
from scenarios.faults import Fault, ScenarioError

STAGES_FOLDER: Final = "stages"
ENDED_EARLY: Final = "ended_early"
"""Key of a saved stage: what ended its search before its work was done."""
_TOURS: Final = TypeAdapter(tuple[TourResult, ...])
_TERMS: Final = TypeAdapter(tuple[Term, ...])
_VIOLATIONS: Final = TypeAdapter(tuple[Violation, ...])
_CONFLICTS: Final = TypeAdapter(tuple[Conflict, ...])


def digest(payload: Any) -> str:  # noqa: ANN401 -- any JSON value
    """Give a short fingerprint of a JSON value."""
    return hashlib.sha256(_json(payload).encode()).hexdigest()[:16]


def file_digest(path: Path) -> str:
    """Give the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def save_stage(folder: Path, stage: str, *, made_from: str, payload: Mapping[str, Any], ended_early: str = "") -> None:
    """Write `stages/<stage>.json` with the fingerprint of what it was made from, and what ended its search early."""
    place = folder / STAGES_FOLDER
    place.mkdir(exist_ok=True)
    mark = {ENDED_EARLY: ended_early} if ended_early else {}
    text = _json({"made_from": made_from, **payload, **mark}) + "\n"
    (place / f"{stage}.json").write_text(text, encoding="utf-8", newline="\n")


def early_end(payload: Mapping[str, Any]) -> str:
    """Tell what ended the search of a stage before its work was done, from its result as JSON values; "" for nothing.

    "interrupted" for Ctrl-C, "out of time" for the time limit, which lets results depend on the machine.
    """
    stops = {payload.get("stopped_by"), *(tour.get("stopped_by") for tour in payload.get("tours", ()))}
    return next((str(stop) for stop in (StopReason.INTERRUPTED, StopReason.OUT_OF_TIME) if str(stop) in stops), "")


def stage_file(folder: Path, stage: str) -> Path:
    """Name the file of a saved stage."""
    return folder / STAGES_FOLDER / f"{stage}.json"


def is_saved(folder: Path, stage: str) -> bool:
    """Tell whether a folder holds a saved stage, whatever it was made from."""
    return stage_file(folder, stage).is_file()


def load_stage(folder: Path, stage: str, *, made_from: str) -> dict[str, Any] | None:
    """Read a stage back; `None` when it is not there or was made from something else.

    Raises
    ------
    ScenarioError
        When the file is damaged.
    """
    path = stage_file(folder, stage)
    if not path.is_file():
        return None
    try:
        payload = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        text = f"is damaged ({error}); run the scenario without --only to make it anew"
        raise ScenarioError([Fault(file=str(path), message=text)]) from error
    if not isinstance(payload, dict) or payload.pop("made_from", None) != made_from:
        return None
    return payload


def read_forecast(folder: Path) -> tuple[Forecast, str] | None:
    """Read the forecast of a run whatever has changed since, and the fingerprint of what it was made from.

    `None` where no run left one.

    Raises
    ------
    ScenarioError
        When the file is damaged.
    """
    path = stage_file(folder, "forecast")
    if not path.is_file():
        return None
    try:
        payload = json.loads(path.read_text(encoding="utf-8"))
        return forecast_from(payload)[0], str(payload["made_from"])
    except (ValueError, KeyError, TypeError) as error:
        text = "is damaged; run the scenario without --only to make it anew"
        raise ScenarioError([Fault(file=str(path), message=text)]) from error


def forecast_payload(forecast: Forecast, potential: pd.DataFrame) -> dict[str, Any]:
    """Lay out a forecast and the potential made from it as JSON values."""
    return {
        "table": _frame(forecast.table),
        "scores": _frame(forecast.scores),
        "history": _frame(forecast.history),
        "notes": list(forecast.notes),
        "version": forecast.version,
        "areas": _frame(forecast.areas),
        "levels": _frame(forecast.levels),
        "drivers": _frame(forecast.drivers),
        "event_effects": _frame(forecast.event_effects),
        "residuals": _frame(forecast.residuals),
        "potential": _frame(potential),
    }


def forecast_from(payload: Mapping[str, Any]) -> tuple[Forecast, pd.DataFrame]:
    """Undo `forecast_payload`."""
    scores = _unframe(payload["scores"])
    if not (scores["region"] == "").any():  # an older version wrote "all" for all regions
        scores["region"] = scores["region"].replace("all", "")
    levels = _unframe(payload["levels"]) if "levels" in payload else no_levels()
    effects = _unframe(payload["event_effects"]) if "event_effects" in payload else no_event_effects()
    forecast = Forecast(
        table=_unframe(payload["table"]),
        scores=scores if "note" in scores else scores.assign(note=""),
        history=_unframe(payload["history"]),
        notes=tuple(payload["notes"]),
        version=str(payload.get("version", "")),
        areas=_unframe(payload["areas"]) if "areas" in payload else no_areas(),
        levels=levels if "model" in levels else levels.assign(model=""),  # older versions did not tell it
        drivers=_unframe(payload["drivers"]) if "drivers" in payload else no_drivers(),
        event_effects=effects if "counted" in effects else effects.assign(counted=float("nan")),
        residuals=_unframe(payload["residuals"]) if "residuals" in payload else no_residuals(),
    )
    return forecast, _unframe(payload["potential"])


def territories_payload(instance: TerritoryInstance, result: TerritoryResult) -> dict[str, Any]:
    """Lay out a territory result as JSON values, with ids instead of indices."""

    def owners(plan: TerritoryPlan | None) -> dict[str, str] | None:
        if plan is None:
            return None
        return {
            area: instance.rep_ids[rep] for area, rep in zip(instance.area_ids, plan.rep_of_area.tolist(), strict=True)
        }

    return {
        "status": str(result.status),
        "plan": owners(result.plan),
        "closest": owners(result.closest),
        "violations": _VIOLATIONS.dump_python(result.violations, mode="json"),
        "conflicts": _CONFLICTS.dump_python(result.conflicts, mode="json"),
        "terms": _TERMS.dump_python(result.terms, mode="json"),
        "bound": result.bound,
        "stopped_by": str(result.stopped_by),
    }


def territories_from(payload: Mapping[str, Any], instance: TerritoryInstance) -> TerritoryResult:
    """Undo `territories_payload`."""

    def plan(owners: Mapping[str, str] | None) -> TerritoryPlan | None:
        return None if owners is None else plan_from_owners([owners[area] for area in instance.area_ids], instance)

    return TerritoryResult(
        status=Status(payload["status"]),
        plan=plan(payload["plan"]),
        closest=plan(payload["closest"]),
        violations=_VIOLATIONS.validate_python(payload["violations"]),
        conflicts=_CONFLICTS.validate_python(payload["conflicts"]),
        terms=_TERMS.validate_python(payload["terms"]),
        bound=float(payload["bound"]),
        stopped_by=StopReason(payload["stopped_by"]),
    )


def plan_from_owners(rep_ids: Sequence[str], instance: TerritoryInstance) -> TerritoryPlan:
    """Make a plan from the rep_id of each area, in the order of the instance; every id must be known."""
    index = {rep: i for i, rep in enumerate(instance.rep_ids)}
    return TerritoryPlan(rep_of_area=np.array([index[rep] for rep in rep_ids], dtype=np.int64))


def tours_payload(results: Sequence[TourResult]) -> dict[str, Any]:
    """Lay out tour results as JSON values."""
    return {"tours": _TOURS.dump_python(tuple(results), mode="json")}


def tours_from(payload: Mapping[str, Any]) -> tuple[TourResult, ...]:
    """Undo `tours_payload`."""
    return _TOURS.validate_json(json.dumps(payload["tours"]))


def _frame(frame: pd.DataFrame) -> dict[str, Any]:
    """Lay out a table by columns, in their order; dates as ISO text and named as such, missing values as null."""
    dates = [name for name in frame.columns if pd.api.types.is_datetime64_any_dtype(frame[name])]
    values = [
        (frame[name].dt.strftime("%Y-%m-%d") if name in dates else frame[name])
        .astype(object)
        .where(frame[name].notna(), None)
        .tolist()
        for name in frame.columns
    ]
    return {"names": list(frame.columns), "dates": dates, "values": values}


def _unframe(payload: Mapping[str, Any]) -> pd.DataFrame:
    """Undo `_frame`."""
    frame = pd.DataFrame(dict(zip(payload["names"], payload["values"], strict=True)))
    for name in payload["dates"]:
        frame[name] = pd.to_datetime(frame[name], format="%Y-%m-%d")
    return frame


def _json(payload: Any) -> str:  # noqa: ANN401 -- any JSON value
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=True)
