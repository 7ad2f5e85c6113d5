"""Which rows did their annotators reject, and which tables are rankings of a search, not judgements?"""

import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.datasets.reading.choices import Choices
from engine.datasets.reading.guess import Guess, quoted
from engine.texts import label_words
from engine.texts.column_names import called, plain
from engine.types import BadDataset, Message, Tables

DECISIONS = {"accept", "reject", "ignore"}
"""What Prodigy writes as the answer of an annotator."""
VALID = {"是否有效", "有效", "is_valid", "valid"}
"""Columns that say whether a row counts."""
YES, NO = {"有效", "valid", "1"}, {"无效", "invalid", "0"}
FEWEST = 3
"""Documents that some query must have for its ranks to be told from grades."""


def without_rejected(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables without the rows that an annotator rejected or that are called invalid, and how many these were."""
    made, notes = dict(tables), []
    for name, table in tables.items():
        for header in map(str, table.columns):
            decided = _decided(header, table)
            if decided is not None:
                made[name] = table = table.assign(label=decided).drop(columns=header)
                message = Message(
                    "{column} of {table} accepts or rejects one label; each text has that label or “not” before it.",
                    {"column": called(header), "table": name},
                )
                notes.append(message)
                break
            kept = _kept(header, table[header])
            if kept is None or kept.all() or not kept.any():
                continue
            message = Message(
                "{count} {count:row|rows} of {table} {count:was|were} left out: by {column} {count:it does|they do} "
                "not count.",
                {"count": int((~kept).sum()), "table": name, "column": called(header)},
            )
            notes.append(message)
            made[name] = table = table[kept].drop(columns=header).reset_index(drop=True)
    return made, notes


def _decided(header: str, table: pd.DataFrame) -> pd.Series | None:
    """The labels of texts of which annotators were asked whether they have the one label that there is."""
    if plain(header) != "answer" or "label" not in table or has_lists(table["label"]) or has_lists(table[header]):
        return None
    said = as_text(table[header]).str.strip().map(plain, na_action="ignore")
    labels = as_text(table["label"])
    if labels.nunique(dropna=False) != 1 or {*said} != {"accept", "reject"}:
        return None
    return labels.where(said == "accept", "not " + labels)


def _kept(header: str, cells: pd.Series) -> pd.Series | None:
    """Which rows count by this column; None where it is none that says so."""
    if has_lists(cells) or (plain(header) not in VALID and plain(header) != "answer"):
        return None
    said = as_text(cells).str.strip().map(plain, na_action="ignore")
    different = {*said.dropna()}
    if plain(header) == "answer":
        return said.eq("accept") if different <= DECISIONS else None
    yes, no = YES | label_words.words("alike"), NO | label_words.words("unlike")
    return ~said.isin(no) if different <= yes | no else None


def refuse_ranks(tables: Tables, guess: Guess, said: Choices) -> None:
    """Raises BadDataset where what would grade judgements counts 1, 2, 3 … for every query, as a search's ranks do."""
    if "qrels" not in guess.tables or said.column("qrels", "score") is not None:
        return
    given, columns = guess.tables["qrels"]
    table, grade = tables[given], columns.get("score")
    able = [grade] if grade else [str(one) for one in table.columns if str(one) not in columns.values()]
    ranks = next((one for one in able if "query_id" in columns and _are_ranks(table, columns["query_id"], one)), None)
    if ranks is None:
        return
    raise BadDataset(
        "The numbers of {column} in {table} count 1, 2, 3 … for each query: they are the ranks that a search gave, and "
        "the table is no judgements. If they are grades, say so with {option}.",
        column=called(ranks), table=given, option=f"--column {quoted(f'qrels.score={ranks}')}",
    )  # fmt: skip


def _are_ranks(table: pd.DataFrame, asked: str, header: str) -> bool:
    if has_lists(table[header]) or has_lists(table[asked]):
        return False
    numbers = pd.to_numeric(table[header], errors="coerce")
    groups = numbers.groupby(table[asked].to_numpy(), sort=False)
    return bool(len(table) and groups.size().max() >= FEWEST and (groups.rank(method="first") == numbers).all())
