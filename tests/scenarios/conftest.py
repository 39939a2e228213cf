"""Fixtures for the tests of the border."""

import shutil
from pathlib import Path

import pytest

from tests.builders import tiny_case
from tests.scenarios.ruled_firm import Firm


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> Path:
    """Make the tiny case in a folder that is not to be changed."""
    folder = tmp_path_factory.mktemp("tiny")
    tiny_case(folder)
    return folder


@pytest.fixture
def here(tiny, tmp_path, monkeypatch) -> Path:
    """Copy the tiny case and make it the current folder, so that messages hold no folder of this machine."""
    folder = tmp_path / "tiny"
    shutil.copytree(tiny, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def firm(tmp_path_factory) -> Firm:
    """The tiny firm, checked; not to be changed."""
    return Firm(tiny_case(tmp_path_factory.mktemp("firm")))
