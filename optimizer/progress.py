"""Tell an observer how far a solver has come."""

from typing import Protocol


class Observer(Protocol):
    """What a solver calls while it works; the text on the terminal is made elsewhere."""

    def report(
        self, doing: str, *, share_done: float, objective: float | None = None, bound: float | None = None
    ) -> None:
        """Take note of what is under way, the share done (0 to 1), and the incumbent and bound if known."""


class Silent:
    """An observer that takes no note."""

    def report(
        self, doing: str, *, share_done: float, objective: float | None = None, bound: float | None = None
    ) -> None:
        """Do nothing."""
