"""Draw progress bars and the summary on a terminal."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, TextIO

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Column, Table
from rich.text import Text

from maps.headlines import Headline
from maps.languages.speaking import Language, say, speaking
from maps.progress_words import progress_text

BAR_SECONDS: Final = 0.1
"""A bar is redrawn at most this often, so that a solver may report as often as it likes."""


class BarProgress:
    """Draws a bar that fills while the stage runs and stays on the screen when it has ended."""

    def __init__(
        self, title: str, stream: TextIO, clock: Callable[[], float], *, hint: str = "", language: Language = "en"
    ) -> None:
        self._language: Language = language
        self._clock = clock
        self._hint = hint
        self._began = clock()
        self._last_drawn = self._began
        self.bar = Progress(
            TextColumn("{task.description}", markup=False, style="bold"),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TextColumn(
                "{task.fields[text]}", markup=False, style="dim", table_column=Column(no_wrap=True, overflow="ellipsis")
            ),
            console=Console(file=stream, stderr=stream is sys.stderr),
            refresh_per_second=8,
        )
        self._task = self.bar.add_task(f"{title:<12}", total=1.0, text="")

    def report(
        self, doing: str, *, share_done: float, objective: float | None = None, bound: float | None = None
    ) -> None:
        """Move the bar."""
        now = self._clock()
        if now - self._last_drawn < BAR_SECONDS:
            return
        self._last_drawn = now
        seconds = now - self._began
        with speaking(self._language):
            text = progress_text(doing, share_done=share_done, seconds=seconds, objective=objective, bound=bound)
        self.bar.update(self._task, completed=share_done, text=" · ".join(part for part in (self._hint, text) if part))

    def end(self, text: str, *, complete: bool) -> None:
        """Say how the stage ended."""
        if complete:
            self.bar.update(self._task, completed=1.0, text=text)
        else:
            self.bar.update(self._task, text=text)


def print_summary(headlines: tuple[Headline, ...], folder: Path, open_first: tuple[str, ...], stream: TextIO) -> None:
    """Print the headlines as a table, then the files to open."""
    table = Table(box=box.SIMPLE_HEAD, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(justify="right", style="bold")
    table.add_column()
    styles = {"good": "green", "bad": "red"}
    for line in headlines:
        table.add_row(
            Text(say(line.label)), Text(say(line.value), style=styles.get(line.verdict, "")), Text(say(line.note))
        )
    # Logs and pipes get lines of any length: a folded path cannot be clicked or copied.
    console = Console(file=stream, width=None if stream.isatty() else 160, highlight=False)
    console.print(table)
    for name in open_first:
        if (folder / name).exists():
            console.print(Text(str(folder / name)), soft_wrap=True)
