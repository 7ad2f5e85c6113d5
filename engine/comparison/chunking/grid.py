"""Which ways of cutting does a study try?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from engine.pipelines.chunks import Cut
from engine.types import UserError

MOST = 60
"""Ways to cut for one model: more, and the best of them is luck."""
WHOLE, EQUAL = "whole", "equal"
"""Arms without chunks: documents as they are, and cut to what every model reads."""


@dataclass(frozen=True)
class Grid:
    """Splitters × sizes × overlaps, overlaps as shares of the size; best: how many chunks of a document count."""

    models: tuple[str, ...]
    splitters: tuple[str, ...]
    sizes: tuple[int, ...]
    overlaps: tuple[float, ...] = (0.0,)
    title: bool = False
    best: int = 1

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Grid":
        """From the arguments of a job."""
        return cls(
            tuple(said["models"]), tuple(said["splitters"]), tuple(map(int, said["sizes"])),
            tuple(map(float, said.get("overlaps") or [0.0])), bool(said.get("title")), int(said.get("best", 1)),
        )  # fmt: skip

    def cuts(self) -> Sequence[Cut]:
        """Every way to cut.

        Raises:
            UserError: there is none or there are too many, or one of them is no way to cut.
        """
        found = [
            Cut(splitter, size, round(size * overlap), self.title)
            for splitter, overlap, size in product(self.splitters, self.overlaps, self.sizes)
        ]
        if not found or not self.models or self.best < 1:
            raise UserError("Choose at least one model, one splitter and one size.")
        if len(found) > MOST:
            raise UserError(
                "{n} ways to cut are too many to tell apart; choose {most} at most.", n=len(found), most=MOST
            )
        return list(dict.fromkeys(found))


def arm(cut: Cut) -> str:
    """A short name that tells a way to cut from every other of a study."""
    return f"{cut.splitter} {cut.size}/{cut.overlap}"
