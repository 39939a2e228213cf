"""Compile search kernels to machine code."""

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba
from numba.core.cpu import CPUTargetOptions

Function = TypeVar("Function", bound=Callable[..., Any])

NO_HEAP: Final[dict[str, Any]] = {"_nrt": False} if hasattr(CPUTargetOptions, "_nrt") else {}
"""Leaves numba's own heap (NRT) out of compiled code: arrays that come in are then not counted as used and released on
every call, which takes about half of the compiling and some of the running. It is an option that numba does not promise
to keep, hence the question; without it the kernels do the same, more slowly."""
OPTIONS: Final[dict[str, Any]] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "no_cfunc_wrapper": True,  # nobody calls kernels from C
    **NO_HEAP,
}
INLINED: Final[dict[str, Any]] = {**OPTIONS, "forceinline": True, "no_cpython_wrapper": True}


def compiled(function: Function) -> Function:
    """Compile a function of plain arrays and keep the machine code on disk.

    Parameters
    ----------
    function
        Works on numbers, arrays and named tuples of arrays only, and makes no array itself: without a heap there is no
        counting of references, which would cost more than the work, in running and in compiling. Its compiled form is
        cached beside its file and made anew when that file changes; a change in a kernel that it calls from another
        file does not count.

    Returns
    -------
    The function with the same signature.
    """
    return cast("Function", numba.njit(**OPTIONS)(function))


def inlined(function: Function) -> Function:
    """Compile a small function into its callers: the tuples of arrays are then taken apart once, not on every call.

    Only compiled functions may call it. A way in from Python takes the tuples apart as well, and to compile that would
    take longer than most of these functions; without one, such a call ends the process.
    """
    return cast("Function", numba.njit(**INLINED)(function))
