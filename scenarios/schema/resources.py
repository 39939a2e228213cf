"""Define the keys of what is made of the forecast: stock, marketing budget, rep time, risks and opportunities."""

from typing import Annotated

from pydantic import Field

from scenarios.schema.values import Identifier, Section, Share

Level = Annotated[float, Field(gt=0.0, lt=1.0)]
Money = Annotated[float, Field(gt=0.0)]
Regions = Annotated[tuple[str, ...], Field(strict=False)]


class Stock(Section):
    """Stock of each regional warehouse and category, from the forecast's quantiles."""

    service_level: Level = 0.95
    """Wanted probability that nothing is missing until the next delivery."""
    lead_weeks: Annotated[int, Field(ge=1, le=26)] = 2
    """Weeks from order to delivery."""
    review_weeks: Annotated[int, Field(ge=0, le=26)] = 1
    """Weeks between orders; 0 when every sale is ordered again at once."""
    warehouses: dict[Identifier, Regions] = Field(default_factory=dict)
    """Warehouse: the regions that it serves, such as `Rennes: [Bretagne, Normandie]`. A region that is not named has a
    warehouse of its own."""
    unit_prices: dict[str, Money] = Field(default_factory=dict)
    """Category: mean sales price of a piece. With it the files for the ERP count pieces, without it money."""


class Budget(Section):
    """A marketing budget shared out over regions, each further step of which brings less."""

    amount: Money
    """Money to share out over the period."""
    step: Money
    """Smallest part that is given away; at most a thousand of them make up the amount."""
    half_spend: Annotated[float, Field(gt=0.0, le=1.0)] = 0.02
    """Spending at which half of what can be won in a region is won, as a share of its expected sales. It says how fast
    returns diminish; set it by what former campaigns brought."""
    margin: Share = 0.3
    """Share of sales that is left to pay for marketing."""
    spend_all: bool = True
    """Whether all of the amount is spent, or only what brings back more than it costs."""
    least_share: Share = 0.0
    """Share of the amount that every region gets at least."""
    most_share: Share = 1.0
    """Share of the amount that a region gets at most."""


class RepTime(Section):
    """Hours of reps by segment and area, today and where they would bring most."""

    most_change: Share = 0.25
    """How much the hours of a region's segment may rise or fall, as a share."""


class Risks(Section):
    """Regions heading under target, accounts that may leave, accounts below their likes, prospects worth a visit."""

    horizon_weeks: Annotated[int, Field(ge=4, le=52)] = 26
    """Weeks without an order after which a customer counts as gone; prospects are scored over the same weeks."""
    growth: Annotated[float, Field(gt=-1.0, le=10.0)] = 0.0
    """Target of every region: sales of the same weeks of last year and so much more."""
    targets: dict[str, Money] = Field(default_factory=dict)
    """Region: sales wanted in the period, where that is not last year and `growth`."""
    most: Annotated[int, Field(ge=1, le=10000)] = 50
    """Longest list of each kind, the largest first."""


class Resources(Section):
    """What is made of the forecast; each part is left out unless it is named."""

    stock: Stock | None = None
    """Stock by warehouse and category. `stock: {}` takes the defaults."""
    budget: Budget | None = None
    """A marketing budget over regions."""
    rep_time: RepTime | None = None
    """Hours by segment and area. `rep_time: {}` takes the defaults."""
    risks: Risks | None = None
    """Risks and opportunities with reason and size. `risks: {}` takes the defaults."""
