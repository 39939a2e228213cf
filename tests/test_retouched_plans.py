"""Alignments and moves made by hand: measured, and drawn around."""

import json
import shutil
from pathlib import Path

import pandas as pd
import yaml

import run_scenario


def test_evaluate_finds_nothing_in_our_plan_and_the_rule_in_a_worse_one(finished, tmp_path, capsys):
    """The plan of the run keeps every rule; all areas for one rep do not."""
    scenario, out = finished
    words = ["evaluate", str(scenario), "--out", str(out), "--set", "solver.effort=quick", "--alignment"]
    assert run_scenario.main([*words, str(out / "assignment.csv")]) == 0
    assert "No rule is broken" in capsys.readouterr().out
    plan = pd.read_csv(out / "assignment.csv", dtype=str)
    plan["rep_id"] = plan["rep_id"].iloc[0]
    plan.to_csv(tmp_path / "worse.csv", index=False)
    assert run_scenario.main([*words, str(tmp_path / "worse.csv")]) == 1
    assert "broken rules" in capsys.readouterr().out


def test_evaluate_tells_every_wrong_line(finished, tmp_path, capsys):
    """Unknown areas, unknown reps, lines twice and areas without a line are told at once."""
    scenario, out = finished
    plan = pd.read_csv(out / "assignment.csv", dtype=str)[["area_id", "rep_id"]]
    wrong = pd.concat([plan.iloc[1:], plan.iloc[1:2]], ignore_index=True)
    wrong.loc[0, "rep_id"] = "nobody"
    wrong.loc[len(wrong)] = ["nowhere", plan["rep_id"].iloc[0]]
    wrong.to_csv(tmp_path / "wrong.csv", index=False)
    words = ["evaluate", str(scenario), "--out", str(out), "--quiet", "--set", "solver.effort=quick"]
    assert run_scenario.main([*words, "--alignment", str(tmp_path / "wrong.csv")]) == 2
    told = capsys.readouterr().err
    for part in (
        "no rep is called 'nobody'",
        "is given again, first in row",
        "no area is called 'nowhere'",
        "1 areas have no line",
    ):
        assert part in told


def test_moves_are_evaluated_and_drawn_around(finished, tmp_path, capsys):
    """What the page wrote breaks or keeps rules as evaluate says; a run keeps the moved area where it was put."""
    scenario, out = finished
    plan = pd.read_csv(out / "assignment.csv", dtype=str).set_index("area_id")["rep_id"]
    problem = json.loads((out / "measures.json").read_text())["territories"]
    assert problem["all_inside_tolerance"]
    words = ["evaluate", str(scenario), "--out", str(out), "--set", "solver.effort=quick", "--moves"]
    still = tmp_path / "still.csv"
    still.write_text(f"area_id,name,from_rep,to_rep,locked\n{plan.index[0]},x,{plan.iloc[0]},{plan.iloc[0]},yes\n")
    assert run_scenario.main([*words, str(still)]) == 0
    other = next(rep for rep in plan if rep != plan.iloc[0])
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(f"area_id,to_rep\nnowhere,{other}\n{plan.index[0]},nobody\n")
    assert run_scenario.main([*words, str(wrong)]) == 2
    told = capsys.readouterr().err
    assert f'{wrong}:2 area_id: no area is called "nowhere"' in told
    assert f'{wrong}:3 to_rep: no rep is called "nobody"' in told
    wrong.write_text("zone,to\nnowhere,R1\n")
    nothing = ["evaluate", str(tmp_path / "no such scenario.yaml"), "--moves", str(wrong)]
    assert run_scenario.main(nothing) == 2, "the moves are read first"
    assert (
        f"{wrong}:1 --moves: no column area_id and no column to_rep; the file has zone, to" in capsys.readouterr().err
    )
    wrong.write_text("area_id,to_rep\nnowhere,R1\n")
    again = ["run", str(scenario), "--out", str(tmp_path / "again"), "--quiet", "--set", "solver.effort=quick"]
    assert run_scenario.main([*again, "--moves", str(wrong)]) == 2
    assert f'{wrong}:2:1 territories.locks[1].area: "nowhere" is' in capsys.readouterr().err
    edge = next(area for area in plan.index if movable(out, area))
    moves = tmp_path / "moves.csv"
    moves.write_text(f"area_id,to_rep\n{edge},{movable(out, edge)}\n")
    assert run_scenario.main([*again, "--moves", str(moves)]) in {0, 1}
    drawn = pd.read_csv(tmp_path / "again" / "assignment.csv", dtype=str).set_index("area_id")["rep_id"]
    assert drawn[edge] == movable(out, edge)
    resolved = yaml.safe_load((tmp_path / "again" / "scenario.resolved.yaml").read_text())
    assert resolved["territories"]["locks"][-1] == {"area": edge, "rep": movable(out, edge)}
    capsys.readouterr()
    there = [str(scenario), "--out", str(tmp_path / "again"), "--set", "solver.effort=quick"]
    for words in (["explain", *there], ["evaluate", *there, "--moves", str(still)]):
        assert run_scenario.main(words) == 2, "the plan in the folder is not that of the scenario without the moves"
        kept = tmp_path / "again" / "drawn_around.csv"
        assert f"a plan of run --moves needs --drawn-around {kept}" in capsys.readouterr().err
        assert run_scenario.main([*words, "--drawn-around", str(moves)]) in {0, 1}
    terms = json.loads((tmp_path / "again" / "measures.json").read_text())["territories"]["objective"]
    assert f"objective: {terms:,.0f}".replace(",", "\u202f") in capsys.readouterr().out.replace("\xa0", "\u202f")


