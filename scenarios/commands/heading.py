"""Say what the book of a run is about."""

from maps.bookmaking import Heading
from scenarios.loaded import LoadedScenario
from scenarios.loading import resolved_yaml
from scenarios.travel import travel_note


def heading_of(loaded: LoadedScenario) -> Heading:
    """Take name, period, money and the account of the drives from a scenario."""
    scenario = loaded.scenario
    return Heading(
        name=scenario.name,
        description=scenario.description,
        currency=scenario.currency,
        period_start=scenario.period.start,
        period_end=scenario.period.end,
        resolved_scenario=resolved_yaml(loaded),
        travel_note=travel_note(scenario.travel),
    )
