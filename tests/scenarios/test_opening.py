"""Opening hours and working days written as text."""

import pytest

from scenarios.opening import parse_opening_hours, parse_working_days

MORNING, AFTERNOON = (540, 720), (840, 1080)


@pytest.mark.parametrize(
    ("text", "week"),
    [
        (
            "mo-fr 09:00-12:00,14:00-18:00; sa 09:00-12:00",
            [(MORNING, AFTERNOON)] * 5 + [(MORNING,), ()],
        ),
        ("09:00-12:00", [(MORNING,)] * 7),
        ("Mon-Wed,Fri 9:00-12:00", [(MORNING,)] * 3 + [(), (MORNING,), (), ()]),
        ("mo-fr 09:00-12:00; we closed", [(MORNING,), (MORNING,), (), (MORNING,), (MORNING,), (), ()]),
        ("sa-mo 14:00-18:00,09:00-12:00", [(MORNING, AFTERNOON), (), (), (), (), *[(MORNING, AFTERNOON)] * 2]),
        ("mo-fr 00:00-24:00;", [((0, 1440),)] * 5 + [(), ()]),
        ("24/7", [((0, 1440),)] * 7),
        ("closed", [()] * 7),
    ],
)
def test_opening_hours_are_read(text, week):
    """Each day gets its spans in minutes after midnight, ascending."""
    assert parse_opening_hours(text) == tuple(week)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no opening hours"),
        ("mo-fr", "gives no days with times"),
        ("mo-fr 9-12", '"9-12" is no span of times'),
        ("mo-fr 09:00", '"09:00" is no span of times'),
        ("lundi 09:00-12:00", '"lundi" is no day of the week'),
        ("mo-fr 09:60-12:00", "a time that no clock shows"),
        ("mo-fr 09:00-25:00", "a time that no clock shows"),
        ("mo-fr 22:00-02:00", "ends before it starts"),
        ("mo-fr 09:00-12:00,11:00-13:00", "overlap"),
        ("mo-we-fr 09:00-12:00", "no span of days"),
        ("PH off", "no day of the week"),
    ],
)
def test_bad_opening_hours_are_refused_with_a_sentence(text, message):
    """The text of the error is for the person who wrote the hours."""
    with pytest.raises(ValueError, match=message):
        parse_opening_hours(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("", []),
        ("mon tue thu", ["mon", "tue", "thu"]),
        ("Fri, Mon", ["mon", "fri"]),
        ("mon-thu", ["mon", "tue", "wed", "thu"]),
        ("mon - wed sat", ["mon", "tue", "wed", "sat"]),
    ],
)
def test_working_days_are_read(text, days):
    """Days come in the order of the week."""
    assert [str(day) for day in parse_working_days(text)] == days
