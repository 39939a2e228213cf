"""Models of atypical nodes."""

import dataclasses

import numpy as np

from forecasting.backtest import Backtest
from forecasting.hierarchy import make_hierarchy
from forecasting.own_models import choose_by_node, told_own

SERIES, ORIGINS, STEPS = 24, 4, 6
HIERARCHY = make_hierarchy(("region", "category"), np.array([[row // 4, row % 4] for row in range(SERIES)]))
NODES = len(HIERARCHY.level)
MEMBERS = tuple(f"R{row}" for row in range(6)), tuple(f"C{row}" for row in range(4))


def backtest(*, odd=(), wins=ORIGINS, noise=0.1):
    """The usual model errs by 10 everywhere, ets by 12; at `odd` nodes ets errs by 3, at the first `wins` origins."""
    random = np.random.default_rng(5)
    actual = np.full((ORIGINS, NODES, STEPS), 100.0)
    sizes = {name: np.full((ORIGINS, NODES), size) for name, size in (("theta", 10.0), ("ets", 12.0))}
    sizes["seasonal_naive"] = np.full((ORIGINS, NODES), 1.0)
    for node in odd:
        sizes["ets"][:wins, node] = 3.0
    blur = {name: np.exp(noise * random.standard_normal(size.shape)) for name, size in sizes.items()}
    return Backtest(
        origins=tuple(range(100, 100 + ORIGINS)),
        actual=actual,
        forecasts={name: actual + (size * blur[name])[:, :, None] for name, size in sizes.items()},
        scale=np.ones((ORIGINS, NODES)),
        seasonal_error=np.ones((ORIGINS, NODES)),
    )


def own(made):
    chosen = choose_by_node(made, HIERARCHY, ("theta",) * NODES)
    return {node: name for node, name in enumerate(chosen) if name != "theta"}


def test_an_atypical_node_wins_a_model_of_its_own():
    assert own(backtest(odd=(3, 9))) == {3: "ets", 9: "ets"}


def test_a_win_at_some_origins_is_not_believed():
    assert own(backtest(odd=(3,), wins=ORIGINS - 1)) == {}


def test_where_nodes_differ_by_luck_alone_all_keep_the_usual_model():
    assert own(backtest(noise=0.5)) == {}


def test_two_origins_are_too_few_and_seasonal_naive_is_kept_where_it_stands():
    made = backtest(odd=(3,))
    short = Backtest(
        origins=made.origins[:2],
        actual=made.actual[:2],
        forecasts={name: each[:2] for name, each in made.forecasts.items()},
        scale=made.scale[:2],
        seasonal_error=made.seasonal_error[:2],
    )
    assert own(short) == {}
    gate = ("seasonal_naive",) * NODES
    assert choose_by_node(made, HIERARCHY, gate) == gate


def test_what_was_chosen_is_told():
    usual = ("theta",) * NODES
    chosen = list(usual)
    chosen[5] = "ets"
    (note,) = told_own(chosen, usual, HIERARCHY, MEMBERS)
    assert note.startswith("ets is used for R1 / C1, where it was clearly better")
    assert told_own(usual, usual, HIERARCHY, MEMBERS) == ()


def test_a_model_without_rivals_is_kept():
    made = backtest(odd=(3,))
    only = {name: made.forecasts[name] for name in ("seasonal_naive", "theta")}
    assert own(dataclasses.replace(made, forecasts=only)) == {}
