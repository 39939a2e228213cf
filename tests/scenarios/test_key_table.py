"""The documentation of the keys follows the schema."""

from pathlib import Path

from scenarios.key_table import key_table

PAGE = Path(__file__).parents[2] / "docs" / "scenario_keys.md"


def test_the_page_is_in_step_with_the_schema():
    """Made anew it is the same; otherwise run `python -m scenarios.key_table > docs/scenario_keys.md`."""
    assert PAGE.read_text(encoding="utf-8") == key_table()


def test_every_row_has_four_cells():
    """No text breaks the table."""
    rows = [line for line in key_table().splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {5}