def test_one_retouch_follows_the_other(finished, tmp_path, monkeypatch, capsys):
    """Files of moves add up in their order, the last counts, and no command puts a plan that forgets them in place."""
    scenario, out = finished
    before = pd.read_csv(out / "assignment.csv", dtype=str).set_index("area_id")["rep_id"]
    first, second = [area for area in before.index if movable(out, area)][:2]
    again = tmp_path / "out" / "tiny"
    words = [str(scenario), "--out", str(again), "--set", "solver.effort=quick"]
    for name, lines in (("a", [(first, before[first]), (second, "R4")]), ("b", [(second, before[second])])):
        text = "".join(f"{area},{rep}\n" for area, rep in lines)
        (tmp_path / f"{name}.csv").write_text(f"area_id,to_rep\n{text}")
    both = ["--moves", str(tmp_path / "a.csv"), "--moves", str(tmp_path / "b.csv")]
    assert run_scenario.main(["run", *words, *both, "--quiet"]) == 0
    kept = f"area_id,to_rep\n{first},{before[first]}\n{second},{before[second]}\n"
    assert (again / "drawn_around.csv").read_text() == kept
    capsys.readouterr()
    assert run_scenario.main(["run", *words, "--moves", str(tmp_path / "b.csv")]) == 2
    told = capsys.readouterr().err
    assert f"its plan was drawn around moves that would be forgotten ({first} to {before[first]})" in told
    assert f"add --moves {again / 'drawn_around.csv'} before the other --moves" in told
    assert run_scenario.main(["alternatives", *words]) == 2
    assert f"add --drawn-around {again / 'drawn_around.csv'}, or name another --out" in capsys.readouterr().err
    monkeypatch.chdir(tmp_path)
    shutil.copy(scenario, scenario.parent / "other.yaml")
    (scenario.parent / "tiny.yaml").write_text("extends: scenario.yaml\n")
    assert run_scenario.main(["compare", str(scenario.parent / "tiny.yaml"), str(scenario.parent / "other.yaml")]) == 2
    assert "rename that folder to keep the plan" in capsys.readouterr().err
    assert (again / "drawn_around.csv").read_text() == kept
    assert run_scenario.main(["evaluate", *words, "--drawn-around", str(again / "drawn_around.csv"), *both]) == 0
    assert "No rule is broken" in capsys.readouterr().out


def movable(out: Path, area: str) -> str:
    """A rep whom an area could be given without breaking a rule, by the files of a run; "" for none."""
    moves = pd.read_csv(out / "area_moves.csv", dtype=str, keep_default_na=False)
    free = moves[(moves["area_id"] == area) & (moves["forbidden_by"] == "")]
    return str(free["to"].iloc[0]) if len(free) else ""
