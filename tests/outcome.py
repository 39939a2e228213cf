"""Check the files of a finished run by their own words alone, without any code of the product."""

import hashlib
import json
from collections import Counter
from pathlib import Path

import pandas as pd


def minutes(clock: str) -> int:
    """Minutes after midnight of "HH:MM"."""
    hours, rest = clock.split(":")
    return int(hours) * 60 + int(rest)


def day_faults(out: Path, *, start: str, end: str, overtime: int) -> list[str]:
    """Find days whose clock times do not add up or lie outside the working day."""
    visits = pd.read_csv(out / "visits.csv", dtype={"account_id": str, "rep_id": str})
    days = pd.read_csv(out / "days.csv", dtype={"rep_id": str}, keep_default_na=False)
    faults = []
    for day in days.to_dict("records"):
        name = f"{day['rep_id']} {day['date']}"
        stops = visits[(visits["rep_id"] == day["rep_id"]) & (visits["date"] == day["date"])].sort_values("stop")
        clock, driven = minutes(day["leave_home"]), 0
        if clock < minutes(start) or minutes(day["back_home"]) > minutes(end) + overtime:
            faults.append(f"{name}: outside the working day")
        for stop in stops.to_dict("records"):
            driven += stop["drive_minutes"]
            lunch = day["lunch_minutes"] if stop["stop"] == day["lunch_before"] else 0
            if minutes(stop["arrive"]) < clock + stop["drive_minutes"]:
                faults.append(f"{name}: stop {stop['stop']} is reached too early")
            if minutes(stop["depart"]) - minutes(stop["arrive"]) < stop["service_minutes"]:
                faults.append(f"{name}: stop {stop['stop']} is left too early")
            if minutes(stop["depart"]) < clock + stop["drive_minutes"] + stop["service_minutes"] + lunch:
                faults.append(f"{name}: lunch before stop {stop['stop']} takes no time")
            clock = minutes(stop["depart"])
        home = day["drive_minutes"] - driven
        lunch = day["lunch_minutes"] if day["lunch_before"] == len(stops) + 1 else 0
        if home < 0 or minutes(day["back_home"]) < clock + home + lunch:
            faults.append(f"{name}: home is reached too early")
        if len(stops) != day["stops"]:
            faults.append(f"{name}: {len(stops)} stops, {day['stops']} told")
    if len(visits) != days["stops"].sum():
        faults.append("some visits lie on no day")
    return faults


def visit_faults(out: Path) -> list[str]:
    """Find accounts whose visits planned and missed do not make the visits wanted, or that another rep visits."""
    visits = pd.read_csv(out / "visits.csv", dtype={"account_id": str, "rep_id": str})
    missed = pd.read_csv(out / "missed.csv", dtype={"account_id": str}).set_index("account_id")
    assignment = pd.read_csv(out / "assignment.csv", dtype=str).set_index("area_id")["rep_id"]
    accounts = [feature["properties"] for feature in read(out / "accounts.geojson")["features"]]
    planned = Counter(visits["account_id"])
    faults = []
    for account in accounts:
        name, count = account["account_id"], planned.pop(account["account_id"], 0)
        if count < account["visits_wanted"] and (name not in missed.index or not missed.loc[name, "reason"]):
            faults.append(f"{name}: {count} of {account['visits_wanted']} visits, no reason told")
        if count > account["visits_wanted"]:
            faults.append(f"{name}: {count} visits, {account['visits_wanted']} wanted")
        if account["rep_id"] != assignment[account["area_id"]]:
            faults.append(f"{name}: of {account['rep_id']}, but its area is of {assignment[account['area_id']]}")
    owner = {account["account_id"]: account["rep_id"] for account in accounts}
    faults += [f"{a}: visited by {r}" for a, r in visits[["account_id", "rep_id"]].to_numpy() if owner.get(a) != r]
    twice = visits.duplicated(["account_id", "date"])
    return faults + [f"{a}: twice on one day" for a in visits["account_id"][twice]] + [f"{a}: unknown" for a in planned]


def balance_faults(out: Path, tolerance: float) -> list[str]:
    """Find territories further from the targets told than the tolerance, and targets that do not make the whole.

    Half a percent of a unit's rounding is let pass: files hold whole minutes and whole money per area.
    """
    areas = pd.DataFrame([feature["properties"] for feature in read(out / "areas.geojson")["features"]])
    told = {row["rep_id"]: row for row in read(out / "measures.json")["territories"]["by_territory"]}
    sums = areas.groupby("rep_id")[["potential", "workload_hours"]].sum()
    faults = []
    for rep, row in sums.iterrows():
        for column, target in (("potential", "potential_target"), ("workload_hours", "workload_target")):
            deviation = row[column] / told[rep][target] - 1
            if abs(deviation) > tolerance + 0.005:
                faults.append(f"{rep}: {column} {deviation:+.1%} off target")
    for target, column in (("potential_target", "potential"), ("workload_target", "workload_hours")):
        whole, shared = areas[column].sum(), sum(row[target] for row in told.values())
        if abs(whole - shared) > 0.001 * whole:
            faults.append(f"targets of {column} sum to {shared}, the areas to {whole}")
    return faults


def read(path: Path) -> dict:
    """Read a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file but run.json, which tells times."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "run.json")
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
