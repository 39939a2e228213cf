"""Measure how much memory this process and those it starts hold at their peak, shared pages counted once.

A process of its own looks every tenth of a second, so that compiled code that holds Python's lock is seen too. It adds
up the proportional set size (PSS) that Linux keeps in /proc/PID/smaps_rollup over the whole process tree, itself left
out: a page that several processes share counts once in all. What rose and fell between two looks is caught for the
parent by its own greatest resident size. Elsewhere than on Linux the greatest resident sizes of the parent and of its
largest child are all there is.
"""

import contextlib
import os
import resource
import select
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Self

SECONDS_BETWEEN_LOOKS: Final = 0.1
PROC: Final = Path("/proc")
MB: Final = 1e6


class PeakMemory:
    """Watches the memory of this process and its descendants from entering to leaving a block."""

    def __init__(self) -> None:
        self._watcher: subprocess.Popen[str] | None = None
        self.mb = 0.0
        """The peak in MB of 10⁶ bytes, known when the block is left."""

    def __enter__(self) -> Self:
        if proportional_mb(os.getpid()) is not None:
            self._watcher = subprocess.Popen(  # noqa: S603 - this file
                [sys.executable, "-S", "-E", __file__, str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watcher is None:
            self.mb = _most_resident_mb(resource.RUSAGE_SELF) + _most_resident_mb(resource.RUSAGE_CHILDREN)
            return
        seen, _ = self._watcher.communicate()
        self.mb = max(_own_most_mb(), float(seen))


def tree(root: int) -> list[int]:
    """Return a process and all that descend from it, ascending but for the first."""
    parent_of: dict[int, int] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):  # it ended meanwhile
                # the name stands in brackets and may hold blanks
                parent_of[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found = [root]
    for process in found:
        found += sorted(child for child, parent in parent_of.items() if parent == process)
    return found


def proportional_mb(process: int) -> float | None:
    """Return the proportional set size of a process in MB of 10⁶ bytes; `None` where it cannot be read."""
    try:
        text = (PROC / str(process) / "smaps_rollup").read_text()
    except OSError:
        return None
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) * 1024 / MB


def _own_most_mb() -> float:
    """Return this process's greatest resident size on Linux, where `getrusage` may tell that of who started it."""
    status = (PROC / "self" / "status").read_text()
    return sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) * 1024 / MB


def _most_resident_mb(who: int) -> float:
    return resource.getrusage(who).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / MB


def _watch(root: int) -> float:
    """Return the greatest sum over a process tree until the standard input is closed."""
    most = 0.0
    while True:
        held = [proportional_mb(process) or 0.0 for process in tree(root) if process != os.getpid()]
        most = max(most, sum(held))
        ready, _, _ = select.select([sys.stdin], [], [], SECONDS_BETWEEN_LOOKS)
        if ready:
            return most


if __name__ == "__main__":
    print(_watch(int(sys.argv[1])))
