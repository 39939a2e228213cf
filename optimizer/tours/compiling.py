"""Compile search kernels to machine code."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function of plain arrays and keep the machine code on disk.

    Parameters
    ----------
    function
        Works on numbers, arrays and named tuples of arrays only. Its compiled form is cached beside its file and made
        anew when that file changes; a change in a kernel that it calls from another file does not count.

    Returns
    -------
    The function with the same signature.
    """
    return cast("Function", numba.njit(cache=True, nogil=True, error_model="numpy")(function))
