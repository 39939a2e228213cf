"""Say how much work each level of effort means."""

from dataclasses import dataclass
from typing import Final

from optimizer.solving import Effort


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Amounts of work, none of them a time on the clock."""

    proposals: int
    """Boundary moves proposed per unit and annealing."""
    annealings: int
    """Annealings from different seeds; the best goes on."""
    neighbourhood_work: float
    """Deterministic seconds of CP-SAT for one neighbourhood."""
    search_work: float
    """Deterministic seconds of CP-SAT on neighbourhoods, per rep."""
    proof_work: float
    """Deterministic seconds of CP-SAT to close the gap, per rep."""
    large_proposals: int = 300
    """Boundary moves proposed per unit on a large map, at first and in each turn of clusters."""
    turns: int = 30
    """Turns of clusters over a large map."""
    large_search_work: float = 0.0
    """Deterministic seconds of CP-SAT per rep to lower the cost of a large map; `search_work` balances it."""
    last_turns: int = 8
    """The same after the last territories were brought inside their limits."""


BUDGETS: Final = {
    Effort.QUICK: Budget(
        proposals=20_000,
        annealings=1,
        large_proposals=300,
        turns=18,
        neighbourhood_work=0.3,
        search_work=0.06,
        proof_work=0.03,
    ),
    Effort.NORMAL: Budget(
        proposals=60_000,
        annealings=2,
        large_proposals=600,
        turns=60,
        last_turns=15,
        large_search_work=0.35,
        neighbourhood_work=1.0,
        search_work=0.35,
        proof_work=0.25,
    ),
    Effort.THOROUGH: Budget(
        proposals=300_000,
        annealings=4,
        large_proposals=2000,
        turns=200,
        last_turns=50,
        large_search_work=2.5,
        neighbourhood_work=4.0,
        search_work=2.5,
        proof_work=2.5,
    ),
}
"""Tuned on the alpha and Iowa cases: a few seconds, about half a minute, a few minutes on two cores."""
