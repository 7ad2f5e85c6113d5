"""How do people write down labelled texts that have a title, and which text is that?"""

import pandas as pd

from engine.texts.column_names import column
from engine.types import Tables

LABELLED = (column("text", "text", "text"), column("label", "label", "label"))
TITLED = (column("title", "text", "title"), *LABELLED)


def joined(tables: Tables) -> dict[str, pd.DataFrame]:
    """Tables with a title and a text as tables with one text: the title before it, as mteb joins those of a corpus."""
    return {name: _joined(table) for name, table in tables.items()}


def _joined(table: pd.DataFrame) -> pd.DataFrame:
    text = (table["title"].str.strip() + " " + table["text"].str.strip()).str.strip()
    return table.assign(text=text).drop(columns="title")
