"""Run independent tasks side by side in processes, with results in the order of the tasks."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from types import TracebackType
from typing import Final, Self, TypeVar

from optimizer import interruption

TaskT = TypeVar("TaskT")
ResultT = TypeVar("ResultT")

POOL_PAIRS: Final = 2000
"""Open pairs of unit and rep from which on starting processes pays."""


class Team:
    """A pool of processes that starts when it is first worth it.

    The processes are spawned, not forked: the compiled kernels and OR-Tools hold threads that do not survive a fork.
    They do not see Ctrl-C; searches look at `interruption.requested` instead.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._strangers: frozenset[int | None] = frozenset()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is None:
            return
        if isinstance(error, KeyboardInterrupt):
            for process in multiprocessing.active_children():
                if process.pid not in self._strangers:
                    process.terminate()
        self._pool.shutdown(wait=error is None, cancel_futures=True)

    def run(
        self,
        function: Callable[[TaskT], ResultT],
        tasks: Sequence[TaskT],
        /,
        *,
        worth_it: bool = True,
        done: Callable[[int], None] | None = None,
    ) -> list[ResultT]:
        """Return the function's result for each task, in order.

        Parameters
        ----------
        function
            A function of a module, which a process can import.
        tasks
            Its arguments, one per call.
        worth_it
            Whether the tasks are long enough for processes to pay; else they run here.
        done
            Is called with the number of results so far.
        """
        alone = self._workers <= 1 or len(tasks) <= 1 or not worth_it
        if not alone and self._pool is None:
            self._strangers = frozenset(process.pid for process in multiprocessing.active_children())
            self._pool = ProcessPoolExecutor(
                self._workers,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=interruption.join,
                initargs=(interruption.shared(),),
            )
        if alone or self._pool is None:
            coming: Iterator[ResultT] = map(function, tasks)
        else:
            with interruption.deaf_children():
                coming = self._pool.map(function, tasks)
        results: list[ResultT] = []
        for result in coming:
            results.append(result)
            if done is not None:
                done(len(results))
        return results
