"""Which columns or cells hold parts of one thing: many negatives, the sentences of a text?"""

from collections.abc import Mapping

import pandas as pd

from engine.datasets.conversion import has_lists
from engine.datasets.recognition.headers import AT_END, SQUEEZED, is_id, likeness
from engine.readers.nested.grades import calls_right, is_retrieved
from engine.texts.column_names import called, column, plain, words
from engine.types import Column, Message, Tables

SIDES: Mapping[str, Column] = {side: column(side, "texts", side) for side in ("negative", "positive")}
"""What several columns may be the parts of."""
ROWS = 200
LONG = 12
"""Characters that most sentences have more of, and ids and labels have not."""

BODIES = (
    "abstract", "text", "body", "content", "contents", "full_text", "paragraphs", "paragraph", "article", "document",
    "passage", "正文", "全文", "段落", "摘要", "内容",
)  # fmt: skip
"""Columns whose lists are the sentences or paragraphs of one text, where each row is one."""
ASKED = column("query", "text", "query")


def whole(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables of documents with ids whose texts are lists of sentences, with these as one text; and a word of it."""
    made, notes = dict(tables), []
    for name, table in tables.items():
        headers = [str(header) for header in table.columns]
        lists = [header for header in headers if has_lists(table[header])]
        bodies = [header for header in lists if plain(header) in BODIES and _are_texts(table[header])]
        is_asked = any(likeness(ASKED, header) >= AT_END for header in headers)
        if len(bodies) != 1 or is_asked or not any(_tells_apart(table, header) for header in headers):
            continue
        body = bodies[0]
        if any(header != body and _run_along(table[header], table[body]) for header in lists):
            continue  # a label for each: a set of texts
        cells = [" ".join(map(str, cell)) if isinstance(cell, list) else cell for cell in table[body]]
        made[name] = table.assign(**{body: pd.Series(cells, index=table.index, dtype="str")})
        notes.append(
            Message("The lists in {column} of {table} were joined to one text each.",
                    {"column": called(body), "table": name})
        )  # fmt: skip
    return made, notes


def _are_texts(cells: pd.Series) -> bool:
    """Whether most parts of the lists are sentences, no ids or labels."""
    parts = [one for cell in cells.head(ROWS) if isinstance(cell, list) for one in cell]
    return sum(len(str(one)) > LONG for one in parts) > 0.5 * len(parts)


def _tells_apart(table: pd.DataFrame, header: str) -> bool:
    return is_id(header) and not has_lists(table[header]) and table[header].is_unique


def _run_along(cells: pd.Series, texts: pd.Series) -> bool:
    pairs = [(one, other) for one, other in zip(cells.head(ROWS), texts.head(ROWS), strict=True)]
    return all(isinstance(one, list) and isinstance(other, list) and len(one) == len(other) for one, other in pairs)


def gathered(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with several columns of negatives (or positives) as one of lists, and which were taken together."""
    made, notes = {}, []
    for name, table in tables.items():
        for side, meant in SIDES.items():
            parts = [
                str(header) for header in table.columns if _is_part(meant, str(header)) and _holds_texts(table[header])
            ]
            if len(parts) > 1:
                table = _together(table, parts, side)
                notes.append(
                    Message(
                        "{columns} were taken together as {side}.", {"columns": tuple(map(called, parts)), "side": side}
                    )
                )
        made[name] = table
    return made, notes


def _is_part(meant: Column, header: str) -> bool:
    """Whether a header is one of the side's names, perhaps with a number: negative_3, hard_negatives."""
    if {*words(header)} & {"score", "scores", "id", "ids", "relevance"}:
        return False
    if is_retrieved(header) and not calls_right(header):
        return False
    found = likeness(meant, header)
    return found >= SQUEEZED or (found >= 0.5 and words(header)[-1].isdigit()) or found == AT_END


def _holds_texts(cells: pd.Series) -> bool:
    return has_lists(cells) or not pd.api.types.is_numeric_dtype(cells)


def _together(table: pd.DataFrame, parts: list[str], side: str) -> pd.DataFrame:
    """The table with the texts of these columns as one list a row, in the place of the first."""
    rows = [
        [text for cell in cells for text in (cell if isinstance(cell, list) else [] if pd.isna(cell) else [cell])]
        for cells in zip(*(table[part] for part in parts), strict=True)
    ]  # fmt: skip
    place = list(table.columns).index(parts[0])
    rest = table.drop(columns=parts)
    rest.insert(min(place, rest.shape[1]), side, pd.Series(rows, index=table.index, dtype=object))
    return rest
