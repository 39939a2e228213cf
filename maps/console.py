"""Show on the terminal how far a run has come, and what came out."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TextIO

from maps.languages.speaking import Language, say, speaking
from maps.progress_words import progress_text
from maps.words import duration_text

if TYPE_CHECKING:
    from maps.headlines import Headline

PLAIN_SECONDS: Final = 10.0
"""Plain lines of one stage come at most this often."""


class StageProgress(Protocol):
    """What a stage reports to; it is also the observer that solvers and forecasts ask for."""

    def report(
        self, doing: str, *, share_done: float, objective: float | None = None, bound: float | None = None
    ) -> None:
        """Take note of what is under way, how much is done (0 to 1), and the incumbent and bound if known."""


class SilentProgress:
    """Shows nothing."""

    def report(
        self, doing: str, *, share_done: float, objective: float | None = None, bound: float | None = None
    ) -> None:
        """Do nothing."""


class PlainProgress:
    """Writes a line now and then, for logs and pipes."""

    def __init__(self, title: str, stream: TextIO, clock: Callable[[], float], language: Language = "en") -> None:
        self._language: Language = language
        self._title = title
        self._stream = stream
        self._clock = clock
        self._began = clock()
        self._last_line = self._began

    def report(
        self, doing: str, *, share_done: float, objective: float | None = None, bound: float | None = None
    ) -> None:
        """Write a line when the last one is long enough ago."""
        now = self._clock()
        if now - self._last_line < PLAIN_SECONDS:
            return
        self._last_line = now
        seconds = now - self._began
        with speaking(self._language):
            text = progress_text(doing, share_done=share_done, seconds=seconds, objective=objective, bound=bound)
        print(f"{self._title}: {share_done:4.0%}  {text}", file=self._stream, flush=True)


class Console:
    """The terminal: stages and their progress go to standard error, the summary to standard output."""

    def __init__(
        self,
        *,
        quiet: bool = False,
        progress_stream: TextIO | None = None,
        summary_stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
        language: Language = "en",
    ) -> None:
        self._quiet = quiet
        self._language: Language = language
        self._progress_stream = progress_stream
        self._summary_stream = summary_stream
        self._clock = clock

    @contextmanager
    def stage(self, title: str, *, hint: str = "") -> Iterator[StageProgress]:
        """Announce a stage, show its progress, and say when it has ended or failed.

        Parameters
        ----------
        title
            One or two words, such as `Forecast`.
        hint
            What the user may do while it runs.

        Yields
        ------
        StageProgress
            The observer to hand to the solver or the forecast.
        """
        stream = self._progress_stream or sys.stderr
        with speaking(self._language):
            title, hint = say(title), say(hint)
        if self._quiet:
            yield SilentProgress()
        elif stream.isatty():
            with self._bar(title, stream, hint) as bar:
                yield bar
        else:
            with self._lines(title, stream, hint) as lines:
                yield lines

    def ending_early(self) -> None:
        """Say that a stage ends with the best so far; safe to call while a signal is handled."""
        if not self._quiet:
            with speaking(self._language):
                text = say("Ending with the best so far. Ctrl-C again: stop at once, with nothing written.")
            os.write(sys.stderr.fileno(), f"\n{text}\n".encode())

    def remark(self, text: str) -> None:
        """Write a line that is neither progress nor result, such as where a plan was taken from."""
        if not self._quiet:
            with speaking(self._language):
                print(say(text), file=self._progress_stream or sys.stderr, flush=True)

    def tell(self, make: Callable[[], str]) -> None:
        """Print an answer, made in the reader's language."""
        if not self._quiet:
            with speaking(self._language):
                print(make(), file=self._summary_stream or sys.stdout)

    def summary(
        self, make: "Callable[[], tuple[Headline, ...]]", folder: Path, *, open_first: tuple[str, ...] = ()
    ) -> None:
        """Print the main measures and the files to open.

        Parameters
        ----------
        make
            Gives what `maps.headlines.headlines` makes of the book, in the reader's language.
        folder
            The output folder.
        open_first
            Files to name, relative to the folder; those that are not there are left out.
        """
        if self._quiet:
            return
        from maps.terminal import print_summary  # noqa: PLC0415 - rich is slow to import, and quiet runs need none

        with speaking(self._language):
            print_summary(make(), folder, open_first, self._summary_stream or sys.stdout)

    @contextmanager
    def _bar(self, title: str, stream: TextIO, hint: str) -> Iterator[StageProgress]:
        from maps.terminal import BarProgress  # noqa: PLC0415 - as in `summary`

        bar = BarProgress(title, stream, self._clock, hint=hint, language=self._language)
        began = self._clock()
        ended = "stopped after"
        with bar.bar:
            try:
                yield bar
                ended = "done in"
            finally:
                bar.end(self._ended(ended, began), complete=ended == "done in")

    @contextmanager
    def _lines(self, title: str, stream: TextIO, hint: str) -> Iterator[StageProgress]:
        began = self._clock()
        with speaking(self._language):
            begins = say("begins")
        print(f"{title}: {begins}{f' ({hint})' if hint else ''}", file=stream, flush=True)
        ended = "stopped after"
        try:
            yield PlainProgress(title, stream, self._clock, self._language)
            ended = "done in"
        finally:
            print(f"{title}: {self._ended(ended, began)}", file=stream, flush=True)

    def _ended(self, how: str, began: float) -> str:
        """Say how a stage ended and how long it took."""
        with speaking(self._language):
            return f"{say(how)} {duration_text(self._clock() - began)}"
