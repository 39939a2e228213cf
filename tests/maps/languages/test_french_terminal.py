"""What a French run prints is French, from the first stage to the files to open."""

import dataclasses
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from maps.alternative_plans import alternatives_text
from maps.console import Console
from maps.headlines import headlines
from maps.languages.speaking import noting_unknown, speaking
from maps.monitor_page import monitor_text
from maps.move_words import area_words, border_words
from maps.report_indices import alternative_chapters
from maps.sizing_page import sizing_text
from tests.maps.builders import made_up_book
from tests.maps.every_page import sizing, watched
from tests.maps.languages.test_french_pages import ENGLISH, FROM_THE_DATA
from tests.maps.test_alternative_plans import plans
from tests.maps.test_retouching import instance, plan


def in_french(make: Callable[[], str]) -> str:
    """Make a text in French, of which the catalogue must know every part."""
    with speaking("fr"), noting_unknown() as unknown:
        text = make()
    assert set(unknown) - FROM_THE_DATA == set()
    return text


def english_lines(text: str) -> list[str]:
    """The lines that an English word stands in, after names and sentences of the tables."""
    for known in FROM_THE_DATA - {"b"}:
        text = text.replace(known, "")
    return [line for line in text.splitlines() if ENGLISH.search(re.sub(r"South & <East>", "", line))]


def test_a_stage_tells_its_progress() -> None:
    """Title, hint, what is under way, incumbent, bound, gap, and the end."""
    stream, clock = io.StringIO(), iter([0.0, 0.0, 20.0, 65.0])
    console = Console(progress_stream=stream, clock=lambda: next(clock), language="fr")
    with noting_unknown() as unknown, console.stage("Territories", hint="Ctrl-C: best plan so far") as progress:
        progress.report("sharing out neighbouring territories anew", share_done=0.5, objective=1250.5, bound=1200.0)
    assert unknown == []
    begins, middle, end = stream.getvalue().splitlines()
    assert begins == "Secteurs: début (Ctrl-C : le meilleur plan trouvé)"
    assert middle.startswith("Secteurs:  50%  nouveau partage de secteurs voisins · meilleur 1\u202f25")
    assert middle.endswith(" · borne 1\u202f200 · écart 4,0 % · encore 20 s environ")
    assert end == "Secteurs: terminé en 1 min 05 s"


def test_the_summary_is_french(tmp_path: Path) -> None:
    """Headlines with their numbers and money."""
    stream = io.StringIO()
    with noting_unknown() as unknown:
        Console(summary_stream=stream, language="fr").summary(lambda: headlines(made_up_book()), tmp_path)
    assert set(unknown) - FROM_THE_DATA == set()
    shown = stream.getvalue()
    assert "Ventes prévues" in shown
    assert "k€" in shown
    assert english_lines(shown) == []


def test_moves_are_explained_in_french() -> None:
    """Of one area, and of the whole border."""
    reps = ["Ann", "Bo", "Çelik"]
    text = in_french(lambda: area_words(instance(), plan(), 13, reps=reps))
    assert "La donner à" in text
    assert english_lines(text) == []
    assert english_lines(in_french(lambda: border_words(instance(), plan(), reps=reps))) == []


@pytest.mark.parametrize("what", ["monitor", "sizing", "alternatives"])
def test_tables_of_the_terminal_are_french(what: str) -> None:
    """Headings, verdicts and advice."""
    made = {
        "monitor": lambda: monitor_text(dataclasses.replace(watched(made_up_book()), language="fr")),
        "sizing": lambda: sizing_text(dataclasses.replace(sizing(), language="fr")),
        "alternatives": lambda: alternatives_text(plans()[1], ("even: no plan found",)),
    }
    assert english_lines(in_french(made[what])) == []


def test_other_good_plans_are_told_in_french() -> None:
    """The chapter of the report, with what was looked for in vain."""
    book = made_up_book(alternatives=plans()[1], alternative_notes=("even: no plan found",))
    chapter = in_french(lambda: str(alternative_chapters(book)[0].body))
    assert english_lines(re.sub(r"<[^>]*>", "\n", chapter)) == []
