"""Strict YAML: what gets a type, what stays text, where things stand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.strict_yaml import Mark, all_marks, find, key_text, mark_at, parse, plain, scalar_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("", None),
        ("0", 0),
        ("17", 17),
        ("-3", -3),
        ("0.10", 0.1),
        ("-.5", -0.5),
        ("1e-3", 0.001),
        ("2.", 2.0),
        # everything else is text
        ("True", "True"),
        ("yes", "yes"),
        ("NO", "NO"),
        ("~", "~"),
        ("01067", "01067"),
        ("17:00", "17:00"),
        ("1:30:00", "1:30:00"),
        ("2026-01-05", "2026-01-05"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1e999", "1e999"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("12345678901234567890", "12345678901234567890"),
        ("00.5", "00.5"),
        (".", "."),
        ("e5", "e5"),
    ],
)
def test_scalars_get_a_type_only_where_it_is_plain(text, value):
    """Codes, times and words keep their characters."""
    read = scalar_value(text)
    assert read == value
    assert type(read) is type(value)


@given(st.text(alphabet="0123456789+-.eE_:xonaiftru", max_size=12))
def test_what_gets_a_number_means_that_number(text):
    """Whatever is typed as a number, Python reads as the same finite number."""
    value = scalar_value(text)
    if isinstance(value, int | float) and not isinstance(value, bool):
        assert float(text) == value
        assert math.isfinite(value)


@given(st.text(max_size=60))
def test_any_text_gives_a_tree_or_faults(text):
    """No document makes the reader fall over."""
    tree, faults = parse(text, "x.yaml")
    assert tree is not None or faults or not plain_lines(text)


def plain_lines(text: str) -> list[str]:
    """Lines of a document that hold more than comments and marks of documents."""
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(("#", "%", "-", "."))]


def test_quoted_text_stays_text():
    """Quotes say text, whatever is in them."""
    tree, faults = parse('a: "17"\nb: \'true\'\nc: ""\n', "x.yaml")
    assert faults == []
    assert tree is not None
    assert plain(tree) == {"a": "17", "b": "true", "c": ""}


def test_every_value_knows_its_place():
    """A scalar is found where it is written, a mapping at its key, a missing key at its mapping."""
    tree, _ = parse("tours:\n  workday:\n    end: 17:00\nlocks:\n  - {area: 1}\n", "x.yaml")
    assert tree is not None
    assert mark_at(tree, ("tours", "workday", "end")) == Mark("x.yaml", 3, 10)
    assert mark_at(tree, ("tours", "workday")) == Mark("x.yaml", 2, 3)
    assert mark_at(tree, ("tours", "workday", "start")) == Mark("x.yaml", 2, 3)
    assert all_marks(tree)["locks[1].area"] == Mark("x.yaml", 5, 12)
    assert find(tree, ("locks", 1)) is None


def test_paths_are_written_as_people_count():
    """The first item of a list is number 1."""
    assert key_text(("territories", "locks", 0, "rep")) == "territories.locks[1].rep"


def test_several_faults_of_one_document_are_told():
    """A duplicate key does not hide the next one."""
    _, faults = parse("a: 1\na: 2\nb: {c: 1, c: 2}\nd: !x y\ne: *f\n", "x.yaml")
    assert [(fault.line, fault.column, fault.key) for fault in faults] == [
        (2, 1, "a"),
        (3, 11, "b.c"),
        (4, 4, ""),
        (5, 4, ""),
    ]


def test_deep_nesting_is_refused():
    """A hostile document ends with a sentence, not with a full stack."""
    _, faults = parse("[" * 500 + "]" * 500, "x.yaml")
    assert [fault.message for fault in faults] == ["nested more than 40 levels deep"]
