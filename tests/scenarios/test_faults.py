"""Faulty scenarios, each with the one message that it gets."""
# ruff: noqa: E501 -- messages stand in one line each, so that a search finds them

import pytest

from tests.scenarios.faulty import YAML, cell, swap, told, write

CASES = {
    "tab_indents": (
        [swap(YAML, "  start: 2026-01-05\n  end", "\tstart: 2026-01-05\n  end")],
        "scenario.yaml:5:1: a tab character stands here; indent with spaces",
    ),
    "second_colon": (
        [swap(YAML, "Twelve areas, four", "Twelve areas: four")],
        'scenario.yaml:3:26: a second ": " stands in one line; put text that holds ": " in quotes',
    ),
    "wrong_indentation": (
        [swap(YAML, "  end: 2026-02-01", "   end: 2026-02-01")],
        'scenario.yaml:6:7: this key stands in the wrong column, or the line above lacks its ":"',
    ),
    "open_quote": (
        [swap(YAML, "Twelve", '"Twelve')],
        "scenario.yaml:3:14: a text in quotes is not closed, or holds a stray quote or backslash",
    ),
    "open_bracket": (
        [swap(YAML, "theta]", "theta")],
        'scenario.yaml:23:11: a list or mapping in brackets is not closed, or lacks a ","',
    ),
    "list_behind_a_key": (
        [swap(YAML, "models: [seasonal_naive, theta]", "models: - theta")],
        'scenario.yaml:23:11: a "- " behind a key; begin a list on the next line, or put the text in quotes',
    ),
    "bracket_of_nothing": (
        [swap(YAML, "{tolerance: 0.4}", "}")],
        "scenario.yaml:36:16: a value is missing here; text that starts with a comma or bracket belongs in quotes",
    ),
    "special_character": (
        [swap(YAML, "Twelve", "@Twelve")],
        "scenario.yaml:3:14: text that starts with a special character (such as @, %, ` or |) belongs in quotes",
    ),
    "no_colon": (
        [swap(YAML, "name: tiny", "name tiny")],
        'scenario.yaml:3:12: this key stands in the wrong column, or the line above lacks its ":"',
    ),
    "key_twice": (
        [swap(YAML, "  weeks: 4\n", "  weeks: 4\n  weeks: 5\n")],
        "scenario.yaml:41:3 tours.weeks: written twice, first on line 40; keep one of the two",
    ),
    "rounds_without_workload": (
        [swap(YAML, "    workload: {tolerance: 0.4}\n", "  routed_rounds: 2\n")],
        "scenario.yaml:37:18 territories.routed_rounds: routed hours are fed back into workload, which is not balanced; add workload to balance, or write 0",
    ),
    "anchor": (
        [swap(YAML, "  A:\n", "  A: &a\n")],
        'scenario.yaml:26:6: "&a" is an anchor; anchors are not read: write values out, or use "extends"',
    ),
    "merge_key": (
        [swap(YAML, "  A:\n", "  A:\n    <<: {visits: 3}\n")],
        'scenario.yaml:27:5: merge keys (<<) are not read: write the keys out, or use "extends"',
    ),
    "tag": (
        [swap(YAML, "name: tiny", "name: !!str tiny")],
        'scenario.yaml:2:7: "!!str" is a tag; tags are not read: write text in quotes, numbers without',
    ),
    "two_documents": (
        [swap(YAML, "solver:", "---\nsolver:")],
        "scenario.yaml:42:1: a second document starts here; expected one document in a file",
    ),
    "empty_file": (
        [write(YAML, "# nothing\n")],
        "scenario.yaml: the file is empty, expected keys such as name, period, data and segments",
    ),
    "a_list": ([write(YAML, "- a\n- b\n")], 'scenario.yaml:1:1: expected keys with values, such as "name: spring"'),
    "not_utf8": (
        [write(YAML, b"name: caf\xe9")],
        "scenario.yaml:1:10: this is not UTF-8 text; save the scenario as a plain text file in UTF-8",
    ),
    "control_character": (
        [swap(YAML, "Twelve", "Tw\x07elve")],
        "scenario.yaml:3:16: character number 7 cannot be part of a text file; retype this line",
    ),
    "unknown_key": (
        [swap(YAML, "  weeks: 4\n", "  weks: 4\n")],
        'scenario.yaml:40:3 tours.weks: unknown key; did you mean "weeks"?',
    ),
    "key_of_another_section": (
        [swap(YAML, "name: tiny\n", "name: tiny\nmax_drive_minutes: 90\n")],
        'scenario.yaml:3:1 max_drive_minutes: unknown key here; it belongs under "territories"',
    ),
    "key_of_nowhere": (
        [swap(YAML, "name: tiny\n", "name: tiny\nxyzzy: 90\n")],
        "scenario.yaml:3:1 xyzzy: unknown key; at the top level stand name, description, currency, period, data, cleaning, forecast, resources, travel, segments, territories, tours, solver and outputs",
    ),
    "missing_key": (
        [swap(YAML, "    visits: 2\n", "")],
        "scenario.yaml:31:3 segments.B.visits: missing (visits in the cycle of `tours.weeks` weeks)",
    ),
    "missing_section": (
        [swap(YAML, "  sales:\n    path: sales.csv\n", "")],
        "scenario.yaml:7:1 data.sales: missing (expected keys below it: path, query, columns, sheet, separator, decimal or encoding)",
    ),
    "unknown_key_in_an_idle_override": (
        [swap(YAML, "name: tiny", "name: tiny\noverrides:\n  a: {solver: {sed: 2}}")],
        'scenario.yaml:4:16 solver.sed: unknown key; did you mean "seed"?',
    ),
    "text_for_a_number": (
        [swap(YAML, "  weeks: 4\n", "  weeks: four\n")],
        'scenario.yaml:40:10 tours.weeks: got "four", expected a whole number',
    ),
    "fraction_for_a_whole_number": (
        [swap(YAML, "  weeks: 4\n", "  weeks: 4.5\n")],
        "scenario.yaml:40:10 tours.weeks: got 4.5, expected a whole number",
    ),
    "out_of_range": (
        [swap(YAML, "  weeks: 4\n", "  weeks: 9\n")],
        "scenario.yaml:40:10 tours.weeks: got 9, expected at most 8",
    ),
    "impossible_tolerance": (
        [swap(YAML, "{tolerance: 0.4}", "{tolerance: 40}")],
        "scenario.yaml:36:28 territories.balance.potential.tolerance: got 40, expected at most 1",
    ),
    "zero_tolerance": (
        [swap(YAML, "{tolerance: 0.4}", "{tolerance: 0}")],
        "scenario.yaml:36:28 territories.balance.potential.tolerance: got 0, expected more than 0",
    ),
    "no_choice": (
        [swap(YAML, "effort: quick", "effort: quik")],
        'scenario.yaml:43:11 solver.effort: got "quik", expected quick, normal or thorough; did you mean "quick"?',
    ),
    "no_measure": (
        [swap(YAML, "    potential: ", "    potentail: ")],
        'scenario.yaml:36:5 territories.balance.potentail: got "potentail", expected potential, workload or accounts; did you mean "potential"?',
    ),
    "no_clock_time": (
        [swap(YAML, "  weeks: 4\n", "  weeks: 4\n  workday: {end: 1800}\n")],
        'scenario.yaml:41:18 tours.workday.end: got "1800", expected a clock time "HH:MM" from 00:00 to 23:59, such as "08:30"',
    ),
    "bad_date": (
        [swap(YAML, "end: 2026-02-01", "end: 01/02/2026")],
        'scenario.yaml:6:8 period.end: got "01/02/2026", expected a date such as 2026-01-31',
    ),
    "no_such_day": (
        [swap(YAML, "end: 2026-02-01", "end: 2026-02-30")],
        'scenario.yaml:6:8 period.end: got "2026-02-30", expected a date such as 2026-01-31; there is no such day',
    ),
    "yes_for_true": (
        [swap(YAML, "must: true", "must: yes")],
        'scenario.yaml:30:11 segments.A.must: got "yes", expected true or false',
    ),
    "nothing_for_text": (
        [swap(YAML, "name: tiny", "name:")],
        "scenario.yaml:2:1 name: got nothing, expected text (in quotes where it looks like a number, true, false or null)",
    ),
    "number_for_a_section": (
        [swap(YAML, "solver:\n  effort: quick\n  workers: 1\n", "solver: 3\n")],
        "scenario.yaml:42:9 solver: got 3, expected keys below it: effort, seconds, workers, seed or relative_gap",
    ),
    "path_without_its_key": (
        [swap(YAML, "  reps:\n    path: reps.csv\n", "  reps: reps.csv\n")],
        'scenario.yaml:12:9 data.reps: got "reps.csv", expected keys below it: write "path: reps.csv" on the next line, further in',
    ),
    "bad_name": (
        [swap(YAML, "name: tiny", "name: Tiny Case")],
        'scenario.yaml:2:7 name: got "Tiny Case", expected lower-case letters, digits, - and _ (at most 61), beginning with a letter or digit',
    ),
    "text_for_a_list": (
        [swap(YAML, "[seasonal_naive, theta]", "theta")],
        'scenario.yaml:23:11 forecast.models: got "theta", expected a list, such as "[a, b]" or one "- item" a line',
    ),
    "empty_list": (
        [swap(YAML, "[seasonal_naive, theta]", "[]")],
        "scenario.yaml:23:3 forecast.models: got a list, expected at least one entry",
    ),
    "period_ends_before_it_starts": (
        [swap(YAML, "end: 2026-02-01", "end: 2025-02-01")],
        "scenario.yaml:6:8 period.end: got 2025-02-01, which is before the start 2026-01-05; expected a later day",
    ),
    "period_without_a_week": (
        [swap(YAML, "end: 2026-02-01", "end: 2026-01-07")],
        "scenario.yaml:6:8 period.end: got 2026-01-07, only 3 days after the start; expected at least a whole week",
    ),
    "workday_ends_before_it_starts": (
        [swap(YAML, "  weeks: 4\n", "  weeks: 4\n  workday: {start: 09:00, end: 08:00}\n")],
        "scenario.yaml:41:32 tours.workday.end: got 08:00, expected a time after the start 09:00",
    ),
    "lunch_ends_before_it_starts": (
        [swap(YAML, "  weeks: 4\n", "  weeks: 4\n  lunch: {earliest: 13:00, latest: 12:00}\n")],
        "scenario.yaml:41:36 tours.lunch.latest: got 12:00, expected a time not before earliest 13:00",
    ),
    "lunch_after_work": (
        [swap(YAML, "  weeks: 4\n", "  weeks: 4\n  lunch: {latest: 17:45}\n")],
        "scenario.yaml:41:19 tours.lunch.latest: got 17:45: a break of 45 min would end after the working day 08:00–18:00",
    ),
    "lunch_before_work": (
        [swap(YAML, "  weeks: 4\n", "  weeks: 4\n  lunch: {earliest: 07:00}\n")],
        "scenario.yaml:41:21 tours.lunch.earliest: got 07:00, expected a time within the working day 08:00–18:00",
    ),
    "no_monday": (
        [swap(YAML, "  start: 2026-01-05\nsolver", "  start: 2026-01-06\nsolver")],
        "scenario.yaml:41:10 tours.start: got 2026-01-06, a Tuesday; expected a Monday",
    ),
    "model_twice": (
        [swap(YAML, "[seasonal_naive, theta]", "[theta, theta]")],
        'scenario.yaml:23:19 forecast.models[2]: "theta" is written twice',
    ),
    "unknown_country": (
        [swap(YAML, "  origins: 2", "  origins: 2\n  country: FRA")],
        'scenario.yaml:25:12 forecast.country: got "FRA", expected an ISO code of two capital letters whose public holidays are known, such as FR',
    ),
    "school_holidays_abroad": (
        [swap(YAML, "  origins: 2", "  origins: 2\n  country: US\n  school_holidays: true")],
        'scenario.yaml:26:20 forecast.school_holidays: got true, but school holidays are known for country FR only and the country is "US"',
    ),
    "nothing_to_balance": (
        [swap(YAML, "balance:\n    potential: {tolerance: 0.4}\n    workload: {tolerance: 0.4}", "balance: {}")],
        "scenario.yaml:35:3 territories.balance: nothing to balance; expected potential, workload or accounts below it, or leave the key out",
    ),
    "locked_to_two_reps": (
        [swap(YAML, "  within", "  locks: [{area: 11, rep: R1}, {area: 11, rep: R2}]\n  within")],
        'scenario.yaml:38:39 territories.locks[2].area: area "11" is locked to both "R1" and "R2"; an area has one rep',
    ),
    "locked_and_forbidden": (
        [swap(YAML, "  within", "  locks: [{area: 11, rep: R1}]\n  forbidden: [{area: 11, rep: R1}]\n  within")],
        'scenario.yaml:39:22 territories.forbidden[1].area: area "11" is forbidden to "R1" and also locked to "R1"; remove one of the two',
    ),
    "shares_above_one": (
        [swap(YAML, "  B:\n", "  B:\n    sales_share: 0.6\n")],
        "scenario.yaml:32:18 segments.B.sales_share: got 0.6, which brings the sum of the shares to 1.1; expected at most 1",
    ),
    "share_after_the_rest": (
        [
            swap(
                YAML,
                "    visits: 2\n    service_minutes: 30\n",
                "    visits: 2\n    service_minutes: 30\n  C: {sales_share: 0.1, visits: 1, service_minutes: 5}\n",
            )
        ],
        'scenario.yaml:34:20 segments.C.sales_share: got 0.1 after segment "B", which has none and takes the rest; write "B" last',
    ),
    "bad_opening_hours": (
        [swap(YAML, "    must: true\n", "    must: true\n    opening: mo-fri 9-12\n")],
        'scenario.yaml:31:14 segments.A.opening: "9-12" is no span of times, expected something like "09:00-12:00"',
    ),
    "never_open_long_enough": (
        [swap(YAML, "    must: true\n", "    must: true\n    opening: sa 09:00-12:00\n")],
        "scenario.yaml:29:22 segments.A.service_minutes: got 45 min, but opening hours and working day leave at most 0 min in one piece",
    ),
    "more_visits_than_days": (
        [swap(YAML, "    visits: 4\n", "    visits: 25\n")],
        "scenario.yaml:28:13 segments.A.visits: got 25, expected at most 20: one a day in 4 weeks with 5 working days",
    ),
    "areas_without_source": (
        [swap(YAML, "    make: polygons\n    source:\n      path: areas.geojson\n", "    make: towns\n")],
        'scenario.yaml:14:3 data.areas.source: missing: "make: towns" needs a file; write source: with path: below it, or "make: accounts"',
    ),
    "areas_with_idle_source": (
        [swap(YAML, "    make: polygons\n", "    make: accounts\n")],
        'scenario.yaml:16:5 data.areas.source: not used when areas are made from accounts; remove it, or write "make: polygons" or "make: towns"',
    ),
    "graph_without_file": (
        [swap(YAML, "solver:\n", "travel: {method: graph}\nsolver:\n")],
        'scenario.yaml:42:1 travel.graph: missing: "method: graph" needs a road network (.osm.pbf or .graphml), or the name of a place with "place"',
    ),
    "missing_parent": (
        [swap(YAML, "name: tiny", "extends: scenari.yaml\nname: tiny")],
        'scenario.yaml:2:10 extends: file "scenari.yaml" not found; did you mean "scenario.yaml"?',
    ),
    "cyclic_extends": (
        [swap(YAML, "name: tiny", "extends: b.yaml\nname: tiny"), write("b.yaml", "extends: scenario.yaml\n")],
        "b.yaml:1:10 extends: runs in a circle: scenario.yaml → b.yaml → scenario.yaml",
    ),
    "unknown_override": (
        [swap(YAML, "name: tiny", "name: tiny\napply: fst\noverrides: {fast: {solver: {seed: 2}}}")],
        'scenario.yaml:3:8 apply: no override set is called "fst"; did you mean "fast"?',
    ),
    "clashing_overrides": (
        [
            swap(
                YAML,
                "name: tiny",
                "name: tiny\napply: [a, b]\noverrides:\n  a: {solver: {seed: 2}}\n  b: {solver: {seed: 3}}",
            )
        ],
        'scenario.yaml:6:16 solver.seed: set by both override sets "a" and "b", which are applied together; take it out of one',
    ),
}


