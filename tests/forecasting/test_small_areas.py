"""Areas are shrunk towards what their attributes tell, and a well-worked one is not simply called promising."""

import numpy as np
import pandas as pd
import pytest

from forecasting.area_potential import AREA_WEIGHT, with_area_attributes
from forecasting.history import AREA_COLUMNS
from forecasting.small_areas import fay_herriot


def test_equal_variances_give_the_shrinkage_by_hand() -> None:
    """Constant only, ψ = 1, y = −3, −1, 1, 3: Σ y² / (σ² + 1) = 3 gives σ² = 20 / 3 − 1 and γ = 17 / 20."""
    found = fay_herriot(np.array([-3.0, -1.0, 1.0, 3.0]), np.ones(4), np.ones((4, 1)))
    assert found.model_variance == pytest.approx(17 / 3)
    assert found.weight.tolist() == pytest.approx([0.85] * 4)
    assert found.shrunk.tolist() == pytest.approx([-2.55, -0.85, 0.85, 2.55])


def test_values_closer_than_their_errors_are_all_taken_for_the_mean() -> None:
    """σ² is 0, and never below."""
    found = fay_herriot(np.array([0.9, 1.0, 1.1]), np.ones(3), np.ones((3, 1)))
    assert found.model_variance == 0
    assert found.shrunk.tolist() == pytest.approx([1.0] * 3)


def test_truth_is_met_better_than_by_what_is_seen_or_by_attributes_alone() -> None:
    """On made areas with known truth; an unseen one gets what its attributes tell."""
    random = np.random.default_rng(4)
    x = np.column_stack([np.ones(400), random.normal(size=400)])
    truth = x @ np.array([2.0, 0.7]) + 0.5 * random.normal(size=400)
    psi = random.uniform(0.05, 1.5, 400)
    seen = truth + np.sqrt(psi) * random.normal(size=400)
    seen[0] = np.nan
    found = fay_herriot(seen, psi, x)
    assert found.model_variance == pytest.approx(0.25, abs=0.08)
    assert found.beta.tolist() == pytest.approx([2.0, 0.7], abs=0.1)
    assert found.shrunk[0] == found.synthetic[0]

    def error(estimate: np.ndarray) -> float:
        return float(((estimate[1:] - truth[1:]) ** 2).mean())

    assert error(found.shrunk) < 0.8 * min(error(seen), error(found.synthetic))


def firm(worked: dict[int, float] | None = None, *, areas: int = 60, per_area: int = 4):
    """Areas whose sales follow their population; `worked` multiplies those of single areas."""
    random = np.random.default_rng(2)
    population = random.uniform(2_000, 80_000, areas)
    population[:3] = 20_000
    level = 0.5 * population * np.exp(0.3 * random.normal(size=areas))
    level[:3] = 0.5 * 20_000
    for area, factor in (worked or {}).items():
        level[area] *= factor
    names = [f"A{number:02d}" for number in range(areas)]
    table = pd.DataFrame({"area_id": names, "region": "North", "population": population})
    accounts = pd.DataFrame({"account_id": [f"{name}-{n}" for name in names for n in range(per_area)],
                             "area_id": np.repeat(names, per_area)})  # fmt: skip
    baseline = np.repeat(level / per_area, per_area).round(2)
    room = np.full(len(baseline), 1000.0)
    potential = pd.DataFrame({"account_id": accounts["account_id"], "baseline": baseline, "headroom": room,
                              "potential": baseline + 0.3 * room, "low": 0.8 * baseline,
                              "high": 1.2 * baseline + 600})  # fmt: skip
    return potential, accounts, table


def made(potential: pd.DataFrame, accounts: pd.DataFrame, table: pd.DataFrame):
    return with_area_attributes(potential, accounts, table, ["population"], headroom_share=0.3, headroom_quantile=0.85)


def test_a_well_worked_area_is_not_simply_called_promising() -> None:
    """Three alike areas: the one that sells three times as much ranks first by sales and last by headroom."""
    found = made(*firm({0: 3.0, 1: 1.0, 2: 0.4})).areas.set_index("area_id").loc[["A00", "A01", "A02"]]
    assert found["baseline"].is_monotonic_decreasing
    assert found["headroom"].is_monotonic_increasing
    assert found.loc["A00", "headroom"] == pytest.approx((1 - AREA_WEIGHT) * 4000)
    assert found.loc["A00", "white_space"] == 0
    assert found.loc["A02", "white_space"] > 0
    gain = found["potential"] / found["baseline"] - 1
    assert gain["A02"] > 3 * gain["A00"]


def test_the_three_numbers_add_up_for_accounts_and_areas() -> None:
    """Potential is baseline and the share of headroom; low and high enclose it; sums are those of the accounts."""
    result = made(*firm({0: 3.0, 2: 0.4}))
    table = result.potential
    np.testing.assert_allclose(table["potential"], table["baseline"] + 0.3 * table["headroom"], atol=0.011)
    assert ((table["low"] <= table["potential"]) & (table["potential"] <= table["high"])).all()
    assert tuple(result.areas.columns) == AREA_COLUMNS
    assert result.areas["headroom"].sum() == pytest.approx(table["headroom"].sum(), abs=0.1)
    assert "population +1.0" in result.note or "population +0.9" in result.note


def test_an_area_without_sales_gets_what_its_attributes_tell() -> None:
    """A part of it, as prospects do; its prospects share it."""
    potential, accounts, table = firm()
    none = (accounts["area_id"] == "A01").to_numpy()
    potential.loc[none, ["baseline", "low", "headroom", "potential"]] = 0.0
    found = made(potential, accounts, table)
    line = found.areas.set_index("area_id").loc["A01"]
    assert line["expected"] == pytest.approx(10_000, rel=0.2)
    assert found.potential.loc[none, "headroom"].tolist() == pytest.approx(
        [AREA_WEIGHT * 0.25 * line["reach"] / 4] * 4, abs=0.02
    )


def test_too_few_areas_leave_the_accounts_as_they_are() -> None:
    """And say so."""
    potential, accounts, table = firm(areas=10)
    found = made(potential, accounts, table)
    assert found.potential is potential
    assert found.areas.empty
    assert "too few" in found.note
