"""Which sign parts several labels in one cell?"""

import re
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.texts.times import is_time

STRONG = ("\n", "||", ";", "|", "┋", "；", "、")
"""Signs that stand inside hardly any label."""
WEAK = (",", "，", "/", "+", "&", "#", " ")
"""Signs that stand inside labels too, such as `Sci/Tech`: only parts that are labels elsewhere tell."""
LONG = 40
"""Characters that no label has."""
WORDS = 4
"""Words that no label has where only the sign says that there are several."""
NUMERAL = re.compile(r"[0-9]+")


def separator(column: pd.Series) -> str | None:
    """The sign that parts several labels in a cell, by what its parts are; None without one."""
    if has_lists(column):
        return None
    cells = as_text(column.dropna()).str.strip().drop_duplicates().tolist()
    if all(cell.startswith("[") and cell.endswith("]") for cell in cells):
        return None  # they are written as lists, and read so
    if cells and sum(map(is_time, cells)) > 0.9 * len(cells):
        return None
    return next((sign for sign in (*STRONG, *WEAK) if _parts_labels(sign, cells)), None)


def _parts_labels(sign: str, cells: Sequence[str]) -> bool:
    """Whether the cells that hold this sign are several labels: numerals throughout, labels elsewhere, or all short."""
    joint = [[part.strip() for part in cell.split(sign)] for cell in cells if sign in cell.strip(sign)]
    if not joint or not all(0 < len(part) < LONG for parts in joint for part in parts):
        return False
    alone = {cell.strip(sign) for cell in cells if sign not in cell.strip(sign)}
    if all(NUMERAL.fullmatch(part) for part in alone.union(*joint)):
        return True
    if sign in STRONG and all(len(part.split()) <= WORDS for parts in joint for part in parts):
        return True
    counts = Counter(part for parts in joint for part in parts)
    known = sum(count for part, count in counts.items() if part in alone or (count > 1 and sign != " "))
    if sign == " " and any(part.isascii() for part in counts):  # other scripts write no blanks inside a label
        return known == counts.total()
    return known >= 0.6 * counts.total() or 2 * sum(bool(alone & {*parts}) for parts in joint) >= len(joint)
