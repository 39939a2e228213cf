"""Check what the keys under `resources` say about each other, and about the regions of the tables."""

from collections.abc import Iterator, Sequence

from scenarios.schema.resources import Resources, Stock
from scenarios.schema.scenario import Outputs
from scenarios.strict_yaml import Path
from scenarios.suggest import did_you_mean

MOST_STEPS = 1000


def resources_agree(resources: Resources) -> Iterator[tuple[Path, str]]:
    """Ask for one warehouse a region, and for a budget that falls into steps and shares that leave a way."""
    if resources.stock is not None:
        served: dict[str, str] = {}
        for warehouse, regions in resources.stock.warehouses.items():
            path: Path = ("resources", "stock", "warehouses", warehouse)
            if not regions:
                yield path, f'warehouse "{warehouse}" serves no region; name at least one, or remove it'
            for place, region in enumerate(regions):
                if region in served:
                    yield (*path, place), f'region "{region}" is served by "{served[region]}" already'
                served.setdefault(region, warehouse)
    budget = resources.budget
    if budget is not None:
        steps = budget.amount / budget.step
        if steps < 1 or steps > MOST_STEPS:
            text = f"got {budget.step:g}, which makes {steps:g} steps of {budget.amount:g}; expected 1 to {MOST_STEPS}"
            yield ("resources", "budget", "step"), text
        if budget.least_share > budget.most_share:
            text = f"got {budget.least_share:g}, more than most_share {budget.most_share:g}"
            yield ("resources", "budget", "least_share"), text


def erp_files_need_stock(resources: Resources, outputs: Outputs) -> Iterator[tuple[Path, str]]:
    """Ask for what the files for the ERP are made of."""
    if outputs.erp and resources.stock is None:
        yield ("outputs", "erp"), "needs resources.stock; `stock: {}` takes its defaults"


def resources_fit_data(
    resources: Resources, regions: Sequence[str], categories: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Ask for regions and categories that exist, and for shares of the budget that allow a way; key and message."""
    known = f"the regions are {', '.join(regions)}"
    if resources.stock is not None:
        yield from _stock_fits(resources.stock, regions, categories)
    if resources.risks is not None:
        for region in resources.risks.targets:
            if region not in regions:
                key = f"resources.risks.targets.{region}"
                yield key, f'there is no region "{region}"{did_you_mean(region, regions) or f"; {known}"}'
    budget = resources.budget
    if budget is not None and budget.least_share * len(regions) > 1 + 1e-9:
        text = f"got {budget.least_share:g} for each of {len(regions)} regions, more than there is"
        yield "resources.budget.least_share", f"{text}; expected at most {1 / len(regions):.3g}"
    if budget is not None and budget.most_share * len(regions) < 1 - 1e-9 and budget.spend_all:
        text = f"got {budget.most_share:g}, so that {len(regions)} regions cannot take all of the amount"
        yield "resources.budget.most_share", f"{text}; expected at least {1 / len(regions):.3g}, or spend_all: false"


def _stock_fits(stock: Stock, regions: Sequence[str], categories: Sequence[str]) -> Iterator[tuple[str, str]]:
    for category in stock.unit_prices:
        if category not in categories:
            text = did_you_mean(category, categories) or f"; the categories are {', '.join(categories)}"
            yield f"resources.stock.unit_prices.{category}", f'there is no category "{category}"{text}'
    for warehouse, named in stock.warehouses.items():
        for place, region in enumerate(named, start=1):
            if region not in regions:
                text = did_you_mean(region, regions) or f"; the regions are {', '.join(regions)}"
                yield f"resources.stock.warehouses.{warehouse}[{place}]", f'there is no region "{region}"{text}'
