"""Make the tour problems of a scenario, once for the planner and once, apart from it, for the check."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.tours_week_check import Call, Checked, DayPlan, RepWeek, Shop, WeekRules, check_rep
from maps.console import Console
from optimizer.solving import SolverSettings
from optimizer.tours.instance import TourInstance
from optimizer.tours.plan import TourResult
from scenarios.assemble_territories import rep_of_accounts, solver_settings
from scenarios.assemble_tours import assemble_tours, first_monday
from scenarios.checking import CheckedData
from scenarios.commands.chain import Chain
from scenarios.consistency import minute_of_day
from scenarios.loading import load_scenario
from scenarios.opening import parse_opening_hours
from scenarios.schema import Scenario, TravelMethod, Weekday
from scenarios.travel import travel_model
from scenarios.workload import visit_rules

WEEKDAYS = tuple(Weekday)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeekCase:
    """A firm's reps, each with his shops."""

    scenario: Scenario
    settings: SolverSettings
    data: CheckedData
    rules: pd.DataFrame
    """Visit rules, in the order of `data.accounts`."""
    owners: tuple[str, ...]
    """rep_id of each account."""

    def instances(self) -> tuple[TourInstance, ...]:
        """Make the planner's problems."""
        travel = travel_model(self.scenario.travel)
        return assemble_tours(self.data, self.owners, self.rules, travel, self.scenario)

    def copied(self, times: int) -> "WeekCase":
        """Lay copies of the firm side by side along its latitude, each with names of its own."""
        accounts, reps = self.data.accounts, self.data.reps
        width = float(accounts["lon"].max() - accounts["lon"].min()) + 1.0

        def shifted(table: pd.DataFrame, key: str) -> pd.DataFrame:
            copies = [
                table.assign(**{key: table[key] + f"/{copy}", "lon": table["lon"] + copy * width})
                for copy in range(times)
            ]
            return pd.concat(copies, ignore_index=True)

        return replace(
            self,
            data=replace(self.data, accounts=shifted(accounts, "account_id"), reps=shifted(reps, "rep_id")),
            rules=pd.concat([self.rules] * times, ignore_index=True),
            owners=tuple(f"{owner}/{copy}" for copy in range(times) for owner in self.owners),
        )


def week_case(path: Path, folder: Path, *, sets: Sequence[str] = ()) -> WeekCase:
    """Go through a scenario up to its territories; what `folder` holds of an earlier time is taken where it fits.

    Raises
    ------
    ValueError
        When the scenario cannot be used, or sets a rule that the check does not know.
    """
    loaded = load_scenario(path, sets=sets)
    week_rules(loaded.scenario)
    chain = Chain(loaded=loaded, folder=folder, console=Console(quiet=True), reuse=True)
    data = chain.check()
    rules = visit_rules(data.accounts, loaded.scenario)
    territory = chain.territories(data, rules, chain.forecast(data, rules))
    folder.mkdir(parents=True, exist_ok=True)
    chain.save(folder)
    owners = rep_of_accounts(territory.instance, territory.plan, data, territory.account_reps)
    return WeekCase(
        scenario=loaded.scenario,
        settings=solver_settings(loaded.scenario),
        data=chain.housed(data),
        rules=rules,
        owners=tuple(owners),
    )


def week_rules(scenario: Scenario) -> WeekRules:
    """Copy what the check needs of a scenario.

    Raises
    ------
    ValueError
        When the scenario sets a rule that the check does not know.
    """
    tours, travel = scenario.tours, scenario.travel
    spaced = any(segment.min_days_between > 1 or segment.max_days_between for segment in scenario.segments.values())
    asked = {
        "travel.method": travel.method is TravelMethod.GRAPH,
        "tours.public_holidays": tours.public_holidays,
        "tours.appointments": bool(tours.appointments),
        "tours.days_off": bool(tours.days_off),
        "tours.van_load": bool(tours.van_load),
        "tours.nights_away": tours.nights_away is not None,
        "tours.starts_and_ends": bool(tours.starts_and_ends),
        "segments: days between visits": spaced,
    }
    if any(asked.values()):
        unknown = ", ".join(key for key, used in asked.items() if used)
        raise ValueError(f"the check does not know these rules; leave them out: {unknown}")
    return WeekRules(
        monday=first_monday(scenario),
        weeks=tours.weeks,
        closed=frozenset(tours.closed),
        day_start=minute_of_day(tours.workday.start),
        day_end=minute_of_day(tours.workday.end),
        overtime=tours.overtime_minutes,
        lunch_minutes=tours.lunch.minutes,
        lunch_from=minute_of_day(tours.lunch.earliest),
        lunch_until=minute_of_day(tours.lunch.latest),
        parking=travel.parking_minutes,
        circuity=travel.circuity,
        town_kmh=travel.town_kmh * travel.speed_factor,
        country_kmh=travel.country_kmh * travel.speed_factor,
    )


def rep_weeks(case: WeekCase) -> tuple[RepWeek, ...]:
    """Copy what the check needs of every rep and his shops, in the order of `case.instances()`."""
    tables = case.data.accounts[["account_id", "lon", "lat"]].join(case.rules.reset_index(drop=True))
    owner = np.asarray(case.owners, dtype=object)
    weeks = []
    for rep in case.data.reps.to_dict("records"):
        own = tables[(owner == rep["rep_id"]) & (tables["visits"].to_numpy() > 0)]
        days = {Weekday(name) for name in str(rep["working_days"]).split()} or set(case.scenario.tours.working_days)
        weeks.append(
            RepWeek(
                rep_id=str(rep["rep_id"]),
                lon=float(rep["lon"]),
                lat=float(rep["lat"]),
                week_minutes=round(60 * float(rep["hours_per_week"])),
                weekdays=frozenset(WEEKDAYS.index(day) for day in days),
                shops=tuple(
                    Shop(
                        account_id=str(shop["account_id"]),
                        lon=float(shop["lon"]),
                        lat=float(shop["lat"]),
                        visits=int(shop["visits"]),
                        service=int(shop["service_minutes"]),
                        must=bool(shop["must"]),
                        value=int(shop["value"]),
                        opening=parse_opening_hours(str(shop["opening_hours"])),
                    )
                    for shop in own.to_dict("records")
                ),
            )
        )
    return tuple(weeks)


def days_of(instance: TourInstance, result: TourResult) -> list[DayPlan]:
    """Copy the clock times of a plan for the check."""
    return [
        DayPlan(
            day=instance.days[tour.day].day,
            leave=tour.leave_home,
            calls=tuple(Call(shop=stop.account, start=stop.start) for stop in tour.stops),
            lunch=tour.lunch_start if tour.lunch_before >= 0 else None,
            back=tour.back_home,
        )
        for tour in (result.plan.tours if result.plan else ())
    ]


def check_all(case: WeekCase, plans: Sequence[Sequence[DayPlan]], *, even: bool = True) -> Checked:
    """Check every rep's days and add up."""
    rules = week_rules(case.scenario)
    each = [check_rep(rep, rules, days, even=even) for rep, days in zip(rep_weeks(case), plans, strict=True)]
    return Checked(
        faults=tuple(fault for checked in each for fault in checked.faults),
        visits=sum(checked.visits for checked in each),
        wanted=sum(checked.wanted for checked in each),
        musts_missed=sum(checked.musts_missed for checked in each),
        value_missed=sum(checked.value_missed for checked in each),
        drive_minutes=sum(checked.drive_minutes for checked in each),
        drive_km=sum(checked.drive_km for checked in each),
    )
