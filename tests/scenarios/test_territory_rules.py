"""What the planner writes about territories becomes the problem that he means, on the tiny firm."""

import json

import numpy as np
import pandas as pd
import pytest

from maps.bookmaking import evaluate_plan
from maps.plan_tables import territories_table, tour_tables
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.search import design_territories
from scenarios.assemble_territories import rep_of_accounts
from scenarios.checking import CheckedData
from scenarios.faults import ScenarioError
from scenarios.loading import load_scenario
from scenarios.travel import travel_model
from tests.builders import tiny_case
from tests.scenarios.ruled_firm import FREE, QUICK, Firm, edges_of, measure_of, today


def test_shares_make_part_time_targets(firm):
    """R1 at half a territory: a seventh of the whole, the others two sevenths."""
    targets = measure_of(
        firm.problem(FREE, "territories.balance={potential: {share_by: equal, shares: {R1: 0.5}}}"), "potential"
    ).targets
    assert targets / targets.sum() == pytest.approx([1 / 7, 2 / 7, 2 / 7, 2 / 7], abs=1e-4)


def test_target_share_is_a_column_of_the_reps_table(tmp_path):
    """The column counts for the measure that asks for it, and only there."""
    path = tiny_case(tmp_path)
    reps = pd.read_csv(tmp_path / "reps.csv", dtype=str).assign(target_share=["1", "0.6", "1", "1.4"])
    reps.to_csv(tmp_path / "reps.csv", index=False)
    rules = "territories.balance={potential: {share_by: target_share, tolerance: 0.4}, workload: {tolerance: 0.3}}"
    problem = Firm(path).problem(FREE, rules)
    potential, workload = measure_of(problem, "potential"), measure_of(problem, "workload")
    assert potential.targets / potential.targets.sum() == pytest.approx([0.25, 0.15, 0.25, 0.35], abs=1e-4)
    assert len(set(workload.targets.tolist())) == 1
    assert (potential.tolerance, workload.tolerance) == (0.4, 0.3)


@pytest.mark.parametrize("weigh_by", ["visits", "workload", "potential", "nothing"])
@pytest.mark.parametrize("distance", ["linear", "squared"])
def test_travel_is_counted_as_asked(firm, weigh_by, distance):
    """A naive sum over the accounts gives the cost of each area and rep."""
    instance = firm.problem(f"territories.objective.cost={{distance: {distance}, weigh_by: {weigh_by}}}").instance
    data, power = firm.data, 2 if distance == "squared" else 1
    model = travel_model(load_scenario(firm.path).scenario.travel)
    minutes, _ = model.between(data.reps["lon"], data.reps["lat"], data.accounts["lon"], data.accounts["lat"])
    middle, _ = model.between(data.reps["lon"], data.reps["lat"], data.areas["lon"], data.areas["lat"])
    visits = firm.rules["visits"].to_numpy(float)
    weight = {
        "visits": visits,
        "workload": firm.potential["workload_hours"].to_numpy(),
        "potential": firm.potential["potential"].to_numpy(),
    }
    for area, area_id in enumerate(instance.area_ids):
        inside = (data.accounts["area_id"] == area_id).to_numpy()
        for rep in range(instance.n_reps):
            if weigh_by == "nothing":
                expected = middle[rep, area] ** power
            else:
                share = weight[weigh_by] * visits.sum() / weight[weigh_by].sum()
                expected = float((minutes[rep, inside] ** power * share[inside]).sum())
            assert abs(instance.travel_cost[area, rep] - expected) <= 0.5
    assert ("squared" in instance.travel_unit) == (distance == "squared")


def test_districts_are_kept_together_or_priced(firm):
    """A rule labels areas, a price makes them a split group, an exception leaves them out."""
    rule = firm.problem(FREE, "territories.keep_together=[{by: region}]").instance
    assert len(set(rule.together.tolist())) == 2
    assert (rule.split_group == -1).all()
    priced = firm.problem(FREE, "territories.keep_together=[{by: region, price: 30}]").instance
    assert (priced.together == -1).all()
    assert (len(set(priced.split_group.tolist())), priced.split_price) == (2, 30)
    spared = firm.problem(FREE, "territories.keep_together=[{by: region, except_for: [North]}]").instance
    assert ((spared.together == -1) == (firm.data.areas["region"] == "North").to_numpy()).all()


