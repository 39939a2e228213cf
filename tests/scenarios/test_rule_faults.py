"""Lines of the planner's rules that cannot be meant are told, each with what to write instead."""

import pytest

from scenarios.faults import ScenarioError
from scenarios.loading import load_scenario
from scenarios.planner_checks import check_planner_rules
from scenarios.tables import read_tables
from tests.builders import tiny_case
from tests.scenarios.ruled_firm import FREE, today

RULE_FAULTS = {
    "unknown_rep_in_shares": (
        "territories.balance={potential: {shares: {R9: 0.5}}}",
        'territories.balance.potential.shares.R9: no rep is called "R9"; expected R1, R2, R3 or R4',
    ),
    "no_target_share": (
        "territories.balance={potential: {share_by: target_share}}",
        (
            "territories.balance.potential.share_by: R1, R2, R3 and R4 have no target_share in the reps table; fill "
            "the column (1 for full time, 0.5 for half), or write share_by: hours"
        ),
    ),
    "barrier_of_unknown_area": (
        'territories.barriers.pairs=[{areas: ["00", "99"]}]',
        'territories.barriers.pairs[1].areas[2]: no area is called "99"',
    ),
    "link_of_one_area": (
        'territories.links=[{areas: ["00", "Area 00"]}]',
        'territories.links[1].areas: "00" twice; expected two different areas',
    ),
    "freeze_of_unknown_rep": (
        "territories.freeze=[R7]",
        'territories.freeze[1]: no rep is called "R7"; expected R1, R2, R3 or R4',
    ),
    "exception_of_unknown_account": (
        "territories.account_exceptions=[{account: Q, rep: R1}]",
        'territories.account_exceptions[1].account: no account that is planned for is called "Q"',
    ),
    "exception_for_unknown_rep": (
        'territories.account_exceptions=[{account: "001", rep: S1}]',
        'territories.account_exceptions[1].rep: no rep is called "S1"; expected R1, R2, R3 or R4',
    ),
    "group_without_column": (
        "territories.keep_together=[{by: group}]",
        (
            "territories.keep_together[1].by: no area has a group; name its column of the areas table under columns, "
            'as "group: epci"'
        ),
    ),
    "exception_of_unknown_region": (
        "territories.keep_together=[{by: region, except_for: [Nroth]}]",
        'territories.keep_together[1].except_for[1]: no area has the region "Nroth"; did you mean "North"?',
    ),
    "nothing_to_repair": (
        "territories.mode=repair",
        "territories.mode: nothing to repair: every area has a rep and every rep has areas today; write mode: improve",
    ),
    "area_forbidden_to_everybody": (
        "territories.forbidden=[" + ", ".join(f'{{area: "00", rep: R{rep}}}' for rep in (1, 2, 3, 4)) + "]",
        'territories.forbidden[4].area: "00" is forbidden to every rep now; leave one of its lines out',
    ),
    "lock_that_gives_a_frozen_rep_more": (
        ('territories.locks=[{area: "00", rep: R3}]', "territories.freeze=[R3]"),
        (
            'territories.locks[1].area: "00" is locked to R3, who is frozen: he keeps the areas of today and gets no '
            "new one; remove one of the two"
        ),
    ),
    "forbidden_to_its_frozen_rep": (
        ('territories.forbidden=[{area: "03", rep: R3}]', "territories.freeze=[R3]"),
        'territories.forbidden[1].area: "03" is forbidden to R3, who is frozen and has it today; remove one of the two',
    ),
    "one_alternative": (
        "territories.alternatives=1",
        "territories.alternatives: got 1, which is the plan itself; write 2 or more for others beside it, 0 for none",
    ),
    "lock_against_a_frozen_territory": (
        ('territories.locks=[{area: "03", rep: R1}]', "territories.freeze=[R3]"),
        'territories.locks[1].area: "03" is locked to R1, but belongs to R3, who is frozen; remove one of the two',
    ),
}


@pytest.mark.parametrize(("sets", "message"), RULE_FAULTS.values(), ids=RULE_FAULTS)
def test_lines_without_meaning_are_told(firm, sets, message):
    """Each in one sentence, with what to write instead."""
    assert firm.faults(FREE, *([sets] if isinstance(sets, str) else sets)) == [message]


def test_faults_of_a_table_hide_no_names(tmp_path):
    """Names are looked up in the tables that are sound, so that one round of mending is enough."""
    path = tiny_case(tmp_path)
    sales = tmp_path / "sales.csv"
    sales.write_text(sales.read_text().replace(",tools,", ",tools,x", 1))
    rules = ("territories.freeze=[R7]", 'territories.links=[{areas: ["00", "99"]}]')
    more = "territories.account_exceptions=[{account: Q, rep: R1}]"
    with pytest.raises(ScenarioError) as caught:
        read_tables(load_scenario(path, sets=(*rules, more)))
    told = {f"{fault.key}: {fault.message}" for fault in caught.value.faults}
    names = {
        'territories.freeze[1]: no rep is called "R7"; expected R1, R2, R3 or R4',
        'territories.links[1].areas[2]: no area is called "99"',
        'territories.account_exceptions[1].account: no account that is planned for is called "Q"',
    }
    assert names < told
    assert any(text.startswith("week: ") for text in told - names)


def test_frozen_rep_without_areas_is_told(firm):
    """There is nothing to freeze."""
    loaded = load_scenario(firm.path, sets=(FREE, "territories.freeze=[R2]"))
    with pytest.raises(ScenarioError, match="R2 has no area in the current alignment, so there is nothing to freeze"):
        check_planner_rules(loaded, today(firm, nobody=["R2"]))


