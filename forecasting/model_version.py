"""Name what a forecast learned."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

ID_LENGTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedModel:
    """What a forecast learned: plain values and one text."""

    version: str = ""
    """Its name, see `with_name`."""
    regions: tuple[str, ...]
    categories: tuple[str, ...]
    models: tuple[str, ...]
    """Name of the model of each node, in the order of the hierarchy's nodes."""
    features: tuple[str, ...]
    """What the trees read, in their order; empty where no trees took part."""
    first_week: str
    last_week: str
    """First and last Monday that was learned from, as YYYY-MM-DD."""
    horizon: int
    """Weeks ahead that the trees learned."""
    parameters: dict[str, Any] = field(default_factory=dict)
    """Of LightGBM, with seed and number of trees."""
    scores: dict[str, float] = field(default_factory=dict)
    """Of what was served in the backtest, over all regions; empty without one."""
    bands: dict[str, list[Any]] = field(default_factory=dict)
    """Widths of its intervals, see `forecasting.intervals.Bands`; empty where the version was kept without."""
    data: str
    """Fingerprint of the sales that were learned from."""
    trees: str = field(default="", repr=False)
    """The trees as LightGBM writes them; "" where none took part."""


def with_name(learned: LearnedModel) -> LearnedModel:
    """Name a version by its last week and what makes its medians: the same contents have the same name."""
    values = {key: value for key, value in asdict(learned).items() if key not in ("version", "scores", "bands")}
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
    return replace(learned, version=f"{learned.last_week}-{digest[:ID_LENGTH]}")
