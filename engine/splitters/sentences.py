"""How is a text cut between its sentences?"""

import re

from engine.splitters.packing import packed
from engine.types import Ruler, Splitter

CLOSING = "\"'”’」』】）)\\]"
END = re.compile(rf"(?:[。！？；…]+|[.!?]+(?=[\s{CLOSING}]|$))[{CLOSING}]*\s*|\n\s*")
"""Marks that end a sentence with the quotes and spaces behind them, Chinese ones without a space too; or a line end."""


def cut(text: str, ruler: Ruler, size: int) -> list[int]:
    """As many whole sentences in a piece as fit; a longer one is cut at its tokens."""
    ends = [found.end() for found in END.finditer(text)]
    return packed([*ends, len(text)], ruler.starts(text), size)


SPLITTER = Splitter("sentences", "Sentences", cut)
