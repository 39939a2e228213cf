"""Move a finished output folder into place whole, so that a killed run leaves the former one as it was."""

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

MANIFEST_NAME: Final = ".territory-tours"
"""Lists the files that a run wrote; a folder that has it is ours to replace."""
MANIFEST_HEAD: Final = (
    "Files written by territory-tours; everything else in this folder is kept when a run replaces it."
)

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2
_NO_EXCHANGE: Final = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM}
"""What a kernel or file system answers that cannot swap two names."""


class OutputFolderError(ValueError):
    """The output folder cannot be written, or holds what is not ours to replace."""


def check_output_folder(folder: Path) -> None:
    """Refuse a folder that a run must not replace, before any work is done.

    Parameters
    ----------
    folder
        Where the results are to be; it need not exist.

    Raises
    ------
    OutputFolderError
        When it is a file, holds files but no manifest of an earlier run, or is (or contains) the working directory, the
        home folder or the root of the file system.
    """
    target = folder.resolve()
    for protected, what in ((Path.cwd(), "the folder you are in"), (Path.home(), "your home folder")):
        if target == protected.resolve() or target in protected.resolve().parents:
            raise OutputFolderError(f"{folder}: is, or holds, {what}; name a folder of its own for the results")
    parent = next(place for place in (target, *target.parents) if place.exists())
    if parent != target and not (parent.is_dir() and os.access(parent, os.W_OK)):
        raise OutputFolderError(f"{folder}: cannot be made, since {parent} is no folder that you may write into")
    if target.exists() and not target.is_dir():
        raise OutputFolderError(f"{folder}: is a file; name a folder for the results")
    if target.is_dir() and any(target.iterdir()) and not (target / MANIFEST_NAME).is_file():
        raise OutputFolderError(
            f"{folder}: holds files that no earlier run wrote; name an empty or a new folder, or move them away first"
        )


@contextmanager
def staged_output(folder: Path) -> Iterator[Path]:
    """Give a folder to write into that takes the place of `folder`, whole, when the block ends without an error.

    The new folder is made beside the target, and the two names are swapped in one step where the system can. At any
    moment, even when the process is killed, `folder` is either the former one or the new one; what a killed run leaves
    beside it is cleared away by the next. Files in `folder` that no run of ours wrote are taken over into the new one.

    Parameters
    ----------
    folder
        The target; it and its parents need not exist.

    Yields
    ------
    Path
        The empty folder to write into.

    Raises
    ------
    OutputFolderError
        As `check_output_folder`, or when the place cannot be written to.
    """
    target = folder.resolve()
    _recover(target)
    check_output_folder(folder)
    staging = target.parent / f".{target.name}.new-{os.getpid()}"
    try:
        staging.mkdir(parents=True)
    except OSError as error:
        raise OutputFolderError(f"{folder}: cannot be written: {error.strerror}") from error
    try:
        yield staging
        written = _files(staging)
        (staging / MANIFEST_NAME).write_text("\n".join([MANIFEST_HEAD, *written, ""]), encoding="utf-8", newline="\n")
        _carry_over(target, staging, written)
        _move_into_place(staging, target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def updated_output(folder: Path, *, replaced: str) -> Iterator[Path]:
    """Give a folder to write into whose files take their place in `folder`, all in one step; other files stay.

    Parameters
    ----------
    folder
        The folder of a run.
    replaced
        Beginning of the names of files (with slashes) that stay only where they are written again.

    Yields
    ------
    Path
        The empty folder to write into.

    Raises
    ------
    OutputFolderError
        As `staged_output`.
    """
    target = folder.resolve()
    former = set(written_files(folder))
    with staged_output(folder) as staging:
        yield staging
        written = _files(staging)
        for name in sorted(former.difference(written)):
            if not name.startswith(replaced) and (target / name).exists():
                (staging / name).parent.mkdir(parents=True, exist_ok=True)
                try:
                    os.link(target / name, staging / name, follow_symlinks=False)
                except OSError:  # other file systems, and those without hard links
                    shutil.copy2(target / name, staging / name, follow_symlinks=False)


def written_files(folder: Path) -> tuple[str, ...]:
    """Tell which files of an output folder its run wrote: sorted, with slashes; none for a foreign folder."""
    manifest = folder / MANIFEST_NAME
    if not manifest.is_file():
        return ()
    return tuple(manifest.read_text(encoding="utf-8").splitlines()[1:])


def _files(folder: Path) -> list[str]:
    """List files and links below a folder as sorted POSIX paths relative to it."""
    found = []
    for root, directories, names in os.walk(folder):
        links = [name for name in directories if Path(root, name).is_symlink()]
        found += [Path(root, name).relative_to(folder).as_posix() for name in (*names, *links)]
    return sorted(found)


def _carry_over(target: Path, staging: Path, written: list[str]) -> None:
    """Link (else copy) files of others in `target` into `staging`; one whose name is taken gets `.kept` added."""
    if not target.is_dir():
        return
    ours = {MANIFEST_NAME, *written_files(target)}
    taken = set(written)
    for name in _files(target):
        if name in ours:
            continue
        kept = name
        while kept in taken:
            kept += ".kept"
        taken.add(kept)
        destination = staging / kept
        destination.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(target / name, destination, follow_symlinks=False)
        except OSError:  # other file systems, and those without hard links
            shutil.copy2(target / name, destination, follow_symlinks=False)


def _move_into_place(staging: Path, target: Path) -> None:
    """Give `staging` the name `target`; the former folder, if any, is then found under the name `staging`."""
    if not target.exists():
        staging.rename(target)
    elif not _exchange(staging, target):
        # Two renames: a kill between them leaves no target, and `_recover` puts the former one back.
        former = target.parent / f".{target.name}.old-{os.getpid()}"
        target.rename(former)
        staging.rename(target)
        shutil.rmtree(former, ignore_errors=True)


def _exchange(first: Path, second: Path) -> bool:
    """Swap two names in one step (renameat2(2), RENAME_EXCHANGE); False where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    if renameat2(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NO_EXCHANGE:
        return False
    raise OSError(code, os.strerror(code), str(second))


def _recover(target: Path) -> None:
    """Put back a folder that a killed run had set aside, and clear away what dead processes left beside the target."""
    for kind in ("old", "new"):
        prefix = f".{target.name}.{kind}-"
        for leftover in sorted(target.parent.glob(f"{_glob_text(prefix)}*")):
            pid = leftover.name.removeprefix(prefix)
            if not pid.isdigit() or (int(pid) != os.getpid() and _is_alive(int(pid))):
                continue
            if kind == "old" and not target.exists():
                leftover.rename(target)
            else:
                shutil.rmtree(leftover, ignore_errors=True)


def _glob_text(text: str) -> str:
    """Make the characters that mean something in a pattern stand for themselves."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in text)


def _is_alive(pid: int) -> bool:
    """Tell whether a process runs."""
    if sys.platform == "win32":
        handle = ctypes.windll.kernel32.OpenProcess(0x1000, 0, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