@pytest.mark.parametrize(("edits", "expected"), CASES.values(), ids=CASES)
def test_each_fault_has_its_one_clear_message(here, edits, expected):
    """One thing wrong, one message: where, what, and what to write instead."""
    for edit in edits:
        edit(here)
    assert told() == [expected]


def test_faults_of_scenario_and_tables_are_told_together(here):
    """A planner sees everything that is wrong in one go, in the order of the files."""
    swap(YAML, "  weeks: 4\n", "  weks: 4\n  workday: {end: 25:00}\n")(here)
    swap(YAML, "end: 2026-02-01", "end: 2025-02-01")(here)
    swap(YAML, "path: events.csv", "path: event.csv")(here)
    cell("accounts.csv", 5, 3, "east")(here)
    cell("accounts.csv", 6, 4, "99")(here)
    cell("reps.csv", 2, 5, "0")(here)
    assert told(sets=["solver.seed=-1"]) == [
        "--set solver.seed=-1 solver.seed: got -1, expected at least 0",
        'accounts.csv:5 lon: got "east", expected a number',
        "accounts.csv:6 lat: got 99, expected a number from -90 to 90",
        "reps.csv:2 hours_per_week: got 0, expected a number above 0 and at most 100",
        "scenario.yaml:6:8 period.end: got 2025-02-01, which is before the start 2026-01-05; expected a later day",
        'scenario.yaml:19:11 data.events.path: file "event.csv" not found; did you mean "events.csv"?',
        'scenario.yaml:40:3 tours.weks: unknown key; did you mean "weeks"?',
        'scenario.yaml:41:18 tours.workday.end: got "25:00", expected a clock time "HH:MM" from 00:00 to 23:59, such as "08:30"',
    ]


def test_the_tiny_case_has_no_fault(here):
    """What the cases spoil is sound before."""
    assert told() == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tours.weks=2", '--set tours.weks=2 tours.weks: unknown key; did you mean "weeks"?'),
        ("tours.weeks", '--set tours.weeks: expected key=value, such as "--set tours.weeks=2"'),
        ("extends=a.yaml", '--set extends=a.yaml: "extends" can only be written in a file'),
        ("name=[a", '--set name=[a: a list or mapping in brackets is not closed, or lacks a ","'),
    ],
)
def test_faults_on_the_command_line_name_the_option(here, text, expected):
    """There is no line and column to tell, so the option itself is shown."""
    assert told(sets=[text]) == [expected]
