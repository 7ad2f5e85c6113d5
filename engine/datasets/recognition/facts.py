"""What does a column hold: texts, ids, numbers, labels, lists, or nothing that tells rows apart?"""

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xxhash

from engine.datasets.conversion import NUMBER, PERCENT, as_text, has_lists, spread, without_percent
from engine.datasets.recognition.directions import is_measure
from engine.texts.profile import SCRIPTS, lengths_and_scripts
from engine.texts.times import is_time

SAMPLE = 500
FEW = 12
"""Different values that can still be shown one by one."""
TELLING = 4
"""Rows from which whole numbers that only rise are taken for a running number."""
WIDE = {list(SCRIPTS).index(name) + 1 for name in ("Han", "Kana", "Thai")}
"""Scripts without blanks: two characters count as a word."""
CODES = r"[\[(\"']*[A-Za-z_.\-/]*[0-9][\w.\-/]*([\"'\])]*[;；,，、|\s]+[\"'\[(]*[A-Za-z_.\-/]*[0-9][\w.\-/]*)*[\"'\])]*"
"""Ids or paths, one or several: each of their parts holds a digit."""
NUMERAL = r"-?[0-9]+(\.0+)?"
TAGGED = r"(?<!\S)\S+/[A-Z]\S*"
"""A word with its tags, as in `The/DT council/NN`: what a tagger made of a text beside it."""


NUMBERED, EVERY, MOSTLY, FORMULA = re.compile(r"\d"), 0.9, 0.6, 4
"""A word with digits; the share of cells in which a word of a formula stands, and of a cell's words that are such, at
least; how many there must be."""
MOST_KNOWN = 1_024
_known: "dict[bytes, Facts]" = {}
"""What was told of columns before, by what was looked at of them: every step of a reading asks for the same ones."""


@dataclass(frozen=True)
class Facts:
    """What some hundred cells of a column hold; shares lie in 0..1.

    `numbers` and `distinct` are shares of the cells that are there, `missing` of all; `words` is their mean number;
    `values` names the different ones where they are few; `script` is the commonest, 0 for none. Of a formula nearly all
    words stand in every cell, but for numbers and names, as in a licence.
    """

    rows: int = 0
    numbers: float = 0.0
    distinct: float = 0.0
    length: float = 0.0
    words: float = 0.0
    missing: float = 0.0
    script: int = 0
    values: tuple[str, ...] = ()
    is_running: bool = False
    is_padded: bool = False
    has_fractions: bool = False
    has_lists: bool = False
    has_objects: bool = False
    blanks: bool = False
    is_link: bool = False
    is_code: bool = False
    is_time: bool = False
    is_formula: bool = False

    @property
    def is_constant(self) -> bool:
        """Whether every cell is the same: such a column tells nothing."""
        return self.rows > 1 and len(self.values) == 1

    @property
    def is_binary(self) -> bool:
        """Whether the cells are 0 and 1 only, or true and false."""
        return bool(self.values) and {one.lower() for one in self.values} <= {"0", "1", "0.0", "1.0", "true", "false"}


def facts(column: pd.Series) -> Facts:
    """What some hundred cells, spread over the column, hold."""
    there = column.dropna()
    sample = spread(there, SAMPLE)
    missing = 1 - len(there) / max(1, len(column))
    if not len(sample):
        return Facts(missing=missing)
    if has_lists(sample):
        if not any(len(cell) for cell in sample if isinstance(cell, list)):
            return Facts(missing=1.0)
        parts = [str(one) for cell in sample if isinstance(cell, list) for one in cell]
        different = {*parts}
        return Facts(
            rows=len(sample), missing=missing, has_lists=True, distinct=len(different) / max(1, len(parts)),
            words=sum(map(_words, different)) / max(1, len(different)),
        )  # fmt: skip
    texts = as_text(sample).str.strip()
    is_float, measured = column.dtype.kind == "f", is_measure(str(column.name))
    beside = _distinct_side_by_side(there)
    state = (missing, beside, is_float, measured, *texts.tolist())
    key = xxhash.xxh3_128_digest(repr(state).encode("utf-8", "surrogatepass"))
    if (known := _known.get(key)) is None:
        known = _told(texts, missing, beside, is_float=is_float, measured=measured)
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        _known[key] = known
    return known


