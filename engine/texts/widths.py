"""How wide is a text where it is drawn, and where does it break? Counted in Latin letters; a Chinese one is two."""

import unicodedata
from collections.abc import Iterator


def shortened(text: str, room: int) -> str:
    """A text, cut with an ellipsis where it is wider than `room`."""
    kept = ""
    for letter in text:
        if width(kept + letter) >= room and width(text) > room:
            return kept + "…"
        kept += letter
    return kept


def lines(text: str, room: int) -> list[str]:
    """A text in lines no wider than `room`, but for longer words; Chinese breaks anywhere but before closing marks."""
    found, line = [], ""
    for piece in _pieces(text):
        if line and width((line + piece).rstrip()) > room:
            found.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*found, line.rstrip()] if line.strip() else found


def width(text: str) -> int:
    """How many Latin letters a text is wide."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _pieces(text: str) -> Iterator[str]:
    """Words with the space behind them, and wide letters one by one with the marks that close them."""
    word = ""
    for letter in text:
        ended = word and (word[-1] == " " or width(word[-1]) == 2)
        if ended and unicodedata.category(letter) not in ("Po", "Pe", "Pf"):
            yield word
            word = ""
        word += letter
    yield word
