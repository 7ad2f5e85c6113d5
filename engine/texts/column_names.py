"""What do people call the columns of judged texts? The lists and their sources are data: `data/column_names.toml`."""

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from typing import Any, Literal

from engine import config
from engine.types import Column, Message

SMALL, CAPITALS = "a-zß-öø-ÿœ", "A-ZÀ-ÖØ-Þ"
PIECE = re.compile(rf"[{CAPITALS}]+(?![{SMALL}])|[{CAPITALS}]?[{SMALL}]+|[^\W\d_{SMALL}{CAPITALS}]+|\d+")
"""A word of a header: of small letters, of capitals (ID in QuestionID), of another script, or a number."""


NOTE = re.compile(r"\s*[(（\[{【〔]([^()（）\[\]{}【】〔〕]*)[)）\]}】〕]\s*|^\s*[*＊]+\s*|\s*[*＊]+\s*$")
"""What stands in brackets within a header, or a star that says that something must be filled in."""
UNNAMED = re.compile(r"column (\d+)")
"""What a reader calls a column without a name."""


def called(header: str) -> str | Message:
    """A given column by its own name, or by its number, in the visitor's language, where it has none."""
    found = UNNAMED.fullmatch(header)
    return Message("column {n}", {"n": int(found[1])}) if found else header


def column(
    name: str,
    kind: Literal["text", "id", "number", "label", "texts"],
    *meanings: str,
    required: bool = True,
) -> Column:
    """A column of a task that is also known under the names of these meanings, the likeliest first."""
    aliases = dict.fromkeys(alias for meaning in meanings for alias in names(meaning))
    perhaps = dict.fromkeys(alias for meaning in meanings for alias in names(meaning, surely=False))
    return Column(
        name,
        kind,
        required,
        tuple(alias for alias in aliases if alias != name),
        tuple(alias for alias in perhaps if alias not in aliases and alias != name),
    )


def names(meaning: str, *, surely: bool = True) -> tuple[str, ...]:
    """The names of a meaning, the likeliest first; those that mean it only where nothing else does if not `surely`."""
    return tuple(_listed()[meaning]["names" if surely else "perhaps"])


@lru_cache(maxsize=4096)
def plain(header: str) -> str:
    """A header in small letters and simplified characters, its words parted by underscores."""
    characters = _listed()["characters"]
    simplified = str.maketrans(characters["traditional"], characters["simplified"])
    text = without_notes(unicodedata.normalize("NFKC", str(header)).strip().translate(simplified))
    return re.sub(r"[\s\-.:/#()]+", "_", text.lower()).strip("_") or text.lower()


@lru_cache(maxsize=4096)
def words(header: str) -> tuple[str, ...]:
    """The words of a header in their order: `QuestionID` -> question, id; `sentence_A` -> sentence, a."""
    characters = _listed()["characters"]
    simplified = str.maketrans(characters["traditional"], characters["simplified"])
    text = without_notes(unicodedata.normalize("NFKC", str(header)).translate(simplified))
    return tuple(word.lower() for word in PIECE.findall(text))


def without_notes(header: str) -> str:
    """A header without what only tells how its column is filled in: `group (optional)`, `标签（必填）`, `得分(0-5)`.

    What else stands in brackets is part of the name: `score (model)`, `sentence (B)`.
    """
    told = "(?:" + "|".join(_listed()["filling_in"]["patterns"]) + ")"
    bare = NOTE.sub(lambda found: " " if found[1] is None or re.search(told, found[1].lower()) else found[0], header)
    return bare.strip() or header


@cache
def _listed() -> dict[str, dict[str, Any]]:
    return tomllib.loads((config.ROOT / "data" / "column_names.toml").read_text(encoding="utf-8"))
