"""Retouching in the page gives the figures and the broken rules that the optimizer's own evaluation gives."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maps.retouching import MOST_AREAS, retouch_page, retouch_rules
from maps.words import percent_text, signed_percent_text
from optimizer.solving import Violation
from optimizer.territory.instance import BalanceMeasure, TerritoryInstance
from optimizer.territory.objective import terms
from optimizer.territory.plan import TerritoryPlan
from optimizer.territory.verify import verify
from tests.maps.builders import COLUMNS, REPS, ROWS, made_up_book

AREAS = COLUMNS * ROWS


def instance() -> TerritoryInstance:
    """The made-up book's grid: three reps with two columns each, a lock, a forbidden pair, two areas kept together."""
    index = np.arange(AREAS).reshape(ROWS, COLUMNS)
    across, down = np.c_[index[:, :-1].ravel(), index[:, 1:].ravel()], np.c_[index[:-1].ravel(), index[1:].ravel()]
    edges = np.concatenate([across, down])
    edges = edges[np.lexsort((edges[:, 1], edges[:, 0]))]
    amounts = 100 + 7 * np.arange(AREAS)
    target = np.full(3, amounts.sum() // 3)
    together = np.full(AREAS, -1)
    together[[20, 21]] = 0
    minutes = 10 + 5 * np.abs(np.arange(AREAS)[:, None] % COLUMNS - np.array([0, 3, 5])[None, :])
    return TerritoryInstance(
        area_ids=tuple(f"A{number:02d}" for number in range(AREAS)),
        rep_ids=REPS,
        edges=edges,
        home_areas=np.array([12, 15, 17]),
        travel_cost=3 * minutes,
        drive_minutes=minutes,
        measures=(
            BalanceMeasure(
                name="potential", unit="EUR", amounts=amounts, targets=target, lower=target * 9 // 10,
                upper=target * 11 // 10, tolerance=0.1,
            ),
        ),
        area_group=np.zeros(AREAS, dtype=np.int64),
        rep_group=np.full(3, -1),
        together=together,
        locks=np.array([[0, 0]]),
        forbidden=np.array([[1, 1]]),
        max_drive_minutes=25,
        contiguous=True,
        current_rep=np.arange(AREAS) % COLUMNS // 2,
        moved_amount=amounts,
        move_weight=0.5,
        moved_limit=250,
        moved_unit="EUR",
    )  # fmt: skip


def plan() -> TerritoryPlan:
    """Two columns for each rep."""
    return TerritoryPlan(rep_of_area=np.arange(AREAS) % COLUMNS // 2)


@pytest.fixture(scope="module")
def retouch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the made-up book."""
    path = tmp_path_factory.mktemp("retouch") / "retouch.html"
    path.write_text(retouch_page(made_up_book(rules=retouch_rules(instance(), plan()))), encoding="utf-8")
    return path


def opened(page: Any, path: Path, area: str) -> None:
    """Open the page and choose an area by its id."""
    if page.url != path.as_uri():
        page.goto(path.as_uri())
    page.fill("#search", area)
    page.locator("#found button").first.click()


def shown(page: Any) -> dict[str, str]:
    """The totals."""
    return {name: page.inner_text(f"#{name}") for name in ("inside", "travel", "moved", "broken")} | {
        "furthest": page.inner_text('[data-furthest="potential"]')
    }


def evaluated(moves: dict[int, int]) -> tuple[dict[str, str], tuple[Violation, ...]]:
    """The same totals by the optimizer's own evaluation."""
    one, labels = instance(), plan().rep_of_area.copy()
    for area, rep in moves.items():
        labels[area] = rep
    after = TerritoryPlan(rep_of_area=labels)
    measure, broken = one.measures[0], verify(one, after)
    sums = np.bincount(labels, weights=measure.amounts, minlength=3)
    deviation = sums / measure.targets - 1
    inside = int(((sums >= measure.lower) & (sums <= measure.upper)).sum())
    travel = f"{terms(one, after)[0].value:,.0f}".replace(",", "\u202f")
    worst = deviation[np.abs(deviation).argmax()]
    return {
        "inside": f"{inside} of 3",
        "travel": travel,
        "moved": str(len(moves)),
        "broken": str(len(broken)),
        "furthest": signed_percent_text(float(worst)).replace(" %", "\u202f%"),
    }, broken


@pytest.mark.browser
@pytest.mark.parametrize(
    "moves",
    [
        {13: 1},  # fine
        {2: 0},  # fine the other way
        {0: 1},  # the lock, and apart
        {1: 1},  # forbidden
        {20: 1},  # kept together, and apart
        {12: 1},  # a home
        {7: 1, 13: 1, 19: 1},  # out of balance, too much changes hands
        {8: 0, 9: 2},  # two areas cut off
    ],
)
def test_moves_give_the_figures_and_rules_of_the_evaluation(page: Any, retouch: Path, moves: dict[int, int]) -> None:
    """Totals agree after every move, the rules' sentences too, and undoing brings back the plan as it was."""
    page.goto(retouch.as_uri())
    assert shown(page) == evaluated({})[0]
    done: dict[int, int] = {}
    for area, rep in moves.items():
        opened(page, retouch, f"A{area:02d}")
        button = page.locator(f'[data-to="{REPS[rep]}"]')
        if not button.count():  # only neighbours' reps are offered
            assert area in {0, 12, 20}
            return
        button.click()
        done[area] = rep
        assert shown(page) == evaluated(done)[0]
    texts = {text.replace("\u202f", " ") for text in page.locator("#totals .rules li").all_text_contents()}
    balance = {v.text.partition(" (")[0] for v in evaluated(done)[1] if v.rule == "territories_are_balanced"}
    assert balance <= texts
    for _ in done:
        page.click("#undo")
    assert shown(page) == evaluated({})[0]
    assert page.locator("#undo").is_disabled()


@pytest.mark.browser
def test_moves_and_locks_are_downloaded(page: Any, retouch: Path, tmp_path: Path) -> None:
    """The file names each area, from whom, to whom, and whether it is locked; a locked area offers no move."""
    opened(page, retouch, "A13")
    page.locator(f'[data-to="{REPS[1]}"]').click()
    opened(page, retouch, "A29")
    page.check("#lock")
    assert page.locator("#choice [data-to]").count() == 0
    with page.expect_download() as download:
        page.click("#download")
    download.value.save_as(tmp_path / "moves.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "moves.csv").read_text(encoding="utf-8"))))
    assert [(row["area_id"], row["from_rep"], row["to_rep"], row["locked"]) for row in rows] == [
        ("A13", "R1", "R2", "no"),
        ("A29", "R/3 é", "R/3 é", "yes"),
    ]


def test_reps_far_away_are_left_out_and_large_maps_too() -> None:
    """The page knows the costs of neighbours' and near reps; a national map has no such page."""
    rules = retouch_rules(instance(), plan())
    assert rules["choices"][0] == [0, 1, 2]
    assert rules["cost"][0] == [30, 75, 105]
    assert percent_text(rules["measures"][0]["tolerance"], 0) == "10 %"
    assert MOST_AREAS < 34_000
