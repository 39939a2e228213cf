"""The terminal shows bars to people, lines to logs, and nothing when asked to be quiet."""

import io
from pathlib import Path

import pytest

from maps.console import Console
from maps.headlines import headlines
from maps.progress_words import progress_text
from tests.maps.builders import made_up_book


class Clock:
    """A clock that the test moves."""

    now = 0.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


def test_a_report_is_put_into_words() -> None:
    """Incumbent, bound, gap and time left stand in one line."""
    text = progress_text("trying neighbours", share_done=0.25, seconds=20.0, objective=1250.0, bound=1200.0)
    assert text == "trying neighbours · best 1\u202f250 · bound 1\u202f200 · gap 4.0 % · about 1 min 00 s left"


def test_an_incumbent_below_the_bound_still_breaks_rules() -> None:
    """It is not called the best, and has no gap."""
    text = progress_text("repairing", share_done=0.0, seconds=1.0, objective=90.0, bound=100.0)
    assert text == "repairing · so far 90, still breaking rules · bound 100"


def test_a_log_gets_a_line_now_and_then() -> None:
    """One line at the start, one at the end, and at most one every ten seconds between."""
    clock, stream = Clock(), io.StringIO()
    with Console(progress_stream=stream, clock=clock).stage("Tours") as progress:
        for second in range(25):
            clock.now = float(second)
            progress.report("rep R1", share_done=second / 25)
    assert stream.getvalue().splitlines() == [
        "Tours: begins",
        "Tours:  40%  rep R1 · about 15 s left",
        "Tours:  80%  rep R1 · about 5.0 s left",
        "Tours: done in 24 s",
    ]


def test_a_stage_that_fails_does_not_say_done() -> None:
    """The error goes on, and the line tells the truth."""
    stream = io.StringIO()
    with pytest.raises(RuntimeError), Console(progress_stream=stream, clock=Clock()).stage("Tours"):
        raise RuntimeError
    assert stream.getvalue().splitlines()[-1] == "Tours: stopped after 0.0 s"


def test_a_terminal_gets_a_bar() -> None:
    """Text that looks like markup stays text."""
    clock, stream = Clock(), Terminal()
    with Console(progress_stream=stream, clock=clock).stage("Forecast") as progress:
        clock.now = 1.0
        progress.report("region [bold]North", share_done=0.5)
    shown = stream.getvalue()
    assert "Forecast" in shown
    assert "100%" in shown
    assert "done in 1.0 s" in shown


def test_quiet_is_quiet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not a byte on either stream."""
    console = Console(quiet=True)
    with console.stage("Tours") as progress:
        progress.report("x", share_done=0.5)
    console.summary(lambda: headlines(made_up_book()), tmp_path)
    assert capsys.readouterr() == ("", "")


def test_the_summary_names_measures_and_files(tmp_path: Path) -> None:
    """Only files that are there are named, each path in one piece."""
    stream = io.StringIO()
    (tmp_path / "report.html").touch()
    Console(summary_stream=stream).summary(
        lambda: headlines(made_up_book()), tmp_path, open_first=("report.html", "maps/territories.html")
    )
    shown = stream.getvalue()
    assert "2 of 3" in shown
    assert shown.splitlines()[-1] == str(tmp_path / "report.html")
    assert "territories.html" not in shown
