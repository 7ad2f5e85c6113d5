"""Does a file beside the others name the classes that a column of theirs only counts, as `classes.txt` does?"""

from pathlib import PurePosixPath

import pandas as pd

from engine.datasets.conversion import has_lists
from engine.datasets.recognition.headers import is_unnamed
from engine.readers.folders.alike import NAMES
from engine.texts.column_names import called
from engine.types import Message, Tables

LABEL = "label"


def with_counted(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with such a column without a name called the label, and which these were."""
    made, notes = dict(tables), []
    explaining = {name: table for name, table in tables.items() if PurePosixPath(name).name.lower() in NAMES}
    lists = {name: len(one) for name, one in explaining.items() if one.shape[1] == 1 and one.iloc[:, 0].is_unique}
    for other, classes in lists.items():
        for name, table in tables.items():
            able = [str(one) for one in table.columns if is_unnamed(str(one)) and _counts(table[one], classes)]
            if name in lists or len(able) != 1 or LABEL in table.columns:
                continue
            made[name] = table.rename(columns={able[0]: LABEL})
            message = Message(
                "{column} of {table} counts the classes that {other} names: it is the label.",
                {"column": called(able[0]), "table": name, "other": other},
            )
            notes.append(message)
    return made, notes


def _counts(cells: pd.Series, classes: int) -> bool:
    """Whether a column holds whole numbers only, and none beyond the number of classes."""
    first = cells.iloc[:20].dropna()
    if not len(first) or has_lists(first) or not first.astype("str").str.fullmatch(r"\d{1,4}").all():
        return False
    numbers = pd.to_numeric(cells, errors="coerce")
    return bool(numbers.notna().all() and numbers.nunique() > 1 and numbers.max() <= classes)
