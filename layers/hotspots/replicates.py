"""How many replicates a chance needs: few where it is large, all of them where it may be small."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]

# As sure at a chance of 0.05 as 999 replicates are, which see so many there on average.
ENOUGH = 50
_BLOCK = 100


def sequential_p(extreme: Callable[[int], Flags], most: int, enough: int = ENOUGH) -> float:
    """The chance of what is as extreme as the observed, by replicates up to the `enough`-th that is.

    Below `enough` ÷ `most` it is that of all replicates, (1 + extreme) ÷ (1 + `most`); above, it is
    `enough` ÷ (replicates until then). Either way it is at most p with probability p or less under the null.

    Parameters
    ----------
    extreme : callable
        From a number of replicates to an array of bool, whether each is as extreme.
    most, enough : int

    Notes
    -----
    Besag, J. & Clifford, P. (1991): Sequential Monte Carlo p-values, Biometrika 78, 301-304.
    """
    seen = found = 0
    while seen < most:
        block = extreme(min(_BLOCK, most - seen))
        hits = np.flatnonzero(block)
        if found + len(hits) >= enough:
            return enough / (seen + int(hits[enough - found - 1]) + 1)
        seen, found = seen + len(block), found + len(hits)
    return (1 + found) / (1 + most)
