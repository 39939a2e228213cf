"""Design territories, and say how sure their balance is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from optimizer.territory.alternatives import Alternatives, measured
from optimizer.territory.robustness import Futures, draw_futures
from optimizer.territory.search import design_territories
from optimizer.territory.surest import make_surest
from scenarios.assemble_territories import solver_settings
from scenarios.forecast_errors import forecast_errors
from scenarios.saved import plan_from_owners

if TYPE_CHECKING:
    from maps.bookmaking import ForecastPart, TerritoryPart
    from optimizer.progress import Observer
    from optimizer.territory.instance import TerritoryInstance
    from optimizer.territory.plan import TerritoryResult
    from scenarios.assemble_territories import AssembledTerritories
    from scenarios.checking import CheckedData
    from scenarios.schema import Scenario


def futures_of(
    problem: AssembledTerritories, data: CheckedData, forecast: ForecastPart, scenario: Scenario
) -> Futures | None:
    """Draw what may become of the potential of every area; `None` where potential is not balanced."""
    errors = forecast_errors(
        problem.instance,
        accounts=data.accounts,
        potential=forecast.potential,
        forecast=forecast.table,
        account_reps=problem.account_reps,
    )
    return draw_futures(problem.instance, errors, seed=scenario.solver.seed)


def design(
    problem: AssembledTerritories,
    futures: Futures | None,
    scenario: Scenario,
    progress: Observer,
    *,
    explain: bool = True,
) -> TerritoryResult:
    """Design territories of least cost or, where the scenario asks for it, of the surest balance.

    Without `explain` nothing is said about why there is no plan.
    """
    settings = solver_settings(scenario)
    result = design_territories(problem.instance, settings, start=problem.start, observer=progress, explain=explain)
    if scenario.territories.robust_balance and futures is not None:
        result = make_surest(problem.instance, result, futures, settings, observer=progress)
    return result


def alternatives_payload(instance: TerritoryInstance, found: Alternatives) -> dict[str, Any]:
    """Lay out alternatives as JSON values."""
    return {
        "plans": [
            {"name": one.name, "reps": [instance.rep_ids[rep] for rep in one.plan.rep_of_area.tolist()]}
            for one in found.kept
        ],
        "notes": list(found.notes),
    }


def alternatives_from(payload: Mapping[str, Any], territory: TerritoryPart) -> Alternatives:
    """Undo `alternatives_payload`; what a plan measures is computed anew."""
    instance = territory.instance
    return Alternatives(
        kept=tuple(
            measured(instance, plan_from_owners(one["reps"], instance), territory.plan, one["name"])
            for one in payload["plans"]
        ),
        notes=tuple(payload["notes"]),
    )
