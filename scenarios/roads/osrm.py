"""Ask an OSRM server for drive minutes: https://project-osrm.org/docs/v5.24.0/api/#table-service."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike

from scenarios.faults import Fault, ScenarioError
from scenarios.roads.network import Floats
from scenarios.schema import Travel
from scenarios.travel import StraightLine, straight_line

MOST_PLACES: Final = 100
"""Places in one request: what a server allows unless it is told otherwise (`--max-table-size`)."""
SECONDS: Final = 60.0
"""Patience for one answer."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OsrmModel:
    """Drives by an OSRM server's own roads and speeds; pairs without a way go by straight line."""

    address: str
    """Of the server and profile, such as http://localhost:5000/table/v1/driving."""
    fallback: StraightLine
    speed_factor: float
    """Multiplies the server's speeds."""

    @classmethod
    def of(cls, travel: Travel) -> Self:
        """Take the server that a scenario names."""
        address = f"{travel.osrm.rstrip('/')}/table/v1/driving"
        return cls(address=address, fallback=straight_line(travel), speed_factor=travel.speed_factor)

    def between(
        self, from_lon: ArrayLike, from_lat: ArrayLike, to_lon: ArrayLike, to_lat: ArrayLike
    ) -> tuple[Floats, Floats]:
        """Give minutes and kilometres from every origin to every destination; half of MOST_PLACES of each at a time.

        Raises
        ------
        ScenarioError
            When the server does not answer, or refuses.
        """
        origins, goals = _places(from_lon, from_lat), _places(to_lon, to_lat)
        minutes, kilometres = self.fallback.between(from_lon, from_lat, to_lon, to_lat)
        step = MOST_PLACES // 2
        for row in range(0, len(origins), step):
            for column in range(0, len(goals), step):
                part = np.s_[row : row + step, column : column + step]
                seconds, metres = self._table(origins[part[0]], goals[part[1]])
                found = np.isfinite(seconds) & np.isfinite(metres)
                minutes[part] = np.where(found, seconds / 60.0 / self.speed_factor, minutes[part])
                kilometres[part] = np.where(found, metres / 1000.0, kilometres[part])
        return minutes, kilometres

    def _table(self, origins: list[str], goals: list[str]) -> tuple[Floats, Floats]:
        """Ask for one block: seconds and metres, NaN where there is no way. Each of shape (origins, goals)."""
        sources = ";".join(map(str, range(len(origins))))
        destinations = ";".join(map(str, range(len(origins), len(origins) + len(goals))))
        asked = f"sources={sources}&destinations={destinations}&annotations=duration,distance"
        answer = self._answer(f"{self.address}/{';'.join([*origins, *goals])}?{asked}")
        shape = (len(origins), len(goals))
        blocks = [np.array(answer.get(name), dtype=np.float64) for name in ("durations", "distances")]
        if any(block.shape != shape for block in blocks):
            raise self._fault("its answer has another form than the table service's; expected durations and distances")
        return blocks[0], blocks[1]

    def _answer(self, address: str) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(address, timeout=SECONDS) as reply:  # noqa: S310 - the scheme is checked
                answer: dict[str, Any] = json.load(reply)
        except urllib.error.HTTPError as error:
            raise self._fault(f"it refuses: {_refusal(error)}") from error
        except (OSError, ValueError) as error:
            raise self._fault(f"it does not answer ({getattr(error, 'reason', error)}); is it running?") from error
        if answer.get("code") != "Ok":
            raise self._fault(f"it refuses: {answer.get('message') or answer.get('code')}")
        return answer

    def _fault(self, message: str) -> ScenarioError:
        return ScenarioError([Fault(file=self.address, key="travel.osrm", message=message)])


def _refusal(error: urllib.error.HTTPError) -> str:
    """Find the server's own words."""
    try:
        return str(json.load(error).get("message") or error)
    except ValueError:
        return str(error)


def _places(lon: ArrayLike, lat: ArrayLike) -> list[str]:
    """Write positions as the service wants them: about ten centimetres."""
    places = zip(np.asarray(lon, dtype=np.float64).ravel(), np.asarray(lat, dtype=np.float64).ravel(), strict=True)
    return [f"{x:.6f},{y:.6f}" for x, y in places]
