"""Keep each rep's tours at hand in a file of their own, so that they can be planned again within seconds."""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from pydantic import TypeAdapter

from optimizer.solving import Status, StopReason
from optimizer.tours.instance import IntArray, Place, TourInstance, VisitRule, WorkDay
from optimizer.tours.objective import terms
from optimizer.tours.plan import Missed, TourPlan, TourResult
from optimizer.tours.replan import Replan
from optimizer.tours.verify import verify
from scenarios.faults import Fault, ScenarioError
from scenarios.saved import STAGES_FOLDER, digest

FOLDER: Final = f"{STAGES_FOLDER}/everyday"
INDEX: Final = f"{FOLDER}/index.json"
ACCOUNT_FIELDS: Final = ("account_id", "name", "town", "segment", "lon", "lat")
"""What files about visits show of an account."""
IRRELEVANT: Final = ("name", "description", "solver", "outputs", "resources")
"""Sections of a scenario that say nothing about the visits of a rep."""
_PLAN: Final = TypeAdapter(TourPlan)
_MISSED: Final = TypeAdapter(tuple[Missed, ...])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Desk:
    """What there is to know of one rep's cycle."""

    rep_id: str
    rep_name: str
    home: tuple[float, float]
    """lon and lat."""
    made_from: str
    """Fingerprint of what the tours of the run were made from."""
    instance: TourInstance
    """With all accounts of the rep, also those without visits."""
    plan: TourPlan
    missed: tuple[Missed, ...]
    accounts: tuple[Mapping[str, Any], ...]
    """`ACCOUNT_FIELDS` of each account of the instance."""
    replanned: bool = False
    """Whether the tours are others than those of the run."""

    def result(self) -> TourResult:
        """Give the tours in the form that a run has them in."""
        broken = verify(self.instance, self.plan)
        return TourResult(
            rep_id=self.rep_id,
            status=Status.UNKNOWN if broken else Status.FEASIBLE,
            plan=self.plan,
            missed=self.missed,
            violations=broken,
            terms=terms(self.instance, self.plan),
            bound=None,
            stopped_by=StopReason.WORK_DONE,
        )

    def after(self, change: Replan) -> "Desk":
        """Give the desk with the rest of the cycle planned again."""
        return replace(self, instance=change.instance, plan=change.plan, missed=change.missed, replanned=True)


def make_desk(
    instance: TourInstance,
    everyone: TourInstance,
    result: TourResult,
    *,
    rep: Mapping[str, Any],
    accounts: Mapping[str, Mapping[str, Any]],
    made_from: str,
) -> Desk:
    """Lay out a rep's tours of a run.

    Parameters
    ----------
    everyone
        As `instance`, with the accounts that want no visit too.
    rep
        name, lon and lat.
    accounts
        `ACCOUNT_FIELDS` by account_id.
    """
    place = {rule.account_id: a for a, rule in enumerate(everyone.visits)}
    number = [place[rule.account_id] for rule in instance.visits]
    tours = result.plan.tours if result.plan else ()
    moved = [
        replace(tour, stops=tuple(replace(stop, account=number[stop.account]) for stop in tour.stops)) for tour in tours
    ]
    return Desk(
        rep_id=instance.rep_id,
        rep_name=str(rep["name"]),
        home=(float(rep["lon"]), float(rep["lat"])),
        made_from=made_from,
        instance=everyone,
        plan=TourPlan(tours=tuple(moved)),
        missed=tuple(replace(miss, account=number[miss.account]) for miss in result.missed),
        accounts=tuple(
            {name: _plain(accounts[rule.account_id][name]) for name in ACCOUNT_FIELDS} for rule in everyone.visits
        ),
    )


def desk_bytes(desk: Desk) -> bytes:
    """Write a desk; the same desk gives the same bytes."""
    instance = desk.instance
    payload = {
        "rep": [desk.rep_id, desk.rep_name, *desk.home],
        "made_from": desk.made_from,
        "replanned": desk.replanned,
        "days": [asdict(day) for day in instance.days],
        "visits": [asdict(rule) for rule in instance.visits],
        "drive_minutes": instance.drive_minutes.tolist(),
        "drive_metres": instance.drive_metres.tolist(),
        "numbers": {name: getattr(instance, name) for name in NUMBERS},
        "worked_minutes": instance.worked_minutes,
        "places": [asdict(place) for place in instance.places],
        "plan": _PLAN.dump_python(desk.plan, mode="json"),
        "missed": _MISSED.dump_python(desk.missed, mode="json"),
        "accounts": desk.accounts,
    }
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return gzip.compress(text.encode(), compresslevel=6, mtime=0)


