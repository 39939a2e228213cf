"""Put what is made of the forecast where a run looks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.resources import Resources
from scenarios.assemble_resources import make_resources

if TYPE_CHECKING:
    from maps.bookmaking import ForecastPart
    from scenarios.checking import CheckedData
    from scenarios.loaded import LoadedScenario


def made_resources(loaded: LoadedScenario, data: CheckedData, forecast: ForecastPart | None) -> Resources:
    """Make what the scenario asks for under `resources`; nothing without a forecast."""
    if forecast is None:
        return Resources()
    made = make_resources(
        data,
        loaded.scenario,
        table=forecast.table,
        history=forecast.history,
        potential=forecast.potential,
    )
    return Resources(tables=made.tables, notes=made.notes)