def test_group_is_any_column_of_the_areas_file(tmp_path):
    """A property of the polygons, named under columns; rules by two columns join up where they overlap."""
    path = tiny_case(tmp_path)
    shapes = json.loads((tmp_path / "areas.geojson").read_text(encoding="utf-8"))
    for feature in shapes["features"]:
        feature["properties"]["epci"] = f"E{feature['properties']['area_id'][0]}"
    (tmp_path / "areas.geojson").write_text(json.dumps(shapes), encoding="utf-8")
    text = path.read_text(encoding="utf-8").replace(
        "path: areas.geojson", "path: areas.geojson\n      columns: {group: epci}"
    )
    path.write_text(text, encoding="utf-8")
    firm = Firm(path)
    rows = firm.problem(FREE, "territories.keep_together=[{by: group}]").instance.together
    assert [len(set(rows[[i for i, a in enumerate(firm.data.areas["area_id"]) if a[0] == row]])) for row in "012"] == [
        1
    ] * 3
    assert len(set(rows.tolist())) == 3
    both = firm.problem(FREE, "territories.keep_together=[{by: group}, {by: region}]").instance.together
    assert len(set(both.tolist())) == 1


def test_group_of_made_areas_is_that_of_their_accounts(tmp_path):
    """A column of the accounts, where areas are cells around them."""
    path = tiny_case(tmp_path)
    accounts = pd.read_csv(tmp_path / "accounts.csv", dtype=str)
    accounts["zip"] = accounts["town"].str[-1]
    accounts.to_csv(tmp_path / "accounts.csv", index=False)
    text = path.read_text(encoding="utf-8")
    text = text.replace("make: polygons\n    source:\n      path: areas.geojson", "make: accounts")
    text = text.replace("path: accounts.csv", "path: accounts.csv\n    columns: {group: zip}")
    path.write_text(text.replace("current_alignment:\n    path: alignment.csv", ""), encoding="utf-8")
    firm = Firm(path)
    area_of = firm.data.accounts.assign(zip=firm.data.accounts["town"].str[-1]).groupby("area_id")["zip"].first()
    assert firm.data.areas["group"].tolist() == area_of[firm.data.areas["area_id"]].tolist()


def test_barrier_and_link_change_the_neighbourhood(firm):
    """A pair is parted, another joined; both are told by name."""
    problem = firm.problem(
        'territories.barriers.pairs=[{areas: ["00", "01"], name: "Loire"}, {areas: ["00", "23"]}]',
        'territories.links=[{areas: ["Area 00", "23"], name: "ferry"}]'.replace("Area 00", "10"),
    )
    usual = edges_of(firm.problem())
    assert edges_of(problem) == usual - {("00", "01")} | {("10", "23")}
    assert "Area 00 and Area 01 do not count as neighbours (Loire)." in problem.notes
    assert "Area 10 and Area 23 count as neighbours (ferry)." in problem.notes
    assert "Area 00 and Area 23 do not touch: the barrier between them changes nothing." in problem.notes


@pytest.mark.parametrize("parted_by", ["border", "centres"])
def test_a_river_parts_the_areas_along_it(tmp_path, parted_by):
    """A line from south to north along the middle of the grid cuts the six borders that it runs along."""
    firm = Firm(tiny_case(tmp_path))
    river = {"type": "LineString", "coordinates": [[2.3005, 46.9], [2.3005, 47.28], [2.2995, 47.6]]}
    collection = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": river}]}
    (tmp_path / "rivers.geojson").write_text(json.dumps(collection), encoding="utf-8")
    problem = firm.problem(
        "territories.barriers.lines=" + str(tmp_path / "rivers.geojson"), f"territories.barriers.parted_by={parted_by}"
    )
    cut = edges_of(firm.problem()) - edges_of(problem)
    assert cut == {("01", "02"), ("11", "12"), ("21", "22")}
    assert any(note.startswith("Lines of rivers.geojson part 3 pairs of areas") for note in problem.notes)


