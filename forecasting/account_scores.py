"""Estimate which customers may leave and which prospects may buy, and test that on the past."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.account_behaviour import Behaviour, Kind, Snapshot, silence, snapshot, trend
from forecasting.logistic import Logistic, discrimination, fit_logistic, probability, recalibrate

Array = NDArray[np.float64]
KINDS: tuple[Kind, ...] = ("leave", "convert")
FEWEST_EVENTS = 20
"""Accounts that left (or came) that a model, or its calibration, is learned from, at the least."""
MOST_ORIGINS = 12
YOUNGEST = 39
"""Weeks of history before an origin, at the least."""
PARTS = 5
"""Parts by score in which expected and true shares are compared."""
TEST_COLUMNS = ("kind", "origin", "accounts", "happened", "expected", "brier", "brier_base", "auc")
RELIABILITY_COLUMNS = ("kind", "part", "accounts", "expected", "happened")
SCORE_COLUMNS = ("account_id", "kind", "probability", "silent_weeks", "usual_gap", "trend")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AccountScores:
    """How likely accounts are to leave or to come within the horizon, and how good such scores were in the past."""

    table: pd.DataFrame
    """Columns of `SCORE_COLUMNS`: customers (kind leave) and prospects (kind convert); weeks since the last purchase
    and usual weeks between two; sales of the last half year against the one before as a share, NaN without those."""
    tests: pd.DataFrame
    """Columns of `TEST_COLUMNS`: per kind and origin (Monday) how many accounts, how many of them left or came, how
    many were expected to; mean squared error of the scores and of the plain rate known then; area under the curve."""
    reliability: pd.DataFrame
    """Columns of `RELIABILITY_COLUMNS`: accounts of all tests in parts by score (from 1), expected and true share."""
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Test:
    """Scores of one past origin, made from what was known then."""

    number: int
    """Place among the origins."""
    logit: Array
    chance: Array
    base: float
    """The plain rate known then."""


def score_accounts(behaviour: Behaviour, *, horizon: int) -> AccountScores:
    """Score every customer and prospect for the `horizon` weeks to come.

    Logistic models on what was known at each origin (see `forecasting.account_behaviour`) are learned from all origins
    whose outcome was known, half a horizon apart, and recalibrated on what came of their own earlier scores. Each test
    learns and calibrates from origins whose outcome was known at its own. A prospect is an account of the table that
    had not bought; accounts that came into the table with their first purchase count among those who converted.
    """
    now = len(behaviour.mondays) - 1
    origins = tuple(each for each in range(now - horizon, YOUNGEST - 1, -max(horizon // 2, 1)))[:MOST_ORIGINS][::-1]
    tables, tests, parts, notes = [], [], [], []
    for kind in KINDS:
        today = snapshot(behaviour, now, kind, horizon)
        if not len(today.rows):
            continue
        past = [snapshot(behaviour, origin, kind, horizon) for origin in origins]
        made = _backtest(past, origins, horizon)
        if not made:
            notes.append(_too_little(kind, int(sum(each.outcome.sum() for each in past))))
            continue
        outcome = np.concatenate([past[test.number].outcome for test in made])
        chance = np.concatenate([test.chance for test in made])
        rows = [
            _measured(kind, behaviour.mondays[origins[test.number]], past[test.number].outcome, test) for test in made
        ]
        tests += rows
        parts += _reliability(kind, chance, outcome)
        notes.append(_told(kind, rows, horizon))
        ahead = _fit(past).logit(today.features)
        scored = recalibrate(np.concatenate([test.logit for test in made]), outcome, ahead)
        tables.append(_table(kind, behaviour, today, scored))
    return AccountScores(
        table=pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(SCORE_COLUMNS)),
        tests=pd.DataFrame(tests, columns=list(TEST_COLUMNS)),
        reliability=pd.DataFrame(parts, columns=list(RELIABILITY_COLUMNS)),
        notes=tuple(notes),
    )


def _backtest(past: Sequence[Snapshot], origins: Sequence[int], horizon: int) -> list[_Test]:
    """Score the accounts of each origin by what was known then; origins with too little to learn from are left out."""
    made: list[_Test] = []
    for number, origin in enumerate(origins):
        known = [each for each, other in enumerate(origins) if other + horizon <= origin]
        if not len(past[number].rows) or not _enough([past[each].outcome for each in known]):
            continue
        logit = _fit([past[each] for each in known]).logit(past[number].features)
        before = [test for test in made if test.number in known]
        chance = probability(logit)
        if _enough([past[test.number].outcome for test in before]):
            outcome = np.concatenate([past[test.number].outcome for test in before])
            chance = recalibrate(np.concatenate([test.logit for test in before]), outcome, logit)
        base = float(np.concatenate([past[each].outcome for each in known]).mean())
        made.append(_Test(number=number, logit=logit, chance=chance, base=base))
    return made if _enough([past[test.number].outcome for test in made]) else []


def _enough(outcomes: Sequence[Array]) -> bool:
    """Tell whether enough accounts did and did not."""
    if not outcomes:
        return False
    happened, count = float(sum(each.sum() for each in outcomes)), sum(len(each) for each in outcomes)
    return FEWEST_EVENTS <= happened <= count - FEWEST_EVENTS


def _fit(past: Sequence[Snapshot]) -> Logistic:
    """Learn from several origins."""
    return fit_logistic(
        np.concatenate([each.features for each in past]), np.concatenate([each.outcome for each in past])
    )


def _measured(kind: Kind, monday: np.datetime64, outcome: Array, test: _Test) -> Mapping[str, object]:
    """Measure one test; keys of `TEST_COLUMNS`."""
    return {
        "kind": kind,
        "origin": pd.Timestamp(monday),
        "accounts": len(outcome),
        "happened": int(outcome.sum()),
        "expected": float(test.chance.sum()),
        "brier": float(((test.chance - outcome) ** 2).mean()),
        "brier_base": float(((test.base - outcome) ** 2).mean()),
        "auc": discrimination(test.chance, outcome),
    }


def _reliability(kind: Kind, chance: Array, outcome: Array) -> list[Mapping[str, object]]:
    """Compare expected and true shares from the least to the most likely; keys of `RELIABILITY_COLUMNS`."""
    order = np.argsort(chance, kind="stable")
    return [
        {
            "kind": kind,
            "part": number + 1,
            "accounts": len(members),
            "expected": float(chance[members].mean()),
            "happened": float(outcome[members].mean()),
        }
        for number, members in enumerate(np.array_split(order, PARTS))
        if len(members)
    ]


def _table(kind: Kind, behaviour: Behaviour, today: Snapshot, scored: Array) -> pd.DataFrame:
    """List the accounts of today with their scores; columns of `SCORE_COLUMNS`."""
    sales = behaviour.sales[today.rows]
    silent, usual = silence(sales)
    return pd.DataFrame(
        {
            "account_id": [behaviour.account_ids[row] for row in today.rows],
            "kind": kind,
            "probability": scored,
            "silent_weeks": silent,
            "usual_gap": usual,
            "trend": trend(sales),
        }
    )


def _told(kind: Kind, rows: Sequence[Mapping[str, object]], horizon: int) -> str:
    """Say in a sentence how good the scores were."""
    table = pd.DataFrame(rows)
    weight = table["accounts"] / table["accounts"].sum()
    gain = 1 - float((table["brier"] * weight).sum()) / float((table["brier_base"] * weight).sum())
    ranked = float((table["auc"] * weight).sum() / weight[table["auc"].notna()].sum())
    who, did = ("customers", "left") if kind == "leave" else ("prospects", "bought")
    beside = f"{abs(gain):.0%} {'closer' if gain >= 0 else 'farther off'} than giving everybody the usual rate"
    return (
        f"Tested from {len(table)} past weeks, {horizon} weeks ahead: {table['expected'].sum():,.0f} of "
        f"{table['accounts'].sum():,} {who} were expected to have {did}, {table['happened'].sum():,} had; the scores "
        f"were {beside}, and ranked a pair rightly in {ranked:.0%} of cases."
    )


def _too_little(kind: Kind, events: int) -> str:
    """Say that there are no scores."""
    who = "customers left" if kind == "leave" else "prospects bought for the first time"
    return (
        f"Not enough history for scores: {events} {who} in the past weeks that could be looked at, and "
        f"{FEWEST_EVENTS} are needed both to learn from and to test on."
    )
