"""The territory benchmarks: wrong input, homes of small folders, gaps of broken plans, and what is compiled first."""

import json

import numpy as np
import pytest

from benchmarks import territory_france_free
from benchmarks.territory import main
from benchmarks.territory_france import ALL_HOMES, cut, made_up, value
from benchmarks.territory_grid import solve
from benchmarks.territory_hess import compile_kernels, row_of
from benchmarks.territory_input import InputError
from benchmarks.warming import square_map
from optimizer.siting import bound, covering, dealing, listing, pairs, separation
from optimizer.siting.plan import SitingResult
from optimizer.solving import Status, StopReason

EXACT = (bound, covering, dealing, listing, pairs, separation)


def hess(**changes: object) -> dict[str, object]:
    """Return an instance of nine areas in the form of the Hess files; keys changed to `None` are left out."""
    data = square_map(3, even=True)
    data = {"pop": data.pop("potential"), **data, "k": 3, "L": 3, "U": 3, **changes}
    return {key: one for key, one in data.items() if one is not None}


@pytest.mark.parametrize(
    ("text", "words", "told"),
    [
        (json.dumps({"A": hess()}), ["hess", "FILE", "--only", "XX"], "--only XX"),
        ("{oops", ["hess", "FILE"], "Expecting property name"),
        ("[]", ["hess", "FILE"], "not a JSON object"),
        (json.dumps({"A": hess(U=None)}), ["hess", "FILE"], "A: 'U' is missing"),
        (json.dumps({"A": hess(k=10)}), ["hess", "FILE"], "there are 9 areas"),
        (json.dumps({"A": hess(edges=[[0, 9]])}), ["hess", "FILE"], "'edges' must be"),
        (json.dumps(square_map(3)), ["counties", "FILE", "--k", "10"], "--k 10: there are only 9 areas"),
        (json.dumps(hess()), ["counties", "FILE"], "'potential' is missing"),
        ("", ["france", "FILE"], "Not a directory"),
        ("", ["france", "FILE", "--free-homes", "10"], "Not a directory"),
    ],
)
def test_wrong_files_end_with_one_message(text, words, told, tmp_path, capsys):
    """The exit code is 2 and the message one line, without a traceback."""
    file = tmp_path / "given.json"
    file.write_text(text, encoding="utf-8")
    assert main([str(file) if word == "FILE" else word for word in words]) == 2
    shown = capsys.readouterr()
    assert not shown.out
    assert told in shown.err
    assert shown.err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [["grid", "0"], ["france", ".", "--areas", "0"], ["france", ".", "--reps", "0"], ["france", ".", "--sizes", "5,0"]],
)
def test_numbers_below_one_are_refused(words, capsys):
    """They end in the parser."""
    with pytest.raises(SystemExit, match="2"):
        main(words)
    assert "at least 1" in capsys.readouterr().err


def test_all_homes_of_a_small_folder_are_used():
    """A hundred communes with five homes are drawn with five reps; a cut takes homes in proportion."""
    communes = made_up(10, 5)
    whole, reps = cut(communes, 100, None)
    assert reps == 5
    assert whole is communes
    half, reps = cut(communes, 60, None)
    assert (len(half.codes), reps, len(half.homes)) == (60, 3, 3)
    _, reps = cut(made_up(40, ALL_HOMES), 400, None)
    assert reps == ALL_HOMES // 4


@pytest.mark.parametrize("reps", [100, 101])
def test_a_rep_in_every_commune_is_refused(reps):
    """Nothing would be left to drive, nor to divide a gap by."""
    with pytest.raises(InputError, match="100 communes"):
        cut(made_up(10, 5), 100, reps)


def test_only_plans_that_keep_every_rule_have_a_gap():
    """A plan outside the limits may cost less than the bound."""
    assert value(90.0, 100.0, kept=False) == {"objective": None, "gap": None, "closest_cost": 90.0}
    assert value(200.0, 100.0, kept=True)["gap"] == 0.5
    result = SitingResult(
        status=Status.UNKNOWN, plan=None, conflicts=(), objective=90.0, bound=100.0, stopped_by=StopReason.OUT_OF_TIME
    )
    row = row_of("A", result, 1.0, scale=1.0, published=None)
    assert row["gap"] is row["objective"] is None


def test_nothing_is_left_to_compile_once_the_clock_of_a_grid_runs():
    """The kernels of the exact search are compiled on a grid that is not measured."""
    compile_kernels()
    kernels = [one for module in EXACT for one in vars(module).values() if hasattr(one, "signatures")]
    ready = [len(kernel.signatures) for kernel in kernels]
    assert solve(6, 60.0)["gap"] == 0.0
    assert [len(kernel.signatures) for kernel in kernels] == ready
    assert np.any(ready)


def test_free_homes_must_be_enough(monkeypatch, capsys):
    """Fewer candidates than reps are refused before anything is compiled."""
    monkeypatch.setattr(territory_france_free, "read_communes", lambda _: made_up(10, 5))
    assert main(["france", ".", "--free-homes", "4"]) == 2
    assert "--free-homes 4" in capsys.readouterr().err