def test_frozen_territory_stays_and_is_not_judged(firm):
    """All of its areas are locked, all others forbidden, its target is what it has; the others share the rest."""
    problem = firm.problem(FREE, "territories.freeze=[R3]")
    instance = problem.instance
    own = (firm.data.areas["current_rep_id"] == "R3").to_numpy()
    assert instance.locks[:, 0].tolist() == np.flatnonzero(own).tolist()
    assert set(instance.locks[:, 1]) == {2}
    assert instance.forbidden.tolist() == [[area, 2] for area in np.flatnonzero(~own).tolist()]
    for measure in instance.measures:
        assert measure.lower[2] == measure.upper[2] == measure.amounts[own].sum()
        assert measure.targets.sum() == pytest.approx(measure.amounts.sum(), abs=4)
    plan = design_territories(instance, QUICK).plan
    assert ((plan.rep_of_area == 2) == own).all()


def test_frozen_territory_is_not_judged_on_drives_and_regions(firm):
    """What it breaks today nobody may change: it is told, shown as it is, and makes no plan impossible."""
    data = today(firm, rep_of=lambda area, rep: "R3" if area == "20" else rep)
    frozen = ("territories.freeze=[R3]", "territories.within=region", "territories.max_drive_minutes=40")
    balance = "territories.balance={potential: {tolerance: 1.0}}"
    free = firm.problem("territories.freeze=[R3]", "territories.within=region", balance, data=data).instance
    problem = firm.problem(*frozen, balance, data=data)
    instance, area = problem.instance, problem.instance.area_ids.index("20")
    minutes = int(free.drive_minutes[area, 2])
    assert minutes > 40
    plan = design_territories(instance, QUICK).plan
    assert plan.rep_of_area[area] == 2
    assert instance.shown_minutes(plan.rep_of_area)[area] == minutes
    other = np.where(np.arange(instance.n_areas) == area, 1, plan.rep_of_area)
    assert instance.shown_minutes(other)[area] == instance.drive_minutes[area, 1]
    assert "Outside the region of its rep: R3's Area 20; left as it is, since frozen territories are not judged." in (
        problem.notes
    )
    assert any(f"the 40 minutes allowed: R3's Area 20 ({minutes} min)" in note for note in problem.notes)


def test_frozen_territory_in_pieces_is_kept_as_it_is(firm):
    """Its pieces are linked, so that contiguity does not make it impossible."""
    data = today(firm, rep_of=lambda area, rep: "R3" if area in {"03", "20"} else ("R4" if rep == "R3" else rep))
    instance = firm.problem(
        FREE, "territories.freeze=[R3]", "territories.balance.potential.tolerance=1.0", data=data
    ).instance
    result = design_territories(instance, QUICK)
    served = [instance.area_ids[a] for a in np.flatnonzero((result.plan or result.closest).rep_of_area == 2)]
    assert served == ["03", "20"]
    assert not any(v.subject == "R3" for v in result.violations)


def test_account_that_stays_counts_for_its_rep(firm):
    """Its amounts leave the area, are fixed with the rep, its drive is a constant, and it is his whatever the plan."""
    account = firm.data.accounts["account_id"].iloc[0]
    place = firm.data.areas["area_id"].tolist().index(firm.data.accounts["area_id"].iloc[0])
    usual = firm.problem(FREE).instance
    problem = firm.problem(FREE, f'territories.account_exceptions=[{{account: "{account}", rep: R4}}]')
    instance, scale = problem.instance, measure_of(problem, "potential").scale
    for name, amount in (("potential", 100.0 * scale), ("workload", 120.0)):
        before = next(measure for measure in usual.measures if measure.name == name)
        after = measure_of(problem, name)
        assert before.amounts[place] - after.amounts[place] == pytest.approx(amount)
        assert after.fixed.tolist() == pytest.approx([0, 0, 0, amount])
        assert after.targets.sum() == pytest.approx(before.targets.sum(), abs=4)
    extra = instance.travel_cost - usual.travel_cost
    home = instance.home_areas[3]
    assert len(set(extra[home].tolist())) == 1
    assert extra[home, 0] > 0
    plan = TerritoryPlan(rep_of_area=np.zeros(instance.n_areas, dtype=np.int64))
    owners = rep_of_accounts(instance, plan, firm.data, problem.account_reps)
    assert owners == ["R4"] + ["R1"] * (len(owners) - 1)
    assert f"Shop 1 ({account}) stays with R4, whoever has the territory." in problem.notes


