"""Let Ctrl-C end a search early with the best that it has found, in this process and in those that work for it."""

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.sharedctypes import RawArray
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

AnswerT = TypeVar("AnswerT")

POLL_SECONDS: Final = 0.05
"""How often a long solve looks whether it is to end."""

Shared = Any
"""One byte that several processes see: 0 go on, 1 end with the best so far."""


class _Bell:
    """The byte that this process looks at: its own until it is shared."""

    def __init__(self) -> None:
        self.byte: Shared = (ctypes.c_byte * 1)()

    def share(self) -> Shared:
        """Return a byte that processes started from now on can look at too."""
        fresh = RawArray(ctypes.c_byte, 1)
        fresh[0] = self.byte[0]
        self.byte = fresh
        return fresh


_BELL = _Bell()


def requested() -> bool:
    """Tell whether the search is to end with the best that it has."""
    return bool(_BELL.byte[0])


def late(deadline: float) -> bool:
    """Tell whether a search is to end: its safety net is reached (monotonic seconds) or the user asked for it."""
    return time.monotonic() >= deadline or requested()


def flag() -> NDArray[np.int8]:
    """Return the byte as an array that compiled code can look at. Shape (1,)."""
    return np.frombuffer(_BELL.byte, dtype=np.int8)


def end_early() -> None:
    """Ask the search under way to end with the best that it has; what Ctrl-C does while `listening`."""
    _BELL.byte[0] = 1


def shared() -> Shared:
    """Return what `join` needs in a process that is about to be started."""
    return _BELL.share()


def join(byte: Shared) -> None:
    """Begin a worker process: leave Ctrl-C to the parent, look at its byte, and end when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _BELL.byte = byte
    threading.Thread(target=_end_with_parent, daemon=True).start()


@contextmanager
def listening(told: Callable[[], None] | None = None) -> Iterator[None]:
    """Let the first Ctrl-C ask the search to end with the best it has, and the second one abort as usual.

    Outside the main thread, where signals cannot be caught, nothing changes.

    Parameters
    ----------
    told
        Is called at the first Ctrl-C, from the signal's handler.
    """
    _BELL.byte[0] = 0
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def on_interrupt(*_: object) -> None:
        if requested():
            raise KeyboardInterrupt
        end_early()
        if told is not None:
            told()

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        _BELL.byte[0] = 0


@contextmanager
def deaf_children() -> Iterator[None]:
    """Start processes that never see Ctrl-C, not even before their first line; this one gets it a moment later."""
    if sys.platform == "win32":
        yield
        return
    # The tracker is started with the first process and would unblock the signal again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def stoppable(solve: Callable[[], AnswerT], stop: Callable[[], None] | None = None) -> AnswerT:
    """Return what a long solve returns, and end it when that is asked for.

    The solve runs in a thread of its own: in the main thread it would keep Python from seeing the signal.

    Parameters
    ----------
    solve
        Releases the interpreter lock while it works.
    stop
        Tells the solve to end with the best found; not needed where it looks at `flag` itself.
    """
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(solve)
        try:
            while not wait((answer,), POLL_SECONDS).done:
                if requested() and stop is not None:
                    stop()
        except KeyboardInterrupt:
            if stop is not None:
                stop()
            raise
        return answer.result()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
