"""Where days begin and end, where reps may sleep, and the plan in force reach the tours, or a fault says why not."""

import pandas as pd
import pytest

from scenarios.faults import ScenarioError
from scenarios.loading import load_scenario
from scenarios.planner_checks import check_planner_rules
from scenarios.tables import read_tables
from scenarios.workload import visit_rules
from tests.builders import tiny_case
from tests.scenarios.test_tour_rules import day_of, problem, read


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """A scenario file."""
    return tiny_case(tmp_path_factory.mktemp("case"))


NEAR = "{name: Inn, lon: 2.3, lat: 47.1}"


def faults(case, *sets):
    """Key and message of everything that is refused."""
    loaded, data = read(case, *sets)
    with pytest.raises(ScenarioError) as told:
        check_planner_rules(loaded, data)
    return [(fault.key, fault.message) for fault in told.value.faults]


def test_without_the_section_every_day_leads_home(case):
    """No places, no evenings, and a matrix of home and accounts."""
    instance = problem(case)
    assert instance.places == ()
    assert not any(day.night_away or day.start_place or day.end_place for day in instance.days)
    assert len(instance.drive_minutes) == 1 + len(instance.visits)


def test_nights_are_for_the_evenings_named_in_towns_far_enough(case):
    """Mondays only; an inn at home is left out, another one is a place of the matrix without parking."""
    home = "{name: Home Inn, lon: 2.0675, lat: 47.0825}"
    keys = f"{{weekdays: [mon], min_drive_minutes: 15, price: 7, towns: [{NEAR}, {home}]}}"
    instance = problem(case, f"tours.nights_away={keys}", "travel.parking_minutes=5")
    assert [(place.name, place.night) for place in instance.places] == [("Inn", True)]
    assert {day.weekday for day in instance.days if day.night_away} == {0}
    assert (instance.night_weight, instance.night_from_minutes) == (7, 15)
    inn = len(instance.visits) + 1
    assert instance.drive_minutes[0, inn] == instance.drive_minutes[inn, 0] >= 15
    assert (instance.drive_minutes[inn, 1:inn] - instance.drive_minutes[1:inn, inn] == 5).all()


def test_without_towns_reps_sleep_where_accounts_are(case):
    """All places are accounts' own, far enough, and the farther ones first."""
    instance = problem(case, "tours.nights_away={min_drive_minutes: 20}", "travel.parking_minutes=0")
    inns = [len(instance.visits) + place for place in instance.night_places()]
    drives = instance.drive_minutes[0, inns].tolist()
    assert inns
    assert min(drives) >= 20
    assert drives[0] == instance.drive_minutes[0, 1:].max()
    assert all((instance.drive_minutes[inn, 1 : 1 + len(instance.visits)] == 0).any() for inn in inns)


@pytest.mark.parametrize(("own", "evenings"), [("", {0, 1, 2, 3}), ("never", set()), ("tue", {1})])
def test_the_reps_table_may_say_otherwise(case, own, evenings):
    """Empty: as the scenario has it."""
    from scenarios.tour_places import evenings_away  # noqa: PLC0415 - used once

    scenario = load_scenario(case, sets=["tours.nights_away={}"]).scenario
    assert evenings_away({"nights_away": own}, scenario) == evenings


def test_a_date_comes_before_a_weekday_and_that_before_all_days(case):
    """The first Monday begins at the fair, other Mondays at the depot, other days at the office; all end at home."""
    lines = ", ".join(
        f"{{rep: R1, {when} start: {{name: {name}, lon: 2.1, lat: 47.{n}}}}}"
        for n, (when, name) in enumerate(
            (("", "Office"), ("weekdays: [mon],", "Depot"), (f"date: {day_of(case, 0)},", "Fair")), start=1
        )
    )
    instance = problem(case, f"tours.starts_and_ends=[{lines}]")
    names = [instance.places[day.start_place - 1].name for day in instance.days]
    assert names[0] == "Fair"
    assert {n for n, day in zip(names[1:], instance.days[1:], strict=True) if day.weekday == 0} == {"Depot"}
    assert {n for n, day in zip(names, instance.days, strict=True) if day.weekday > 0} == {"Office"}
    assert {day.end_place for day in instance.days} == {0}


