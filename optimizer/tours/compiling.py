"""Compile search kernels to machine code."""

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

OPTIONS: Final[dict[str, Any]] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}


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
    """Compile a small function into its callers: the tuples of arrays are then taken apart once, not on every call."""
    return cast("Function", numba.njit(**OPTIONS, forceinline=True)(function))
