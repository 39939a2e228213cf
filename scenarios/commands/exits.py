"""Name the exit codes."""

from typing import Final

DONE: Final = 0
RULES_BROKEN: Final = 1
ALARM: Final = 1
"""`monitor`: what came is so far from the forecast that it should be made anew."""
BAD_INPUT: Final = 2
NO_PLAN: Final = 3
STOPPED_EARLY: Final = 4
"""Interrupted, and the best plan found by then was written."""
INTERRUPTED: Final = 130
