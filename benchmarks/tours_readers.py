"""Read public instances of periodic routing and of orienteering with time windows."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

BEST_KNOWN_FILE = "best_known.csv"
WITH_WINDOWS = 5
"""First number of a file whose customers have time windows (Cordeau's list of types)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A place to visit; customer 0 is the depot."""

    number: int
    x: float
    y: float
    service: float
    demand: float
    patterns: tuple[tuple[int, ...], ...]
    """Allowed sets of visit days, ascending."""
    opens: float
    closes: float
    """Within these two the service starts; at the depot: earliest departure and latest return."""

    @property
    def frequency(self) -> int:
        """Visits over all days."""
        return max((len(pattern) for pattern in self.patterns), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingInstance:
    """Routes from a depot over several days."""

    name: str
    vehicles: int
    """Routes a day at most."""
    max_duration: tuple[float, ...]
    """Per day the longest time from departure to return; infinite when unlimited."""
    capacity: tuple[float, ...]
    customers: tuple[Customer, ...]
    """The depot first."""
    optional: bool
    """Whether customers may be left out, their demand being the profit of a visit."""
    decimals: int | None
    """Decimals to which distances are cut; `None` when they are exact."""
    best_known: float | None

    @property
    def days(self) -> int:
        """Days of the period."""
        return len(self.max_duration)

    def distance(self, a: int, b: int) -> float:
        """Return the distance, which is also the travel time, between two positions in `customers`."""
        one, other = self.customers[a], self.customers[b]
        exact = math.hypot(one.x - other.x, one.y - other.y)
        if self.decimals is None:
            return exact
        parts: int = 10**self.decimals
        return math.floor(exact * parts + 1e-9) / parts


def read_folder(folder: Path, *, form: str, only: tuple[str, ...] = ()) -> list[RoutingInstance]:
    """Read every instance of a folder in the order of their names.

    Parameters
    ----------
    form
        "pvrp", "pvrptw" or "optw".
    only
        Names without ending; all when empty.

    Raises
    ------
    ValueError
        When a name of `only` has no file, or a file is not of the form.
    """
    known = best_known(folder)
    files = {path.stem: path for path in sorted(folder.iterdir()) if _is_instance(path)}
    missing = [name for name in only if name not in files]
    if missing:
        message = f"no instance {', '.join(missing)} in {folder}; there are {', '.join(files)}"
        raise ValueError(message)
    read = read_orienteering if form == "optw" else read_periodic
    return [read(files[name], known.get(name)) for name in only or files]


def best_known(folder: Path) -> dict[str, float]:
    """Read the values to compare with: the last column but those that are recalled and not verified."""
    path = folder / BEST_KNOWN_FILE
    if not path.exists():
        return {}
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = {}
    for row in rows:
        value = row.get("best_known") or row.get("checked_upper_bound") or row.get("best_score_one_route")
        if value:
            found[row["instance"]] = float(value)
    return found


def read_periodic(path: Path, value: float | None) -> RoutingInstance:
    """Read a periodic instance of Cordeau's form, with or without time windows."""
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    try:
        form, vehicles, _, days = (int(number) for number in lines[0][:4])
        limits = [(float(duration), float(load)) for duration, load in (line[:2] for line in lines[1 : days + 1])]
        rows = [_customer(line, days, windows=form == WITH_WINDOWS) for line in lines[days + 1 :]]
    except (ValueError, IndexError) as error:
        message = f"{path}: not a periodic instance ({error})"
        raise ValueError(message) from error
    depot = rows[0]
    # A row on the depot with a whole vehicle's load is a dummy (p01); published solutions leave it out.
    whole_load = min(load or math.inf for _, load in limits)
    kept = [row for row in rows[1:] if (row.x, row.y) != (depot.x, depot.y) or row.demand < whole_load]
    return RoutingInstance(
        name=path.stem,
        vehicles=vehicles,
        max_duration=tuple(duration or math.inf for duration, _ in limits),
        capacity=tuple(load or math.inf for _, load in limits),
        customers=(depot, *kept),
        optional=False,
        decimals=None,
        best_known=value,
    )


def read_orienteering(path: Path, value: float | None) -> RoutingInstance:
    """Read an orienteering instance with time windows, for one route."""
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    try:
        form = int(lines[0][0])
        rows = [_place(line) for line in lines[2:]]
    except (ValueError, IndexError) as error:
        message = f"{path}: not an orienteering instance ({error})"
        raise ValueError(message) from error
    return RoutingInstance(
        name=path.stem,
        vehicles=1,
        max_duration=(math.inf,),
        capacity=(math.inf,),
        customers=tuple(rows),
        optional=True,
        decimals=2 if form == WITH_WINDOWS else 1,  # Cordeau's places and Solomon's
        best_known=value,
    )


def _is_instance(path: Path) -> bool:
    return path.is_file() and path.suffix in {"", ".txt"} and "format" not in path.stem.lower()


def _customer(line: list[str], days: int, *, windows: bool) -> Customer:
    """Read one line; a pattern's bits are the days from left to right."""
    number, x, y, service, demand = int(line[0]), *(float(word) for word in line[1:5])
    count = int(line[6])
    codes = [int(word) for word in line[7 : 7 + count]]
    if len(codes) < count:
        raise ValueError(f"customer {number} has {len(codes)} of {count} patterns")
    patterns = tuple(tuple(day for day in range(days) if code >> (days - 1 - day) & 1) for code in codes)
    opens, closes = (float(line[7 + count]), float(line[8 + count])) if windows else (0.0, math.inf)
    return Customer(
        number=number, x=x, y=y, service=service, demand=demand, patterns=patterns, opens=opens, closes=closes
    )


def _place(line: list[str]) -> Customer:
    number, x, y, service, profit = int(line[0]), *(float(word) for word in line[1:5])
    patterns = () if number == 0 else ((0,),)
    opens, closes = float(line[-2]), float(line[-1])
    return Customer(
        number=number, x=x, y=y, service=service, demand=profit, patterns=patterns, opens=opens, closes=closes
    )
