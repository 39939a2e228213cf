"""Test that the benchmark of re-planning sees a frozen visit that moved."""

from benchmarks.tours_replan import compare


def visit(rep, date, account, start="09:00"):
    return {"rep_id": rep, "date": date, "account_id": account, "start": start, "depart": "10:00"}


BEFORE = [
    visit("A", "2026-01-05", "1"),
    visit("A", "2026-01-12", "2"),
    visit("A", "2026-01-13", "3"),
    visit("B", "2026-01-13", "4"),
]


def judged(after):
    return compare(BEFORE, after, rep="A", today="2026-01-07", confirmed=[BEFORE[1]])


def test_nothing_frozen_changes():
    """A visit of the rest may move: three are frozen, none of them changed, one other moved."""
    assert judged([*BEFORE[:2], visit("A", "2026-01-14", "3"), BEFORE[3]]) == (3, 0, 1)


def test_each_kind_of_frozen_visit_is_watched():
    """A visit that is over, a promised one by its minute, one of another rep, and one more of another rep."""
    assert judged(BEFORE[1:])[1] == 1
    assert judged([BEFORE[0], visit("A", "2026-01-12", "2", "09:01"), *BEFORE[2:]])[1] == 1
    assert judged(BEFORE[:3])[1] == 1
    assert judged([*BEFORE, visit("B", "2026-01-15", "4")])[1] == 1
