"""Define the keys of the territory plan."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from scenarios.schema.values import Identifier, Section, Share


class Balance(Section):
    """One measure that territories share fairly."""

    tolerance: Annotated[float, Field(gt=0.0, le=1.0)] = 0.10
    """Greatest deviation of a territory from its target, as a share."""
    share_by: Literal["hours", "equal", "target_share"] = "hours"
    """Targets in proportion to the reps' weekly hours, equal, or in proportion to the column `target_share` of the reps
    table."""
    shares: dict[Identifier, Annotated[float, Field(gt=0.0, le=10.0)]] = Field(default_factory=dict)
    """rep_id: part of an ordinary territory, such as `R07: 0.5` for a rep at half time; multiplies what `share_by`
    gives."""


class BalanceMeasureName(StrEnum):
    """What can be balanced."""

    POTENTIAL = "potential"
    WORKLOAD = "workload"
    ACCOUNTS = "accounts"


class Lock(Section):
    """An area that must, or must not, belong to a rep."""

    area: Identifier
    """area_id, or the name of the area when it is unique."""
    rep: Identifier
    """rep_id."""


class AccountException(Section):
    """An account that stays with a rep, whoever has the territory around it."""

    account: Identifier
    """account_id."""
    rep: Identifier
    """rep_id."""


class NeighbourPair(Section):
    """Two areas, and why they do or do not count as neighbours."""

    areas: tuple[Identifier, ...] = Field(strict=False)
    """The two areas: area_id, or the name where it is unique, such as `[59350, 59009]`."""
    name: str = ""
    """What joins or parts them, such as "ferry to the island"; shown in the report."""


class Barriers(Section):
    """What parts areas that touch: a river without a bridge, a motorway, a mountain ridge."""

    pairs: tuple[NeighbourPair, ...] = Field(default=(), strict=False)
    """Areas that touch and yet do not count as neighbours."""
    lines: str = ""
    """GeoJSON or GeoPackage file of lines, relative to the scenario; areas that a line parts are no neighbours."""
    parted_by: Literal["border", "centres"] = "border"
    """`border`: a line parts two areas when it runs along at least half of their common border, no farther off than
    `border_metres`; `centres`: when it crosses the straight line between their middles."""
    border_metres: Annotated[float, Field(gt=0.0, le=10_000.0)] = 200.0
    """How far from the border a line may run; for `parted_by: border`."""


class KeepTogether(Section):
    """Areas that should have the same rep."""

    by: Literal["district", "region", "group"] = "district"
    """Areas with the same entry in this column belong together. `group` is any column of the areas table (or of the
    accounts, where areas are made from them), named under `columns`, such as `group: epci`."""
    except_for: tuple[Identifier, ...] = Field(default=(), strict=False)
    """Entries of the column that may be shared out, such as a city's district that is larger than a territory."""
    price: Annotated[int, Field(ge=1)] | None = None
    """Minutes of visit driving that each rep beyond the first is worth avoiding; left out, no district may be shared at
    all."""


class TravelCost(Section):
    """What is added up over the areas as travel."""

    distance: Literal["linear", "squared"] = "linear"
    """Drive minutes from the home, or their square: far areas count more than in proportion."""
    weigh_by: Literal["visits", "workload", "potential", "nothing"] = "visits"
    """What an account's drive is multiplied with; `nothing` counts each area once, whatever is in it."""


class Objective(Section):
    """What a good plan is, besides keeping the rules."""

    travel: Annotated[float, Field(gt=0.0)] = 1.0
    """Weight of the travel."""
    cost: TravelCost = Field(default_factory=TravelCost)
    """How travel is counted."""


class Disruption(Section):
    """What changes hands against the current alignment."""

    measure: Literal["potential", "accounts", "areas"] = "potential"
    """What is counted when an area leaves its current rep."""
    price: Annotated[float, Field(ge=0.0)] | None = None
    """1.0 makes moving everything as dear as all travel. Left out: 0 for `mode: from_scratch`, else 0.5."""
    cap: Share | None = None
    """Greatest share that may change hands. What belongs today to a rep who has left (in the current alignment, not in
    the reps table) changes hands whatever the plan and comes on top."""


