"""How is a text cut into pieces of equally many tokens?"""

from engine.splitters.packing import packed
from engine.types import Ruler, Splitter


def cut(text: str, ruler: Ruler, size: int) -> list[int]:
    """A cut behind every `size` tokens, wherever that is."""
    return packed([len(text)], ruler.starts(text), size)


SPLITTER = Splitter("tokens", "Fixed tokens", cut)
