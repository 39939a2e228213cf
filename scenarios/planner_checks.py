"""Find every line of the planner's rules that cannot be meant, before any solver is asked."""

from collections.abc import Iterator
from functools import partial

from scenarios.barriers import read_lines
from scenarios.checking import CheckedData
from scenarios.faults import Fault, ScenarioError
from scenarios.loaded import LoadedScenario, fault_at
from scenarios.planner_rules import areas_called, group_indices
from scenarios.rule_names import area_fault, rep_fault, unknown_accounts, unknown_areas, unknown_reps
from scenarios.suggest import did_you_mean, one_of
from scenarios.tour_checks import TOUR_CHECKS


def check_planner_rules(loaded: LoadedScenario, data: CheckedData) -> None:
    """Find every line of the planner's rules that names no area, rep or account, or has nothing to act on.

    Raises
    ------
    ScenarioError
        With all such lines at once.
    """
    faults = [fault for check in CHECKS for fault in check(loaded, data)]
    for refuse in (lambda: group_indices(loaded, data), lambda: _lines(loaded)):
        try:
            refuse()
        except ScenarioError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(faults)


def _lines(loaded: LoadedScenario) -> None:
    if loaded.scenario.territories.barriers.lines:
        read_lines(loaded)


def _pairs_name_areas_and_reps(loaded: LoadedScenario, data: CheckedData) -> Iterator[Fault]:
    for key in ("locks", "forbidden"):
        for number, rule in enumerate(getattr(loaded.scenario.territories, key), start=1):
            place = f"territories.{key}[{number}]"
            yield from area_fault(rule.area, data.areas, f"{place}.area", partial(fault_at, loaded))
            yield from rep_fault(rule.rep, data.reps["rep_id"].tolist(), f"{place}.rep", partial(fault_at, loaded))


def _names_are_known(loaded: LoadedScenario, data: CheckedData) -> Iterator[Fault]:
    rules, at = loaded.scenario.territories, partial(fault_at, loaded)
    yield from unknown_areas(rules, data.areas, at)
    yield from unknown_reps(rules, data.reps["rep_id"].tolist(), at)
    yield from unknown_accounts(rules, data.accounts["account_id"].tolist(), at)


def _barriers_and_links_join_two_areas(loaded: LoadedScenario, data: CheckedData) -> Iterator[Fault]:
    rules = loaded.scenario.territories
    for key, pairs in (("barriers.pairs", rules.barriers.pairs), ("links", rules.links)):
        for number, pair in enumerate(pairs, start=1):
            found = [areas_called(area, data) for area in pair.areas]
            if found[0] == found[1] and len(found[0]) == 1:
                text = f'"{pair.areas[0]}" twice; expected two different areas'
                yield fault_at(loaded, f"territories.{key}[{number}].areas", text)


def _shares_are_known(loaded: LoadedScenario, data: CheckedData) -> Iterator[Fault]:
    for name, rule in loaded.scenario.territories.balance.items():
        place = f"territories.balance.{name}"
        lacking = data.reps["rep_id"][~(data.reps["target_share"] > 0)].tolist()
        if rule.share_by == "target_share" and lacking:
            who = f"{one_of(lacking, most=5, word='and')} {'has' if len(lacking) == 1 else 'have'}"
            text = (
                f"{who} no target_share in the reps table; fill the column (1 for full time, 0.5 for half), "
                "or write share_by: hours"
            )
            yield fault_at(loaded, f"{place}.share_by", text)


def _frozen_reps_have_areas(loaded: LoadedScenario, data: CheckedData) -> Iterator[Fault]:
    rules = loaded.scenario.territories
    for number, rep in enumerate(rules.freeze, start=1):
        place = f"territories.freeze[{number}]"
        own = data.areas[data.areas["current_rep_id"] == rep]
        if rep in set(data.reps["rep_id"]) and not len(own):
            yield fault_at(loaded, place, f"{rep} has no area in the current alignment, so there is nothing to freeze")
        called = {*own["area_id"], *own["name"]}
        for line, lock in enumerate(rules.locks, start=1):
            if lock.rep != rep and lock.area in called:
                text = (
                    f'"{lock.area}" is locked to {lock.rep}, but belongs to {rep}, who is frozen; remove one of the two'
                )
                yield fault_at(loaded, f"territories.locks[{line}].area", text)
            elif lock.rep == rep and areas_called(lock.area, data) and lock.area not in called:
                text = (
                    f'"{lock.area}" is locked to {rep}, who is frozen: he keeps the areas of today and gets no new '
                    "one; remove one of the two"
                )
                yield fault_at(loaded, f"territories.locks[{line}].area", text)
        for line, pair in enumerate(rules.forbidden, start=1):
            if pair.rep == rep and pair.area in called:
                text = f'"{pair.area}" is forbidden to {rep}, who is frozen and has it today; remove one of the two'
                yield fault_at(loaded, f"territories.forbidden[{line}].area", text)


