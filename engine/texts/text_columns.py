"""How does a run read millions of texts without holding each of them in memory as an object of its own?"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
import numpy.typing as npt
import pandas as pd

BLOCK = 16_384
SPREAD = 4
"""Places that lie this many times wider apart than there are of them are looked up one by one."""


class InBlocks(Sequence[str]):
    """Texts that are made a slice at a time."""

    @abstractmethod
    def _made(self, at: slice) -> list[str]: ...

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return self._made(at)
        place = range(len(self))[at]
        return self._made(slice(place, place + 1))[0]

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self), BLOCK):
            yield from self._made(slice(start, start + BLOCK))


class TextColumn(InBlocks):
    """The texts of a column, made when they are asked for; `titles` stand before them as mteb joins the two."""

    def __init__(self, texts: pd.Series, titles: pd.Series | None = None, *, stripped: bool = False) -> None:
        self._texts, self._titles, self._stripped = texts, titles, stripped

    def __len__(self) -> int:
        return len(self._texts)

    def _made(self, at: slice) -> list[str]:
        texts = self._texts.iloc[at].tolist()
        if self._titles is None:
            return [text.strip() for text in texts] if self._stripped else texts
        titles = self._titles.iloc[at].fillna("").tolist()
        return [f"{title} {text}".strip() if title else text.strip() for title, text in zip(titles, texts, strict=True)]


class Chosen(InBlocks):
    """Some of the texts, by ascending places, fit for any tokenizer."""

    def __init__(self, texts: Sequence[str], places: npt.NDArray[np.int64]) -> None:
        self._texts, self._places = texts, places

    def __len__(self) -> int:
        return len(self._places)

    def _made(self, at: slice) -> list[str]:
        places = self._places[at]
        if not len(places):
            return []
        first, last = int(places[0]), int(places[-1])
        if last - first >= SPREAD * len(places):
            return [mended(self._texts[place]) for place in places.tolist()]
        near = self._texts[first : last + 1]
        return [mended(near[place]) for place in (places - first).tolist()]


def mended(text: str) -> str:
    """The text itself, or a copy in which half surrogate pairs, which no tokenizer takes, are replaced."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text
