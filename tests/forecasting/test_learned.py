"""What was learned is kept as text, put back to the byte, and compared with what came."""

import dataclasses

import pandas as pd
import pytest

from forecasting.forecast import forecast_sales
from forecasting.learned import VERSION_COLUMNS, advice_on_versions, compare_versions, replay
from forecasting.model_version import with_name
from forecasting.settings import ForecastSettings, InvalidForecastError
from tests.forecasting.series import french_calendar, mondays, seasonal_history

SETTINGS = ForecastSettings(models=("theta", "lightgbm"), origins=1)
HISTORY = seasonal_history(regions=2, weeks=182)


def known(weeks: int):
    """The first weeks of the history."""
    return dataclasses.replace(HISTORY, weeks=HISTORY.weeks[:weeks], sales=HISTORY.sales[:, :, :weeks])


def made(weeks: int, *, put_back=None, history=None, settings=SETTINGS):
    """Forecast the 4 weeks after the first `weeks`."""
    history = history or known(weeks)
    days = mondays(weeks + 4).astype("datetime64[D]").astype(object)
    return forecast_sales(history, french_calendar(history, ahead=4), period_start=days[weeks], period_end=days[-1],
                          settings=settings, put_back=put_back)  # fmt: skip


@pytest.fixture(scope="module")
def first():
    """A forecast whose models hold trees at every node."""
    found = made(165)
    assert found.learned is not None
    assert found.learned.trees.startswith("tree")
    trees = ("theta + lightgbm",) * len(found.learned.models)
    return dataclasses.replace(found, learned=with_name(dataclasses.replace(found.learned, models=trees)))


def test_a_version_put_back_forecasts_to_the_byte_what_it_did(first) -> None:
    """From the same sales, by its own trees and choice of models; it keeps its name."""
    again = made(165, put_back=first.learned)
    assert again.version == first.learned.version
    assert again.learned is first.learned
    once_more = made(165, put_back=first.learned)
    pd.testing.assert_frame_equal(again.table, once_more.table)
    history = known(165)
    replayed = replay(history, french_calendar(history, ahead=4), first.learned, horizon=4, settings=SETTINGS)
    served = again.levels[again.levels["level"] == "region"]
    assert replayed["p50"].to_numpy() == pytest.approx(served["p50"].to_numpy(), abs=0.05)
    assert again.notes[0].startswith(f"Forecast by model version {first.learned.version}, put back")


def test_a_version_put_back_brings_its_own_intervals(first) -> None:
    """Twice as wide as kept, twice as far from the median; a version kept without has those learned anew."""
    bands = first.learned.bands
    wider = {"ends": [[2 * value for value in row] for row in bands["ends"]], "growth": bands["growth"]}
    same, wide, without = (
        made(175, put_back=dataclasses.replace(first.learned, bands=each)).table for each in (bands, wider, {})
    )
    assert wide["p50"].tolist() == same["p50"].tolist() == without["p50"].tolist()
    above = (wide["p90"] - wide["p50"]) / (same["p90"] - same["p50"])
    assert above.to_numpy() == pytest.approx(2.0, abs=0.01)
    assert without["p90"].tolist() != same["p90"].tolist()


def test_trees_learned_anew_from_the_same_sales_are_the_same_version(first) -> None:
    """The name follows from the contents."""
    again = made(165).learned
    assert again is not None
    trees = dataclasses.replace(again, models=first.learned.models, version="")
    assert with_name(trees).version == first.learned.version


@pytest.mark.slow
def test_former_trees_forecast_later_weeks_otherwise_than_new_ones(first) -> None:
    """They are not learned again in secret."""
    later, new = made(175, put_back=first.learned), made(175)
    assert new.learned is not None
    assert new.learned.trees != first.learned.trees
    assert later.learned.trees == first.learned.trees
    assert later.table["p50"].tolist() != new.table["p50"].tolist()


def test_versions_of_other_regions_models_or_features_are_refused(first) -> None:
    """With the reason."""
    renamed = dataclasses.replace(known(165), regions=("R0", "R9"))
    with pytest.raises(InvalidForecastError, match="other regions \\(R1, R9\\)"):
        made(165, put_back=first.learned, history=renamed)
    with pytest.raises(InvalidForecastError, match="needs lightgbm"):
        made(165, put_back=first.learned, settings=ForecastSettings(models=("theta",), origins=1))
    strange = dataclasses.replace(first.learned, features=(*first.learned.features[:-1], "event strike"))
    with pytest.raises(InvalidForecastError, match="event strike"):
        made(165, put_back=strange)


def test_versions_are_compared_by_what_came(first) -> None:
    """Sales as one version said: that one has no error; a version that does not fit is left out."""
    history = known(165)
    calendar = french_calendar(history, ahead=4)
    sales = replay(history, calendar, first.learned, horizon=4, settings=SETTINGS).rename(columns={"p50": "sales"})
    naive = with_name(
        dataclasses.replace(first.learned, models=("seasonal_naive",) * len(first.learned.models), trees="")
    )
    other = dataclasses.replace(first.learned, regions=("x",))
    found = compare_versions([first.learned, naive, other], history, calendar, sales, settings=SETTINGS)
    assert found["version"].tolist() == [first.learned.version, naive.version]
    assert found["wape"].iloc[0] == pytest.approx(0.0, abs=1e-9)
    assert found["wape"].iloc[1] > 0.01
    told = advice_on_versions(found, naive.version, alarmed=False)
    assert told[0].endswith(f"Put it back with: models FILE restore {first.learned.version}")
    assert "learn anew" in advice_on_versions(found, first.learned.version, alarmed=True)[0]
    assert advice_on_versions(found, first.learned.version, alarmed=False) == ()
    assert advice_on_versions(found.head(1), first.learned.version, alarmed=True) == ()
    assert advice_on_versions(pd.DataFrame(columns=list(VERSION_COLUMNS)), "", alarmed=True) == ()


def test_measures_that_are_not_known_are_left_out(first) -> None:
    """With one origin no coverage is."""
    assert set(first.learned.scores) == {"wape", "mase"}
