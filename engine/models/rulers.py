"""How many tokens does a text have for a model, and where do they begin?"""

import re
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.models import truncation
from engine.types import ModelEntry

WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+|[^\w\s]")


class Words:
    """Words, Chinese and Japanese characters, and punctuation marks: the same for every model."""

    def starts(self, text: str) -> npt.NDArray[np.int64]:
        """At which character each begins."""
        return np.fromiter((found.start() for found in WORDS.finditer(text)), np.int64)

    def count(self, text: str) -> int:
        """How many there are."""
        return sum(1 for _ in WORDS.finditer(text))


class Tokens:
    """The tokens of a model's own tokenizer, without those that it puts around a text."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def starts(self, text: str) -> npt.NDArray[np.int64]:
        """At which character each begins."""
        offsets = self._tokenizer.encode(text, add_special_tokens=False).offsets
        return np.maximum.accumulate(np.fromiter((start for start, _ in offsets), np.int64))

    def count(self, text: str) -> int:
        """How many there are."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)


def ruler(entry: ModelEntry) -> Words | Tokens:
    """A model's own tokens where its tokenizer is on this machine, else words."""
    opened = truncation.tokenizer(entry)
    return Words() if opened is None else Tokens(opened)