@pytest.mark.parametrize(("measure", "unit"), [("potential", "EUR"), ("accounts", "accounts"), ("areas", "areas")])
def test_change_is_counted_as_asked(firm, measure, unit):
    """A cap of a quarter is a quarter of what has a rep today."""
    instance = firm.problem(f"territories.disruption={{measure: {measure}, cap: 0.25, price: 1.0}}").instance
    whole = instance.moved_amount[instance.current_rep >= 0].sum()
    assert instance.moved_limit == int(0.25 * whole)
    assert instance.moved_unit == unit
    assert whole / instance.moved_scale == pytest.approx(
        {"potential": firm.potential["potential"].sum(), "accounts": 60, "areas": 12}[measure]
    )


def test_improving_starts_from_today_and_prices_change(firm):
    """From scratch there is neither start nor price."""
    scratch, improve = firm.problem(), firm.problem("territories.mode=improve")
    assert scratch.start is None
    assert scratch.instance.move_weight == 0.0
    assert improve.instance.move_weight > 0.0
    assert (improve.start.rep_of_area == improve.instance.current_rep).all()


def test_repair_leaves_what_it_does_not_reach(firm):
    """R1 in the south-west left: those beside take part, the rep in the far corner stays."""
    gone = [rep for rep in firm.data.reps["rep_id"] if rep != "R1"]
    data = today(firm, nobody=["R1"])
    fields = {name: getattr(data, name) for name in data.__slots__}
    data = CheckedData(**{**fields, "reps": data.reps[data.reps["rep_id"].isin(gone)].reset_index(drop=True)})
    loose = ("territories.mode=repair", FREE, "territories.balance={potential: {tolerance: 0.9}}")
    problem = firm.problem(*loose, data=data)
    orphans = set(np.flatnonzero(problem.instance.current_rep < 0).tolist())
    touching = {
        int(problem.instance.current_rep[b])
        for pair in problem.instance.edges.tolist()
        for a, b in (pair, pair[::-1])
        if a in orphans and b not in orphans
    }
    kept = set(range(3)) - touching
    assert kept
    assert {rep for _, rep in problem.instance.locks.tolist()} == kept
    plan = design_territories(problem.instance, QUICK, start=problem.start).plan
    for rep in kept:
        assert ((plan.rep_of_area == rep) == (problem.instance.current_rep == rep)).all()
    assert problem.notes[0].startswith(f"Repair: areas without a rep today: {len(orphans)}; reps without an area: 0.")
    wider = firm.problem(*loose, "territories.repair_reach=5", data=data)
    assert not len(wider.instance.locks)


def test_a_rep_who_left_makes_no_cap_impossible(firm):
    """His areas change hands whatever the plan: beside the cap, part of the whole, and never among what it judges."""
    data = today(firm, rep_of=lambda area, rep: "R9" if rep == "R1" else rep)
    fields = {name: getattr(data, name) for name in data.__slots__}
    data = CheckedData(**{**fields, "reps": data.reps[data.reps["rep_id"] != "R1"].reset_index(drop=True)})
    loose = (FREE, "territories.balance={potential: {tolerance: 1.0}}")
    instance = firm.problem(*loose, "territories.disruption={measure: areas, cap: 0.25}", data=data).instance
    left = (data.areas["current_rep_id"] == "R9").to_numpy()
    assert (instance.left_areas, instance.left_amount) == (left.sum(), left.sum())
    assert (instance.current_rep[left] == -1).all()
    assert instance.moved_limit == int(0.25 * len(left))
    still = firm.problem(*loose, "territories.disruption={measure: areas, cap: 0}", data=data).instance
    plan = design_territories(still, QUICK).plan
    assert (plan.rep_of_area[~left] == still.current_rep[~left]).all()
    assert "areas of reps who left change hands, which no plan can avoid" in still.left_notes()[0]
    assert firm.problem().instance.left_notes() == ()


