"""How does a pair of texts travel as one text, and how is it parted again, whatever the two hold?"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.texts.text_columns import InBlocks


def joined(first: str, second: str) -> str:
    """The pair as one text; no other pair is the same one."""
    return f"{len(first)}\0{first}{second}"


def parted(pair: str) -> tuple[str, str]:
    """The two texts of a pair."""
    length, _, both = pair.partition("\0")
    return both[: int(length)], both[int(length) :]


class Pairs(InBlocks):
    """Pairs of a query and a document by their places, made when they are asked for."""

    def __init__(
        self,
        queries: Sequence[str],
        documents: Sequence[str],
        places: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    ) -> None:
        self._queries, self._documents, self._places = queries, documents, places

    def __len__(self) -> int:
        return len(self._places[0])

    def _made(self, at: slice) -> list[str]:
        asked, found = (places[at].tolist() for places in self._places)
        known = {place: self._documents[place] for place in set(found)}
        return [joined(self._queries[one], known[other]) for one, other in zip(asked, found, strict=True)]