def _told(texts: pd.Series, missing: float, beside: float, *, is_float: bool, measured: bool) -> Facts:
    """What these cells hold; beside: the share of different ones among neighbours."""
    lengths, scripts = lengths_and_scripts(texts.tolist())
    script = Counter(scripts.tolist()).most_common(1)[0][0]
    is_percent = bool(texts.str.fullmatch(PERCENT).mean() > 0.5)
    if is_percent:
        bare = without_percent(texts.where(texts.str.fullmatch(PERCENT)))
        texts = texts if bare is None else bare.fillna(texts)
    whole = texts.str.fullmatch(NUMERAL).all()
    return Facts(
        rows=len(texts),
        numbers=1.0 if is_float else float(texts.str.fullmatch(NUMBER).mean()),
        distinct=min(texts.nunique() / len(texts), beside),
        length=float(lengths.mean()),
        words=float(np.where(np.isin(scripts, list(WIDE)), lengths / 2, texts.str.count(r"\s+") + 1).mean()),
        missing=missing,
        script=int(script),
        values=tuple(texts.unique().tolist()) if texts.nunique() <= FEW else (),
        # no id is a percentage or a distance
        is_running=bool(whole) and not is_percent and not measured and _rises(texts),
        is_padded=bool(whole) and bool(texts.str.fullmatch(r"0[0-9]+").any()),
        has_fractions=bool(texts.str.fullmatch(r"-?[0-9]+\.[0-9]*[1-9][0-9]*").any()),
        has_lists=bool((texts.str.startswith("[") & texts.str.endswith("]")).all()),
        has_objects=bool((texts.str.startswith("{") & texts.str.endswith("}")).all()),
        is_link=bool(texts.str.match(r"https?://|www\.").mean() > 0.5),
        is_code=bool(texts.str.fullmatch(CODES).mean() > 0.9) or _is_tagged(texts),
        is_time=bool(texts.map(is_time).mean() > 0.9),
        is_formula=_is_formula(texts),
        blanks=bool(texts.str.contains(r"\s").mean() > 0.2),
    )


def _words(text: str) -> float:
    """About how many words a text has; of one without blanks two characters are one."""
    return max(len(text.split()), 0 if text.isascii() else len(text) / 2)


def _is_formula(texts: pd.Series) -> bool:
    """Whether some words stand in nearly every cell, and beside them there are hardly others than numbers."""
    cells = [[word for word in cell.split() if not NUMBERED.search(word)] for cell in texts]
    counts = Counter(word for cell in cells for word in {*cell})
    same = {word for word, count in counts.items() if count >= EVERY * len(cells)}
    if len(same) < FORMULA or not (texts.nunique() > 1 and all(cells)):
        return False
    return sum(sum(word in same for word in cell) / len(cell) for cell in cells) / len(cells) >= MOSTLY


def _is_tagged(texts: pd.Series) -> bool:
    """Whether nearly every word bears tags."""
    return bool((texts.str.count(TAGGED) >= 0.9 * (texts.str.count(r"\s+") + 1)).mean() > 0.9)


def _distinct_side_by_side(there: pd.Series) -> float:
    """The share of different cells among neighbours: the rows of one query mostly stand together."""
    start = max(0, (len(there) - SAMPLE) // 2)
    return float(there.iloc[start : start + SAMPLE].nunique() / min(SAMPLE, len(there)))


def _rises(numerals: pd.Series) -> bool:
    """Whether whole numbers are all different and only rise, or only fall, as a running number does."""
    if len(numerals) < TELLING:
        return False
    steps = np.diff(pd.to_numeric(numerals).to_numpy(np.float64))
    return bool((steps > 0).all() or (steps < 0).all())
