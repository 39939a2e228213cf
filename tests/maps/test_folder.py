"""An output folder is replaced whole or not at all."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from maps import folder as folder_module
from maps.folder import OutputFolderError, check_output_folder, staged_output, written_files

WRITER = """
import sys, time
from pathlib import Path
from maps.folder import staged_output
for version in range(1, 100000):
    with staged_output(Path(sys.argv[1])) as staging:
        for number in range(20):
            (staging / f"{number}.txt").write_text(str(version))
    if version == 1:
        print("ready", flush=True)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fill(target: Path, **files: str) -> None:
    with staged_output(target) as staging:
        for name, text in files.items():
            (staging / name).write_text(text, encoding="utf-8")


def test_a_new_folder_gets_the_files_and_their_list(tmp_path: Path) -> None:
    """Parents are made; nothing else is left beside it."""
    target = tmp_path / "out" / "alpha"
    fill(target, a="1", b="2")
    assert written_files(target) == ("a", "b")
    assert names(target.parent) == ["alpha"]


def test_the_former_files_go_and_those_of_others_stay(tmp_path: Path) -> None:
    """Notes that somebody put there are taken over; a name that a new file takes is kept under another."""
    fill(tmp_path / "out", old="1")
    (tmp_path / "out" / "notes").mkdir()
    (tmp_path / "out" / "notes" / "mine.txt").write_text("keep", encoding="utf-8")
    (tmp_path / "out" / "new").write_text("also mine", encoding="utf-8")
    fill(tmp_path / "out", new="2")
    assert names(tmp_path / "out") == [".territory-tours", "new", "new.kept", "notes"]
    assert (tmp_path / "out" / "new.kept").read_text(encoding="utf-8") == "also mine"
    assert (tmp_path / "out" / "notes" / "mine.txt").read_text(encoding="utf-8") == "keep"
    assert written_files(tmp_path / "out") == ("new",)


def test_an_error_leaves_the_former_folder(tmp_path: Path) -> None:
    """A run that fails while writing changes nothing."""
    fill(tmp_path / "out", a="1")
    with pytest.raises(FileNotFoundError), staged_output(tmp_path / "out") as staging:
        (staging / "a").rename(staging / "b")
    assert (tmp_path / "out" / "a").read_text(encoding="utf-8") == "1"
    assert names(tmp_path) == ["out"]


def test_without_the_swap_of_names_it_works_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other systems move in two steps."""
    monkeypatch.setattr(folder_module, "_exchange", lambda first, second: False)
    fill(tmp_path / "out", a="1")
    fill(tmp_path / "out", a="2")
    assert (tmp_path / "out" / "a").read_text(encoding="utf-8") == "2"
    assert names(tmp_path) == ["out"]


def test_a_kill_between_two_steps_is_put_right(tmp_path: Path) -> None:
    """The former folder that a dead run had set aside gets its name back, and its staging goes."""
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    pid = dead.stdout.decode().strip()
    fill(tmp_path / "out", a="1")
    (tmp_path / "out").rename(tmp_path / f".out.old-{pid}")
    (tmp_path / f".out.new-{pid}").mkdir()
    with pytest.raises(RuntimeError), staged_output(tmp_path / "out"):
        raise RuntimeError
    assert (tmp_path / "out" / "a").read_text(encoding="utf-8") == "1"
    assert names(tmp_path) == ["out"]


def test_what_a_living_run_is_writing_is_left_alone(tmp_path: Path) -> None:
    """Two runs at once do not tear at each other."""
    busy = tmp_path / f".out.new-{os.getppid()}"
    busy.mkdir()
    fill(tmp_path / "out", a="1")
    assert busy.is_dir()


def test_folders_that_are_not_ours_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Foreign files, files in place of folders, the working directory, home and root."""
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "thesis.doc").touch()
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    expected = {
        tmp_path / "foreign": "no earlier run wrote",
        tmp_path / "file": "is a file",
        tmp_path / "file" / "below": "is no folder that you may write into",
        Path(): "the folder you are in",
        tmp_path.parent: "the folder you are in",
        Path.home(): "home|the folder you are in",
        Path("/"): "the folder you are in",
    }
    for place, text in expected.items():
        with pytest.raises(OutputFolderError, match=text), staged_output(place):
            pytest.fail("must not get here")
    assert (tmp_path / "foreign" / "thesis.doc").exists()


def test_an_empty_folder_is_welcome(tmp_path: Path) -> None:
    """A folder made beforehand may be used."""
    (tmp_path / "out").mkdir()
    check_output_folder(tmp_path / "out")
    fill(tmp_path / "out", a="1")
    assert written_files(tmp_path / "out") == ("a",)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
@pytest.mark.parametrize("milliseconds", [1, 3, 7, 13, 29])
def test_a_kill_at_any_moment_leaves_a_whole_folder(tmp_path: Path, milliseconds: int) -> None:
    """All files are of one run, whenever the writer dies, and the next run clears away the rest."""
    target = tmp_path / "out"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(target)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"ready\n"
    time.sleep(milliseconds / 1000)
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    versions = {(target / f"{number}.txt").read_text(encoding="utf-8") for number in range(20)}
    assert len(versions) == 1
    fill(target, a="1")
    assert names(tmp_path) == ["out"]
    assert names(target) == [".territory-tours", "a"]
