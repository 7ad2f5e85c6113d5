"""Which neighbouring stretches of a text fit together into pieces of a size?"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]


def packed(ends: Iterable[int], starts: Rows, size: int) -> list[int]:
    """As many whole stretches in a piece as fit; one that is too long by itself is cut at its tokens.

    ends: of the stretches, rising, the last at the end of the text; starts: of the tokens.
    """
    found: list[int] = []
    begin = last = 0
    for end in ends:
        if _tokens(starts, begin, end) > size:
            if last > begin:
                found.append(last)
                begin = last
            if _tokens(starts, begin, end) > size:
                found += cut_at_tokens(starts, begin, end, size)
                begin = found[-1] if found else begin
        last = end
    if last > begin or not found:
        found.append(last)
    return found


def cut_at_tokens(starts: Rows, begin: int, end: int, size: int) -> list[int]:
    """Where pieces of `size` tokens end between two characters; what is left behind the last is shorter."""
    own = starts[(starts >= begin) & (starts < end)]
    return _cuts(own, size)


def _cuts(own: Sequence[int] | Rows, size: int) -> list[int]:
    found, at = [], 0
    while at + size < len(own):
        place = at + size
        while place > at and own[place] == own[place - 1]:  # a sign of several tokens is not torn
            place -= 1
        if place <= at:
            place = int(np.searchsorted(own, own[at], side="right"))
            if place >= len(own):
                break
        found.append(int(own[place]))
        at = place
    return found


def _tokens(starts: Rows, begin: int, end: int) -> int:
    low, high = np.searchsorted(starts, [begin, end])
    return int(high - low)