NUMBERS: Final = (
    "week_minutes",
    "overtime_weight",
    "level_weight",
    "weekday_weight",
    "change_weight",
    "van_load",
    "level_days_weight",
    "night_weight",
    "night_from_minutes",
)
"""Whole numbers of a tour problem."""


def desk_from(data: bytes) -> Desk:
    """Undo `desk_bytes`."""
    payload = json.loads(gzip.decompress(data))
    rep_id, rep_name, lon, lat = payload["rep"]
    instance = TourInstance(
        rep_id=rep_id,
        days=tuple(WorkDay(**day) for day in payload["days"]),
        visits=tuple(_visit_rule(rule) for rule in payload["visits"]),
        drive_minutes=_matrix(payload["drive_minutes"]),
        drive_metres=_matrix(payload["drive_metres"]),
        worked_minutes=tuple(payload["worked_minutes"]),
        places=tuple(Place(**place) for place in payload["places"]),
        **payload["numbers"],
    )
    return Desk(
        rep_id=rep_id,
        rep_name=rep_name,
        home=(lon, lat),
        made_from=payload["made_from"],
        instance=instance,
        plan=_PLAN.validate_python(payload["plan"]),
        missed=_MISSED.validate_python(payload["missed"]),
        accounts=tuple(payload["accounts"]),
        replanned=payload["replanned"],
    )


def index_text(
    file_of_rep: Mapping[str, str], resolved: Mapping[str, Any], inputs: Mapping[str, str], *, period_start: str
) -> str:
    """Write which file is whose, and what the run was made from."""
    return (
        json.dumps(
            {
                "reps": dict(file_of_rep),
                "scenario": scenario_digest(resolved),
                "inputs": dict(inputs),
                "period_start": period_start,
            },
            ensure_ascii=False,
            indent=1,
            sort_keys=True,
        )
        + "\n"
    )


def scenario_digest(resolved: Mapping[str, Any]) -> str:
    """Give a fingerprint of the sections on which visits depend."""
    return digest({name: section for name, section in resolved.items() if name not in IRRELEVANT})


def read_index(folder: Path) -> dict[str, Any]:
    """Read what the run left.

    Raises
    ------
    ScenarioError
        When the folder holds none.
    """
    path = folder / INDEX
    if not path.is_file():
        text = "holds no tours to plan again; run the scenario first, with the same --out"
        raise ScenarioError([Fault(file=str(folder), message=text)])
    index: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return index


def accounts_elsewhere(folder: Path, file_of_rep: Mapping[str, str], rep_id: str) -> dict[str, str]:
    """Tell whose the accounts of all other reps are: rep_id by account_id."""
    owners: dict[str, str] = {}
    for other, name in file_of_rep.items():
        path = folder / FOLDER / name
        if other != rep_id and path.is_file():
            payload = json.loads(gzip.decompress(path.read_bytes()))
            owners |= {str(account["account_id"]): other for account in payload["accounts"]}
    return owners


def with_replanned(
    folder: Path,
    file_of_rep: Mapping[str, str],
    instances: Sequence[TourInstance],
    results: Sequence[TourResult],
    *,
    made_from: str,
) -> tuple[tuple[TourInstance, ...], tuple[TourResult, ...], tuple[Desk, ...]]:
    """Put the tours that were planned again since a run in the place of the run's own.

    Returns
    -------
    Problems and results in their order, and the desks of the reps concerned.
    """
    desks = []
    problems, found = list(instances), list(results)
    for i, instance in enumerate(instances):
        path = folder / FOLDER / file_of_rep[instance.rep_id]
        desk = desk_from(path.read_bytes()) if path.is_file() else None
        if desk is not None and desk.replanned and desk.made_from == made_from:
            problems[i], found[i] = desk.instance, desk.result()
            desks.append(desk)
    return tuple(problems), tuple(found), tuple(desks)


def _visit_rule(payload: dict[str, Any]) -> VisitRule:
    windows = tuple(tuple((lo, hi) for lo, hi in spans) for spans in payload.pop("windows"))
    patterns = tuple(tuple(pattern) for pattern in payload.pop("patterns"))
    last, promised = (tuple(payload.pop(name)) for name in ("last_days", "promised_days"))
    return VisitRule(windows=windows, patterns=patterns, last_days=last, promised_days=promised, **payload)


def _matrix(rows: list[list[int]]) -> IntArray:
    return np.array(rows, dtype=np.int64).reshape(len(rows), len(rows))


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value