def test_what_cannot_be_meant_is_told(case):
    """All at once, each with its key and what to do."""
    told = faults(
        case,
        f"tours.nights_away={{towns: [{NEAR}, {NEAR}, {{name: A, lon: 47, lat: 2}}]}}",
        f"tours.starts_and_ends=[{{rep: R7, end: {NEAR}}}, {{rep: R1}}, {{rep: R1, date: 2026-01-05, weekdays: [mon], "
        f"start: {NEAR}}}, {{rep: R1, end: {NEAR}}}, {{rep: R1, end: {NEAR}}}]",
    )
    assert [key for key, _ in told] == [
        "tours.nights_away.towns[2].name",
        "tours.nights_away.towns[3]",
        "tours.starts_and_ends[1].rep",
        "tours.starts_and_ends[2]",
        "tours.starts_and_ends[3].weekdays",
        "tours.starts_and_ends[5].end",
    ]
    assert [message for _, message in told if "rep" not in message] == [
        'a second town is called "Inn"; keep one, or name it apart',
        "has neither start nor end; write one of them, or leave the line out",
        "a date has one weekday; leave out date or weekdays",
        "a second end of R1 for all days; keep one",
    ]
    assert told[1][1].endswith("km from every rep's home; are lon and lat swapped?")
    assert told[2][1].startswith('no rep is called "R7"')


def test_evenings_of_the_reps_table_need_the_section(case):
    """A column that nothing reads is no silent one."""
    loaded, data = read(case)
    data.reps.loc[0, "nights_away"] = "mon"
    with pytest.raises(ScenarioError, match=r"evenings for R1 \(nights_away\); add the section, or empty the column"):
        check_planner_rules(loaded, data)


@pytest.mark.parametrize(
    ("column", "text", "message"),
    [
        ("start_lon", "2.1", "expected both start_lon and start_lat, or neither for home"),
        ("nights_away", "monday-", "expected"),
    ],
)
def test_columns_of_reps_are_checked(tmp_path, column, text, message):
    """Half a position, and evenings that are none."""
    own = tiny_case(tmp_path)
    path = next(own.parent.rglob("reps.csv"))
    pd.read_csv(path, dtype=str).assign(**{column: text}).to_csv(path, index=False)
    with pytest.raises(ScenarioError, match=message):
        read_tables(load_scenario(own))


def test_musts_and_values_of_single_accounts(case):
    """An account's own must and value come before its segment's, and prospects are no musts unless they say so."""
    loaded, data = read(case, "segments.A.must=true")
    rows = data.accounts.assign(must="", value=float("nan"), segment="A", status="customer")
    rows.loc[rows.index[:4], "status"] = ["prospect", "prospect", "customer", "customer"]
    rows.loc[rows.index[:3], "must"] = ["", "true", "false"]
    rows.loc[rows.index[3], "value"] = 77.0
    rules = visit_rules(rows, loaded.scenario)
    assert rules["must"].tolist()[:5] == [False, True, False, True, True]
    assert rules["value"].tolist()[3] == 77


def test_the_plan_in_force_is_kept_where_it_can_be(case, tmp_path):
    """Visits of an earlier cycle stand for the same days of this one; a new account changes nothing."""
    before = problem(case)
    days = {rule.account_id: rule.patterns[-1] for rule in before.visits if rule.patterns}
    known, new = list(days)[:-1], list(days)[-1]
    rows = [(name, day_of(case, before.days[d].day - 28)) for name in known for d in days[name]]
    file = tmp_path / "visits.csv"
    pd.DataFrame(rows, columns=["account_id", "date"]).to_csv(file, index=False)
    instance = problem(case, f"data.last_visits.path={file}", "tours.change_price=40")
    found = {rule.account_id: rule for rule in instance.visits}
    assert instance.change_weight == 40
    assert all(found[name].last_days == days[name] for name in known)
    assert all(found[name].changes(days[name]) == 0 for name in known)
    assert found[new].changes(found[new].patterns[0]) == 0
