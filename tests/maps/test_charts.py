"""Charts have round ticks and say what they show."""

import re

import pytest

from maps.charts import contribution_bars, deviation_strip, line_chart, short_number, ticks


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 87, [0, 50, 100]), (0, 4, [0, 1, 2, 3, 4]), (0, 0, [0, 0.5, 1]), (-3, 9, [-5, 0, 5, 10])],
)
def test_ticks_are_round_and_span_the_values(low: float, high: float, expected: list[float]) -> None:
    """Steps of one, two or five."""
    found = ticks(low, high)
    assert found[0] <= low
    assert found[-1] >= high
    assert found == expected or len(found) <= 7


def test_labels_are_short() -> None:
    """Axis labels have a letter for thousands."""
    assert [short_number(value) for value in (0, 500, 12_000, 1_500_000)] == ["0", "500", "12 k", "1.5 M"]


def test_a_deviation_outside_is_marked() -> None:
    """On the edge is inside."""
    assert 'class="inside"' in deviation_strip(0.1, 0.1, title="potential")
    assert 'class="outside"' in deviation_strip(0.11, 0.1, title="potential")


def test_contributions_lie_on_their_side_of_the_middle() -> None:
    """What adds goes to the right, what takes to the left, as long as its share says."""
    chart = contribution_bars([("trend", 0.1), ("events", -0.05)], 0.1, title="x")
    bars = [dict(re.findall(r'(\w+)="([^"]*)"', bar)) for bar in re.findall(r"<rect ([^>]*)/>", chart)]
    middle = float(bars[0]["x"])
    assert [bar["class"] for bar in bars] == ["gained", "lost"]
    assert float(bars[1]["x"]) + float(bars[1]["width"]) == pytest.approx(middle)
    assert float(bars[0]["width"]) == pytest.approx(2 * float(bars[1]["width"]))
    assert "+10 %" in chart
    assert "−5 %" in chart


def test_contributions_of_nothing_say_so() -> None:
    """No bar is not an error."""
    assert "Nothing to draw" in contribution_bars([], 0.1, title="x")


def test_a_chart_without_values_says_so() -> None:
    """Nothing to draw is not an error."""
    assert "Nothing to draw" in line_chart(history=[], middle=[], band=[], marks=[], title="x")


def test_titles_are_escaped() -> None:
    """A region called <b> stays text."""
    chart = line_chart(history=[(0, 1), (1, 2)], middle=[], band=[], marks=[], title="<b>")
    assert 'aria-label="&lt;b&gt;"' in chart
