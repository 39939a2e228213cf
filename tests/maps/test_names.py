"""Every rep's page has a file name that every system accepts."""

import re

from maps.names import page_names


def test_plain_ids_stay() -> None:
    """People look for the rep's id."""
    assert page_names(["R01", "anna-b_2"]) == {"R01": "R01", "anna-b_2": "anna-b_2"}


def test_awkward_ids_get_safe_names() -> None:
    """Slashes, dots, accents, devices of old systems and the map of all territories."""
    ids = ["../../etc", "R/3 é", "con", "territories", "", "ص", "a" * 300]
    names = page_names(ids)
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", name) for name in names.values())
    assert names["R/3 é"].startswith("R-3-e-")
    assert len(set(names.values())) == len(ids)


def test_ids_that_differ_in_case_only_do_not_meet() -> None:
    """Some file systems know no case."""
    names = page_names(["r1", "R1"])
    assert names["r1"].lower() != names["R1"].lower()
