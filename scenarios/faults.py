"""Collect everything that is wrong with the input, to be told in one go."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fault:
    """One thing wrong with a file, and what to do about it."""

    file: str
    line: int = 0
    """Line of a YAML file, or row of a table counted as a spreadsheet shows it (the header is row 1); 0 when
    unknown."""
    column: int = 0
    """Column of a YAML file, 0 when unknown."""
    key: str = ""
    """Key path in a scenario (`tours.workday.end`) or column name in a table."""
    message: str = ""
    """What was found, what is expected, and where possible what was meant."""

    def __str__(self) -> str:
        place = ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])
        return f"{place} {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class ScenarioError(ValueError):
    """The scenario or its tables cannot be used; `faults` says why, all at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class BrokenPlanError(RuntimeError):
    """The verifier found broken rules that the planner did not report: a defect of this program, nothing is written."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__("the verifier refuses the plan: " + "; ".join(texts[:10]))


class NoPlanError(ValueError):
    """No plan can be shown, not even one that breaks rules; `texts` say which rules clash."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = tuple(texts)
        super().__init__("\n".join(texts))
