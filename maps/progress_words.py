"""Put into words how far a stage has come."""

from typing import Final

from maps.languages.speaking import say
from maps.words import duration_text, number_text, percent_text

NOISE: Final = 1e-6
"""Relative difference between incumbent and bound that comes of rounding."""


def progress_text(
    doing: str, *, share_done: float, seconds: float, objective: float | None = None, bound: float | None = None
) -> str:
    """Put a report into words: what is being done, incumbent, bound, gap, time left.

    No plan that keeps every rule can be below the bound: an incumbent there breaks some, and has no gap.

    Parameters
    ----------
    seconds
        Since the stage began; with `share_done` it gives the time left, from 3 % on.
    """
    parts = [doing] if doing else []
    beyond = objective is not None and bound is not None and bound - objective > NOISE * max(1.0, abs(objective))
    if objective is not None:
        parts.append(
            f"so far {number_text(objective)}, still breaking rules" if beyond else f"best {number_text(objective)}"
        )
    if bound is not None:
        parts.append(f"bound {number_text(bound)}")
    if objective is not None and bound is not None and not beyond:
        parts.append(f"gap {percent_text(abs(objective - bound) / max(abs(objective), 1e-9))}")
    if 0.03 <= share_done < 1.0 and seconds >= 1.0:
        parts.append(f"about {duration_text(seconds * (1.0 - share_done) / share_done)} left")
    return " · ".join(say(part) for part in parts)
