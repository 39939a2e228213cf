"""Run the stages of a chain one after the other, or read back what is saved of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from scenarios.commands.words import STAGES, STOPPABLE

if TYPE_CHECKING:
    from maps.console import Console, StageProgress
    from scenarios.loading import LoadedScenario
    from scenarios.moves import Move

    Result = TypeVar("Result")


EARLY_WORDS: Final = {"interrupted": "Ctrl-C", "out of time": "the time limit (solver.seconds)"}
"""What ends a search early, in the planner's words."""


class NotRunError(Exception):
    """A stage was neither to be run nor saved; what comes after it is left out."""


@dataclass(slots=True, kw_only=True)
class StageRunner:
    """Runs stages, or reads them back; keeps what they came to, what it was made from and how long it took."""

    loaded: LoadedScenario
    folder: Path
    console: Console
    only: str = ""
    """The one stage to run; the others are read back. Empty for all."""
    reuse: bool = False
    """Whether saved results are taken where they fit, even when all stages are to be run."""
    moves: tuple[Move, ...] = ()
    """What the planner moved by hand, that the plan is drawn around."""
    lenders: tuple[Path, ...] = ()
    """Folders of other runs whose saved results are taken too where they fit."""
    seconds: dict[str, float] = field(default_factory=dict)
    """Wall-clock seconds of each stage that was run."""
    dropped: list[str] = field(default_factory=list)
    """Stages that were neither run nor fit to be taken over."""
    results: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    """Per stage the fingerprint of what it was made from, and its result as JSON values."""
    interrupted: list[str] = field(default_factory=list)
    """Stages that Ctrl-C ended early, with the best plan found by then."""
    early: dict[str, str] = field(default_factory=dict)
    """What ended the search of a stage early, now or when its result was saved; only stages that were ended early."""

    def draw_around(self, files: Sequence[Path]) -> None:
        """Take up the moves of files, in their order, so that the plan is drawn around them.

        Raises
        ------
        ScenarioError
            When a file cannot be read or understood.
        """
        from scenarios.moves import read_all_moves, with_moves

        self.moves = read_all_moves(files)
        self.loaded = with_moves(self.loaded, self.moves) if self.moves else self.loaded

    @contextmanager
    def reading_back(self) -> Iterator[None]:
        """Take every stage from the folder of an earlier run, and run none.

        Raises
        ------
        ScenarioError
            When the folder holds no plan that fits the scenario and its tables.
        """
        from scenarios.faults import Fault, ScenarioError
        from scenarios.moves import DRAWN_AROUND, moves_of

        self.only = list(STAGES)[-1]
        try:
            yield
        except ScenarioError as error:
            if not any(fault.key == "--only" for fault in error.faults):
                raise
            text = (
                "holds no plan of this scenario as it is now; make one first: python run_scenario.py "
                f"{self.loaded.path}, with the same --set, --override and --out"
            )
            if not self.moves and moves_of(self.folder):
                text += f"; a plan of run --moves needs --drawn-around {self.folder / DRAWN_AROUND}"
            raise ScenarioError([Fault(file=str(self.folder), message=text)]) from error

    def save(self, staging: Path) -> None:
        """Write the results of the stages, for a later run with --only."""
        from scenarios.saved import save_stage

        for stage, (made_from, payload) in self.results.items():
            save_stage(staging, stage, made_from=made_from, payload=payload, ended_early=self.early.get(stage, ""))

    def _stage(
        self,
        name: str,
        made_from: str,
        work: Callable[[StageProgress], Result],
        pack: Callable[[Result], Mapping[str, Any]],
        unpack: Callable[[Mapping[str, Any]], Result],
    ) -> Result:
        """Run a stage, or read it back where only another is to be run.

        Raises
        ------
        NotRunError
            When it comes after the one stage to be run and no saved result fits.
        ScenarioError
            When it comes before and no saved result fits.
        """
        from scenarios.faults import Fault, ScenarioError
        from scenarios.moves import DRAWN_AROUND, moves_of
        from scenarios.saved import early_end

        found = self._saved(name, made_from, unpack) if self.reuse or self.only not in {"", name} else None
        if found is not None:
            result = found
        elif self.reuse or self.only in {"", name}:
            with self.timed(name) as progress:
                result = self._until_interrupted(name, work, progress)
        elif list(STAGES).index(name) > list(STAGES).index(self.only):
            wanted = [stage for stage in list(STAGES)[1:-1] if self._wants(stage)]
            self.dropped = [stage for stage in wanted if stage not in self.results]
            raise NotRunError(name)
        else:
            text = (
                f"no saved {name} stage fits this scenario and its tables; run without --only, or --only {name} first"
            )
            if not self.moves and moves_of(self.folder):
                text += f"; the plan in the folder needs --moves {self.folder / DRAWN_AROUND}"
            raise ScenarioError([Fault(file=str(self.folder), key="--only", message=text)])
        self.results[name] = (made_from, pack(result))
        if found is None and (early := "interrupted" if name in self.interrupted else early_end(pack(result))):
            self.early[name] = early
        return result

    def _saved(self, name: str, made_from: str, unpack: Callable[[Mapping[str, Any]], Result]) -> Result | None:
        """Read back a stage that fits; one that was ended early only where no other is to be made in its place.

        Raises
        ------
        ScenarioError
            When it was saved in another form and no other is to be made in its place.
        """
        from scenarios.faults import Fault, ScenarioError
        from scenarios.saved import ENDED_EARLY, load_stage, stage_file

        for place in (self.folder, *self.lenders):
            payload = load_stage(place, name, made_from=made_from)
            if payload is None:
                continue
            early = str(payload.pop(ENDED_EARLY, ""))
            told = f"{STAGES[name]}: what {place} holds was ended early by {EARLY_WORDS.get(early, early)}"
            if early and self.reuse:
                self.console.remark(f"{told}; made anew")
                continue
            try:
                result = unpack(payload)
            except (KeyError, IndexError, TypeError, ValueError) as error:
                text = "was saved by another version of this program"
                if not self.reuse:
                    fault = Fault(file=str(stage_file(place, name)), message=f"{text}; run the scenario again")
                    raise ScenarioError([fault]) from error
                self.console.remark(f"{STAGES[name]}: what {place} holds {text}; made anew")
                continue
            if early:
                self.console.remark(f"{told}; taken as it is")
                self.early[name] = early
            return result
        return None

    def _until_interrupted(self, name: str, work: Callable[[StageProgress], Result], progress: StageProgress) -> Result:
        """Run a stage; where there is a best plan so far, the first Ctrl-C ends it with that, the second aborts."""
        from optimizer.interruption import listening, requested

        if name not in STOPPABLE:
            return work(progress)
        with listening(self.console.ending_early):
            result = work(progress)
            if requested():
                self.interrupted.append(name)
        return result

    @contextmanager
    def timed(self, stage: str) -> Iterator[StageProgress]:
        """Show a stage on the terminal and note how long it took."""
        began = time.perf_counter()
        with self.console.stage(STAGES[stage], hint=STOPPABLE.get(stage, "")) as progress:
            yield progress
        self.seconds[stage] = round(time.perf_counter() - began, 2)

    def _sections(self, *names: str) -> dict[str, Any]:
        """Give sections of the resolved scenario, as far as results depend on them."""
        found = {name: self.loaded.resolved.get(name) for name in names}
        if "forecast" in found:  # where versions are kept changes no forecast
            section = dict(found["forecast"] or {})
            found["forecast"] = {key: section[key] for key in section if key not in {"models_folder", "models_kept"}}
        return found

    def _wants(self, stage: str) -> bool:
        """Tell whether the scenario asks for a stage."""
        rules = self.loaded.scenario.territories
        asked = {
            "homes": rules.homes != "given",
            "rounds": rules.routed_rounds > 0,
            "alternatives": rules.alternatives > 1,
        }
        return asked.get(stage, True)