class Territories(Section):
    """Rules and aims of the territory plan."""

    balance: dict[BalanceMeasureName, Balance] = Field(
        default_factory=lambda: {BalanceMeasureName.POTENTIAL: Balance(), BalanceMeasureName.WORKLOAD: Balance()},
        strict=False,
    )
    """Measures to balance: potential, workload, accounts. A file that names some balances just those; left out,
    potential and workload are balanced, and `--set` or an override of one of them leaves the other as it is."""
    mode: Literal["from_scratch", "improve", "repair"] = "from_scratch"
    """`from_scratch`: the current alignment is not looked at, but for `disruption`. `improve`: the search starts from
    it, and what changes hands has a price. `repair`: after reps have left or joined; areas without a rep and those of
    territories near them are shared out anew, all others stay frozen."""
    repair_reach: Annotated[int, Field(ge=1, le=10)] = 1
    """How far a repair may reach: 1 for the territories that touch the areas of a rep who left, or the home of one who
    joined; 2 for the neighbours of those as well, and so on."""
    objective: Objective = Field(default_factory=Objective)
    """Weights."""
    disruption: Disruption = Field(default_factory=Disruption)
    """Change against today."""
    homes: Literal["given", "missing", "all"] = "given"
    """Where reps live. `given`: where the reps table says; a rep without lon and lat is a fault. `missing`: a rep
    without lon and lat gets a home: the middle of an area, chosen so that all travel is least with fair shares. `all`:
    every home is chosen anew, whatever the table says. `homes.csv` tells where they are."""
    home_candidates: Annotated[int, Field(ge=1, le=2000)] = 200
    """How many areas may hold a chosen home: those with the most potential, of each region with `within: region`. More
    give better homes and take longer."""
    contiguous: bool = True
    """Whether each territory must be in one piece; it holds its rep's home in any case."""
    within: Literal["none", "region"] = "none"
    """`region`: reps serve only areas of their region, and targets are shared out inside each region."""
    keep_together: tuple[KeepTogether, ...] = Field(default=(), strict=False)
    """Districts or other groups of areas that should have one rep: as rules, and at most one at a price."""
    barriers: Barriers = Field(default_factory=Barriers)
    """Areas that touch but do not count as neighbours."""
    links: tuple[NeighbourPair, ...] = Field(default=(), strict=False)
    """Areas that do not touch but count as neighbours: bridges, tunnels, ferries."""
    freeze: tuple[Identifier, ...] = Field(default=(), strict=False)
    """Reps (rep_id) who keep exactly the areas they have today; their balance is not judged, the others share the
    rest."""
    account_exceptions: tuple[AccountException, ...] = Field(default=(), strict=False)
    """Accounts that stay with a rep, whoever has the territory around them."""
    locks: tuple[Lock, ...] = Field(default=(), strict=False)
    """Areas that must belong to a rep."""
    forbidden: tuple[Lock, ...] = Field(default=(), strict=False)
    """Areas that must not belong to a rep."""
    max_drive_minutes: Annotated[int, Field(ge=1)] | None = None
    """Greatest drive from home to any area of the territory."""
    robust_balance: bool = False
    """Whether the plan is to be the one whose least sure territory is most likely to keep its tolerance of potential
    when the forecast is off, whatever it costs in travel."""
    routed_rounds: Annotated[int, Field(ge=0, le=6)] = 0
    """How often, at most, territories are drawn again with the hours that their tours really take, until every rep's
    routed hours are inside the tolerance of workload, driven and needed for all visits; 0 for never. The first round
    draws by the estimate; each further one moves as few areas as the hours measured call for, and tours of reps whose
    accounts change are planned anew."""
    alternatives: Annotated[int, Field(ge=0, le=6)] = 0
    """How many good plans to show side by side, the chosen one included: travel against change against balance. 0 for
    none; each takes about as long as the plan itself."""
