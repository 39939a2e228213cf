"""Let test processes that run side by side compile each kernel once: the others wait and load what it left on disk."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numba.core.compiler_lock import global_compiler_lock
from numba.core.dispatcher import Dispatcher

try:
    import fcntl
except ImportError:  # Windows: each process compiles for itself
    fcntl = None

_held: Counter[str] = Counter()


@contextlib.contextmanager
def only_here(path: str) -> Iterator[None]:
    """Keep other processes waiting that ask for the same file; a process may ask again while it has it.

    Kernels call those of modules that theirs imports, so that two processes never wait for each other.
    """
    if fcntl is None or _held[path] > 0:
        yield
        return
    with Path(path).open(encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _held[path] += 1
        yield
        _held[path] -= 1


def compile_once() -> None:
    """Make the processes of this test run take turns in compiling the kernels of one file."""
    plainly = Dispatcher.compile

    def taking_turns(self: Dispatcher, sig: Any) -> Any:
        if self.stats.cache_path is None:  # not kept on disk: nothing to wait for
            return plainly(self, sig)
        with global_compiler_lock, only_here(self.py_func.__code__.co_filename):
            return plainly(self, sig)

    Dispatcher.compile = taking_turns