def test_a_lock_into_what_a_repair_leaves_alone_is_told(firm):
    """Neither may a lock give an area to a rep whom the repair does not reach, nor take one from him."""
    data = today(firm, rep_of=lambda area, rep: "R2" if rep == "R1" else rep)
    words = ("territories.mode=repair", FREE, "territories.balance={potential: {tolerance: 0.9}}")
    kept = {int(rep) for _, rep in firm.problem(*words, data=data).instance.locks.tolist()}
    names = firm.data.reps["rep_id"].tolist()
    keeper = next(names[rep] for rep in sorted(kept))
    area = next(a for a, rep in data.areas[["area_id", "current_rep_id"]].to_numpy() if rep == keeper)
    for lock, why in ((f'{{area: "{area}", rep: R1}}', f"{keeper} keeps it"), ('{area: "00", rep: R4}', "R4 gets no")):
        with pytest.raises(ScenarioError, match=f"{why}.*: the repair does not reach that territory"):
            firm.problem(*words, f"territories.locks=[{lock}]", data=data)


def test_repair_makes_room_for_one_who_joins(firm):
    """R1 has no area today: the rep around his home gives, whoever is out of reach does not."""
    data = today(firm, rep_of=lambda area, rep: "R2" if rep == "R1" else rep)
    problem = firm.problem(
        "territories.mode=repair", FREE, "territories.balance={potential: {tolerance: 0.9}}", data=data
    )
    plan = design_territories(problem.instance, QUICK, start=problem.start).plan
    moved = np.flatnonzero(plan.rep_of_area != problem.instance.current_rep)
    assert set(problem.instance.current_rep[moved].tolist()) == {1}
    assert (plan.rep_of_area == 0).any()


def test_territory_table_counts_accounts_with_their_owner(firm):
    """The sums shown are those that the verifier judges: accounts that stay count for the rep with whom they stay."""
    lines = ", ".join(f'{{account: "{number:03d}", rep: R4}}' for number in (1, 2, 11))
    problem = firm.problem(FREE, f"territories.account_exceptions=[{lines}]")
    plan = design_territories(problem.instance, QUICK).plan
    counts, (_, days, _) = np.full(problem.instance.n_areas, 5.0), tour_tables((), ())
    table = territories_table(problem.instance, plan, reps=firm.data.reps, accounts_of_area=counts, days=days)
    owners = rep_of_accounts(problem.instance, plan, firm.data, problem.account_reps)
    held = firm.potential["potential"].groupby(pd.Series(owners)).sum()
    assert table["potential"].tolist() == pytest.approx(held[table["rep_id"]].tolist(), abs=0.1)
    assert table["inside_tolerance"].all()


def test_a_given_alignment_is_counted_with_the_accounts_that_stay(firm):
    """`evaluate` counts accounts as the territories table of a run does: with their owner."""
    exceptions = "{account: '001', rep: R4}, {account: '002', rep: R4}, {account: '011', rep: R3}"
    problem = firm.problem(FREE, f"territories.account_exceptions=[{exceptions}]")
    plan = TerritoryPlan(rep_of_area=problem.instance.current_rep)
    frames = {name: getattr(firm.data, name) for name in ("areas", "accounts", "reps")}
    table, _, _ = evaluate_plan(problem.instance, plan, account_reps=problem.account_reps, **frames)
    owners = pd.Series(rep_of_accounts(problem.instance, plan, firm.data, problem.account_reps))
    assert table["accounts"].tolist() == owners.value_counts()[table["rep_id"]].tolist()
