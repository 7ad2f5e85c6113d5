"""At what are the cells of a text file parted? At what cuts its rows into equally many."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from engine.readers.header import ROWS

USUAL = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".psv": "|"}
DELIMITERS = (
    ",",
    "\t",
    ";",
    "|",
    "\x01",
    "||",
    " | ",
    " || ",
    "|||",
    " ||| ",
    "::",
    "_!_",
    "###",
    "@@@",
    "$$$",
    "<sep>",
    "[SEP]",
)
IN_PROSE = {",": 0.95, ";": 0.95, "::": 0.95}
"""So even must the rows be that these cut in a file that its name does not call a table; others need two thirds."""
EVEN = 0.66
FEW = 4
STATED = re.compile(r'"?sep=(.)"?\s*')
BEFORE_QUOTE = re.compile(r'[,;] +"')
UNIT = "\x1f"
"""The control character that stands for a delimiter of several characters."""


@dataclass(frozen=True)
class Dialect:
    """How cells are told apart. A wary reading refuses cells that span both rows and columns."""

    delimiter: str
    quotes: bool = True
    wary: bool = False
    blanks: bool = False
    """Whether blanks before a cell are none of it."""

    def rows(self, lines: Iterable[str]) -> Any:
        """A reader of the csv module, which gives the cells of each row; a csv.Error where the quotes do not match."""
        delimiter = self.delimiter
        if len(delimiter) > 1:
            lines, delimiter = (line.replace(self.delimiter, UNIT) for line in lines), UNIT
        if self.quotes:
            return csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=self.blanks)
        return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)


@dataclass(frozen=True)
class Evenness:
    """How a delimiter cuts: the share of rows that are as wide as most, how wide that is, of how many rows."""

    share: float
    width: int
    rows: int = 0
    cuts_first: bool = False
    widest: int = 1


def stated(sample: str) -> str:
    """The delimiter that Excel's own first line `sep=;` names; "" where there is no such line."""
    found = STATED.match(sample)
    return found[1] if found else ""


def delimiter(sample: str, suffix: str, *, whole: bool, first: bool = False) -> str:
    """The likeliest delimiter; "" where a file that its name does not call a table is cut evenly by none.

    With `first` it must cut the first row, as it must where too few rows follow to tell a title from a header.
    """
    usual = USUAL.get(suffix, "")
    scores = {
        one: evenness(sample, Dialect(one, quotes=len(one) == 1), whole=whole)
        for one in dict.fromkeys((usual, *DELIMITERS))
        if one
    }
    if usual == "\t" and scores["\t"].width > 1:
        return usual
    least = {one: 0.0 if usual else IN_PROSE.get(one, EVEN) for one in scores}
    able = [
        one
        for one, score in scores.items()
        if score.width > 1 and score.share >= least[one] and (usual or not _is_prose(sample, one))
        if score.cuts_first or (not first and score.rows > FEW)
    ]
    if not able:  # a single column, whose texts the usual delimiter might cut
        return usual and min(scores, key=lambda one: (scores[one].widest, one != usual))
    return max(able, key=lambda one: (scores[one].share, one.strip(" ") == usual, len(one), scores[one].width))


def _is_prose(sample: str, delimiter: str) -> bool:
    """Whether this is punctuation: a comma or semicolon that a blank follows more often than not, outside quotes."""
    if delimiter not in {",", ";"} or '"' in sample:
        return False
    return sample.count(delimiter + " ") > 0.5 * sample.count(delimiter)


def evenness(sample: str, dialect: Dialect, *, whole: bool = True) -> Evenness:
    """How evenly a dialect cuts the first rows of a file, of which the sample may break off the last."""
    widths = [len(row) for row in first_rows(sample, dialect, whole=whole)]
    if not widths:
        return Evenness(0.0, 1)
    width, count = Counter(widths).most_common(1)[0]
    return Evenness(count / len(widths), width, len(widths), widths[0] > 1, max(widths))


def first_rows(sample: str, dialect: Dialect, *, whole: bool = True) -> list[list[str]]:
    """The first rows of a file that hold anything, as far as the dialect can read them."""
    found: list[list[str]] = []
    rows = dialect.rows(io.StringIO(sample, newline=""))
    try:
        for row in islice(rows, ROWS + 20):
            found += [row] if row else []
    except csv.Error:  # the sample ends inside a quoted cell, or quotes mean nothing in this file
        return found or [line.split(dialect.delimiter) for line in sample.splitlines()[: ROWS + 20] if line]
    return found if whole or len(found) > ROWS else found[:-1] or found
