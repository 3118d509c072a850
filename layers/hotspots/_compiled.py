"""numba's compiler with the types that it lacks."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop) -> Loop:
    """Compile at the first call and keep the machine code beside the source."""
    return cast(Loop, njit(cache=True)(loop))
