"""How long are the texts of a column, in which scripts are they, and how often are they the same?"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

BINS = 24
PIECE = 20_000
"""Texts whose characters are looked at together."""
SCRIPTS: Mapping[str, tuple[tuple[int, int], ...]] = {
    "Latin": (
        (0x41, 0x5A),
        (0x61, 0x7A),
        (0xC0, 0xD6),
        (0xD8, 0xF6),
        (0xF8, 0x24F),
        (0x1E00, 0x1EFF),
        (0xFF21, 0xFF5A),
    ),
    "Han": ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF)),
    "Kana": ((0x3041, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9D)),
    "Hangul": ((0x1100, 0x11FF), (0x3131, 0x318E), (0xAC00, 0xD7A3)),
    "Cyrillic": ((0x400, 0x52F),),
    "Greek": ((0x370, 0x3FF), (0x1F00, 0x1FFF)),
    "Arabic": ((0x620, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC)),
    "Hebrew": ((0x5D0, 0x5EA),),
    "Devanagari": ((0x900, 0x97F),),
    "Thai": ((0xE01, 0xE5B),),
}
NONE = "none"


@dataclass(frozen=True)
class TextProfile:
    """The texts of one column. `characters` has min, median, mean, p95, max; `histogram` the columns low, high, rows.

    `scripts` counts texts by the script that most of their letters are of (Kana from a tenth on, as Japanese mixes it
    with Han), and those without letters as `none`. `repeated` counts texts that an earlier row has.
    """

    table: str
    column: str
    rows: int
    empty: int
    repeated: int
    characters: Mapping[str, float]
    histogram: pd.DataFrame
    scripts: Mapping[str, int]


def profile_texts(table: str, column: str, values: pd.Series) -> TextProfile:
    """What these texts are like."""
    lengths, scripts = _characters(values.tolist())
    spread = [*np.percentile(lengths, [0, 50, 95, 100]), lengths.mean()] if len(lengths) else [np.nan] * 5
    there = values[values.str.strip() != ""]
    return TextProfile(
        table=table,
        column=column,
        rows=len(values),
        empty=len(values) - len(there),
        repeated=int(there.duplicated().sum()),
        characters=dict(zip(("min", "median", "p95", "max", "mean"), map(float, spread), strict=True)),
        histogram=_histogram(lengths),
        scripts=scripts,
    )


def _characters(texts: list[str]) -> tuple[npt.NDArray[np.int64], dict[str, int]]:
    """How many characters each text has, and how many texts are mostly of each script, the commonest first."""
    names = [NONE, *SCRIPTS]
    lengths, scripts = lengths_and_scripts(texts)
    counts = np.bincount(scripts, minlength=len(names))
    order = np.argsort(-counts, kind="stable")
    return lengths, {names[at]: int(counts[at]) for at in order if counts[at]}


def lengths_and_scripts(texts: list[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """How many characters each text has, and the number of the script that it is mostly in: 0 none, then as SCRIPTS."""
    names = [NONE, *SCRIPTS]
    lengths, scripts = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for start in range(0, len(texts), PIECE):
        piece = texts[start : start + PIECE]
        lengths.append(np.array([len(text) for text in piece], np.int64))
        codes = np.frombuffer("".join(piece).encode("utf-32-le", "surrogatepass"), np.uint32)
        of_text = np.repeat(np.arange(len(piece)), lengths[-1]) * len(names) + _script_of()[codes]
        letters = np.bincount(of_text, minlength=len(piece) * len(names)).reshape(len(piece), len(names))
        letters[:, 0] = 0
        kana = names.index("Kana")
        letters[:, kana] *= np.where(letters[:, kana] * 10 >= letters.sum(axis=1), 10, 1)
        scripts.append(letters.argmax(axis=1))  # no letters at all: the first, none
    return np.concatenate(lengths), np.concatenate(scripts)


@cache
def _script_of() -> npt.NDArray[np.uint8]:
    """The number of each character's script, 0 for none."""
    scripts = np.zeros(0x110000, np.uint8)
    for number, ranges in enumerate(SCRIPTS.values(), 1):
        for first, last in ranges:
            scripts[first : last + 1] = number
    return scripts


def _histogram(lengths: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Rows per range of characters, both ends included; the ranges grow with the length."""
    longest = max(1, int(lengths.max())) if len(lengths) else 1
    edges = np.unique(np.append(np.geomspace(1, longest + 1, BINS + 1)[:-1].astype(np.int64), longest + 1))
    edges = np.append(0, edges) if (lengths == 0).any() else edges
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:] - 1, "rows": np.histogram(lengths, edges)[0]})