def test_accounts_that_fill_a_territory_alone_are_told(firm):
    """More than a rep may hold stays with him: no plan could mend that."""
    lines = ", ".join(f'{{account: "{number:03d}", rep: R1}}' for number in range(1, 41))
    assert firm.faults(FREE, f"territories.account_exceptions=[{lines}]")[0].startswith(
        "territories.account_exceptions: the accounts that stay with R1 hold potential"
    )


def test_a_file_without_lines_is_told(firm):
    """Polygons are no barrier."""
    polygons = firm.path.parent / "areas.geojson"
    text = "areas.geojson holds no lines, or points or polygons among them; expected lines such as rivers"
    assert firm.faults(f"territories.barriers.lines={polygons}") == [f"territories.barriers.lines: {text}"]


NONSENSE = {
    "territories.mode=mend": 'territories.mode: got "mend", expected from_scratch, improve or repair',
    "territories.repair_reach=0": "territories.repair_reach: got 0, expected at least 1",
    "territories.disruption.cap=20": "territories.disruption.cap: got 20, expected at most 1",
    "territories.disruption.price=-1": "territories.disruption.price: got -1, expected at least 0",
    "territories.disruption.measure=sales": (
        'territories.disruption.measure: got "sales", expected potential, accounts or areas; did you mean "areas"?'
    ),
    "territories.objective.cost.distance=cubed": (
        'territories.objective.cost.distance: got "cubed", expected linear or squared'
    ),
    "territories.objective.cost.weigh_by=turnover": (
        'territories.objective.cost.weigh_by: got "turnover", expected visits, workload, potential or nothing'
    ),
    "territories.balance={potential: {shares: {R1: 0}}}": (
        "territories.balance.potential.shares.R1: got 0, expected more than 0"
    ),
    "territories.keep_together=[{by: zip}]": (
        'territories.keep_together[1].by: got "zip", expected district, region or group'
    ),
    "territories.keep_together=[{by: region, price: 0}]": (
        "territories.keep_together[1].price: got 0, expected at least 1"
    ),
    "territories.keep_together=[{by: region}, {by: region}]": (
        'territories.keep_together[2]: column "region" is written twice; keep one of the two'
    ),
    "territories.keep_together=[{by: region, price: 5}, {by: group, price: 6}]": (
        "territories.keep_together[2].price: a second price; only one column can have one: leave it out to make this a "
        "rule, or drop the line"
    ),
    "territories.barriers.parted_by=water": ('territories.barriers.parted_by: got "water", expected border or centres'),
    "territories.barriers.border_metres=0": "territories.barriers.border_metres: got 0, expected more than 0",
    'territories.barriers.pairs=[{areas: ["00"]}]': (
        "territories.barriers.pairs[1].areas: got 1, expected two areas, such as [59350, 59009]"
    ),
    'territories.links=[{areas: ["00", "01", "02"]}]': (
        "territories.links[1].areas: got 3, expected two areas, such as [59350, 59009]"
    ),
    "territories.freeze=[R1, R1]": 'territories.freeze[2]: rep "R1" is written twice; keep one of the two',
    'territories.account_exceptions=[{account: "001", rep: R1}, {account: "001", rep: R2}]': (
        'territories.account_exceptions[2]: account "001" is written twice; keep one of the two'
    ),
    "territories.barriers.lines=/nowhere/rivers.geojson": (
        'territories.barriers.lines: file "/nowhere/rivers.geojson" not found: there is no folder "/nowhere"'
    ),
}


@pytest.mark.parametrize(("line", "message"), NONSENSE.items(), ids=NONSENSE)
def test_nonsense_is_told(firm, line, message):
    """Values that no firm can mean, each with what is expected."""
    with pytest.raises(ScenarioError) as caught:
        read_tables(load_scenario(firm.path, sets=[line]))
    assert [f"{fault.key}: {fault.message}" for fault in caught.value.faults] == [message]


def test_what_parts_cannot_link(firm):
    """A pair that is both a barrier and a link."""
    pair = '[{areas: ["00", "01"]}]'
    with pytest.raises(ScenarioError, match='"00" and "01" are both linked and parted; remove one of the two'):
        load_scenario(firm.path, sets=[f"territories.links={pair}", f"territories.barriers.pairs={pair}"])


@pytest.mark.parametrize("line", ["mode=improve", "freeze=[R1]", "disruption.cap=0.2", "disruption.price=1.0"])
def test_change_needs_something_to_change_from(tmp_path, line):
    """Without a current alignment there is nothing to start from, to freeze or to count."""
    path = tiny_case(tmp_path)
    text = path.read_text(encoding="utf-8").replace("  current_alignment:\n    path: alignment.csv\n", "")
    path.write_text(text, encoding="utf-8")
    key = line.split("=")[0]
    with pytest.raises(ScenarioError, match=rf"territories.{key}: needs the current alignment; name its table"):
        load_scenario(path, sets=[f"territories.{line}"])


def test_surest_balance_needs_potential_to_balance(tmp_path):
    """Nothing else is uncertain: the key would be without effect."""
    path = tiny_case(tmp_path)
    text = path.read_text(encoding="utf-8").replace("    potential: {tolerance: 0.4}\n", "")
    path.write_text(text, encoding="utf-8")
    load_scenario(path)
    with pytest.raises(ScenarioError, match=r"territories.robust_balance: what is uncertain is potential"):
        load_scenario(path, sets=["territories.robust_balance=true"])
