"""Tell how the kept versions of a forecast's models would have done in the weeks that came."""

from pathlib import Path

import pandas as pd

from forecasting.history import Forecast
from forecasting.learned import compare_versions
from scenarios.actuals import Actuals
from scenarios.assemble_forecast import assemble_calendar, forecast_settings, history_of
from scenarios.loaded import LoadedScenario
from scenarios.model_store import load, models_folder, read_manifest


def versions_beside(loaded: LoadedScenario, run: Path, forecast: Forecast, actuals: Actuals) -> pd.DataFrame:
    """Forecast the weeks that came with each kept version, from what was known when the watched forecast was made.

    Versions that learned from later sales are left out: they knew what came.

    Returns
    -------
    Columns of `forecasting.learned.VERSION_COLUMNS`, in the order in which versions were learned.
    """
    scenario = loaded.scenario
    folder = models_folder(scenario, run)
    history = history_of(forecast.history)
    known = str(history.weeks[-1])
    names = [kept.learned.version for kept in read_manifest(folder).versions if kept.learned.last_week <= known]
    return compare_versions(
        [load(folder, name) for name in names],
        history,
        assemble_calendar(actuals.data, history, scenario),
        actuals.sales,
        settings=forecast_settings(scenario),
    )
