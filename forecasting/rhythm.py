"""Tell how periods of any length (weeks, months, quarters) fall into years."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WEEKS_PER_YEAR = 365.2425 / 7
DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """The beat of a table: how many periods make a season, and how far back the same season lies."""

    unit: str
    """What one period is called: week, month, quarter, period."""
    season: int
    """Periods of one season."""
    year: float
    """Periods of one year; differs from `season` for weeks, whose drift `lag` makes up for."""
    blur: int
    """Periods to both sides over which a same-season value is smoothed: weeks shift against the year, months do not."""

    def lag(self, years: int) -> int:
        """Give the number of periods back to the one nearest to the same day `years` earlier.

        One year is 52 weeks, three years are 157: the 53rd weeks of ISO years are placed where they come closest.
        """
        return round(years * self.year)

    def widths(self, *parts: float) -> tuple[int, ...]:
        """Give widths of windows as parts of a season, in periods, each once and at least 1."""
        return tuple(dict.fromkeys(max(1, round(part * self.season)) for part in parts))

    def same_season_index(self, target: int, last_known: int) -> int:
        """Give the index of the latest same-season period up to `last_known`; negative if the history is too short."""
        years = 1
        while target - self.lag(years) > last_known:
            years += 1
        return target - self.lag(years)

    def place(self, dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Tell which share of the year has passed: in the middle of each week, at the first day of longer periods.

        Parameters
        ----------
        dates
            First days. Shape (periods,).

        Returns
        -------
        Between 0 and 1; the same for the same period of two years, unless periods are weeks. Shape (periods,).
        """
        if not self.blur:
            return np.asarray(np.arange(len(dates)) % self.season / self.season + self._offset(dates)) % 1.0
        middle = dates.astype("datetime64[D]") + 3 * DAY
        year = middle.astype("datetime64[Y]")
        start = year.astype("datetime64[D]")
        length = (year + 1).astype("datetime64[D]") - start
        return np.asarray((middle - start).astype(np.float64) / length.astype(np.float64))

    def _offset(self, dates: NDArray[np.datetime64]) -> float:
        """Place in the year of the first date, so that 0 is January."""
        month = int(dates[0].astype("datetime64[M]").astype(np.int64)) % 12
        return round(month / 12 * self.season) / self.season


WEEKLY = Rhythm(unit="week", season=52, year=WEEKS_PER_YEAR, blur=1)
MONTHLY = Rhythm(unit="month", season=12, year=12.0, blur=0)
QUARTERLY = Rhythm(unit="quarter", season=4, year=4.0, blur=0)


def rhythm_of(season: int) -> Rhythm:
    """Give the rhythm of tables with `season` periods a season: 52 weeks, 12 months, 4 quarters, or any other."""
    known = {each.season: each for each in (WEEKLY, MONTHLY, QUARTERLY)}
    return known.get(season, Rhythm(unit="period", season=season, year=float(season), blur=0))
