"""Tell an observer how far a forecast has come."""

from typing import Protocol


class Observer(Protocol):
    """What a forecast calls while it works."""

    def report(self, doing: str, *, share_done: float) -> None:
        """Take note that `doing` is under way, with `share_done` between 0 and 1."""


class Silent:
    """An observer that takes no note."""

    def report(self, doing: str, *, share_done: float) -> None:
        """Do nothing."""