def _groups_are_known(loaded: LoadedScenario, data: CheckedData) -> Iterator[Fault]:
    for number, rule in enumerate(loaded.scenario.territories.keep_together, start=1):
        if not (data.areas[rule.by] != "").any():
            table = "accounts" if loaded.scenario.data.areas.source is None else "areas"
            text = f'no area has a {rule.by}; name its column of the {table} table under columns, as "{rule.by}: epci"'
            yield fault_at(loaded, f"territories.keep_together[{number}].by", text)
            continue
        known = sorted(set(data.areas[rule.by]) - {""})
        for position, entry in enumerate(rule.except_for, start=1):
            if entry not in known:
                text = f'no area has the {rule.by} "{entry}"{did_you_mean(entry, known)}'
                yield fault_at(loaded, f"territories.keep_together[{number}].except_for[{position}]", text)


def _every_area_may_belong_to_somebody(loaded: LoadedScenario, data: CheckedData) -> Iterator[Fault]:
    rules, team = loaded.scenario.territories, set(data.reps["rep_id"])
    closed: dict[int, set[str]] = {}
    for number, pair in enumerate(rules.forbidden, start=1):
        for area in areas_called(pair.area, data):
            barred = closed.setdefault(area, set())
            whole = barred == team
            barred.update({pair.rep} & team)
            if barred == team and not whole:
                text = f'"{pair.area}" is forbidden to every rep now; leave one of its lines out'
                yield fault_at(loaded, f"territories.forbidden[{number}].area", text)


def _there_is_something_to_repair(loaded: LoadedScenario, data: CheckedData) -> Iterator[Fault]:
    served = set(data.areas["current_rep_id"])
    if loaded.scenario.territories.mode == "repair" and set(data.reps["rep_id"]) == served:
        text = "nothing to repair: every area has a rep and every rep has areas today; write mode: improve"
        yield fault_at(loaded, "territories.mode", text)


def _alternatives_are_others(loaded: LoadedScenario, _: CheckedData) -> Iterator[Fault]:
    if loaded.scenario.territories.alternatives == 1:
        text = "got 1, which is the plan itself; write 2 or more for others beside it, 0 for none"
        yield fault_at(loaded, "territories.alternatives", text)


def _homes_can_be_chosen(loaded: LoadedScenario, data: CheckedData) -> Iterator[Fault]:
    rules, awaiting = loaded.scenario.territories, data.reps[data.reps["lon"].isna()]
    if awaiting.empty:
        return
    if rules.mode == "repair":
        text = f'got "{rules.homes}", but a repair needs to know where everybody lives; write mode: improve'
        yield fault_at(loaded, "territories.homes", text)
    for number, rep in enumerate(rules.freeze, start=1):
        if rep in set(awaiting["rep_id"]):
            text = f"{rep} is frozen but has no home; give lon and lat in the reps table, with homes: missing"
            yield fault_at(loaded, f"territories.freeze[{number}]", text)
    lacking = awaiting["rep_id"][awaiting["region"] == ""].tolist()
    if lacking and (rules.within == "region" or loaded.scenario.data.only_regions):
        who = f"{one_of(lacking, most=5, word='and')} {'has' if len(lacking) == 1 else 'have'}"
        yield fault_at(loaded, "data.reps", f"{who} neither a home nor a region; fill the column region")
    most = int(awaiting["region"].value_counts().max()) if rules.within == "region" else len(awaiting)
    if rules.home_candidates < most:
        text = f"got {rules.home_candidates}, but {most} homes are to be chosen; expected at least that many"
        yield fault_at(loaded, "territories.home_candidates", text)


CHECKS = (
    _pairs_name_areas_and_reps,
    _names_are_known,
    _barriers_and_links_join_two_areas,
    _shares_are_known,
    _frozen_reps_have_areas,
    _groups_are_known,
    _every_area_may_belong_to_somebody,
    _there_is_something_to_repair,
    _homes_can_be_chosen,
    _alternatives_are_others,
    *TOUR_CHECKS,
)
"""Every check of a line against the tables."""
