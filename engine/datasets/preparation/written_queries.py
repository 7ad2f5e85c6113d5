"""Do judgements write out their question, and name their document by the id that it has in another table?"""

import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.datasets.recognition.facts import facts
from engine.datasets.recognition.headers import SQUEEZED, WITH_FILLER, is_id, likeness
from engine.texts.column_names import column, plain
from engine.types import Message, Tables

QUERY, QUERY_ID = column("query", "text", "query"), column("query_id", "id", "query_id")
UNIQUE = 0.9
"""The share of rows that an id must tell apart: a product may be sold in two countries."""
WORDS = 2.5


def with_queries(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with such judgements as questions with an id, and judgements beside them; and which these were."""
    made, notes = dict(tables), []
    for name, table in tables.items() if len(tables) > 1 else ():
        found = _named(name, tables)
        if found is None:
            continue
        asked, documents, other = found
        named = next((str(one) for one in table.columns if likeness(QUERY_ID, str(one)) >= SQUEEZED), None)
        numbers, texts = pd.factorize(table[asked])
        if named is None or table[named].nunique() != len(texts):
            named, ids = "query_id", pd.Series(numbers, index=table.index).map("q{}".format)
        else:
            ids = as_text(table[named])
        asked_for = pd.DataFrame({"id": ids, "text": table[asked]}).drop_duplicates("id", ignore_index=True)
        del made[name]
        made[f"{name}/queries"] = asked_for
        judged = table.drop(columns=asked).assign(**{named: ids})
        made[f"{name}/qrels"] = judged.rename(columns={documents: "corpus_id"})
        notes.append(
            Message(
                "Each row of {table} judges a question by its text and a document by its id in {other}: {count} "
                "{count:question|questions}.",
                {"table": name, "other": other, "count": len(asked_for)},
            )
        )
    return made, notes


def _named(name: str, tables: Tables) -> tuple[str, str, str] | None:
    """The column of questions, that of the documents' ids, and the table that has their texts."""
    table = tables[name]
    asked = next((str(one) for one in table.columns if likeness(QUERY, str(one)) >= WITH_FILLER
                  and not is_id(str(one)) and not has_lists(table[one])), None)  # fmt: skip
    if asked is None or table[asked].isna().any() or table[asked].is_unique or len(_texts(table, besides=asked)):
        return None
    for header in map(str, table.columns):
        for other, target in tables.items() if is_id(header) else ():
            same = next((one for one in target.columns if plain(str(one)) == plain(header)), None)
            if other == name or same is None or has_lists(target[same]) or not _texts(target):
                continue
            if (
                target[same].nunique() >= UNIQUE * len(target)
                and target[same].nunique() >= 0.5 * table[header].nunique()
            ):
                return asked, header, other
    return None


def _texts(table: pd.DataFrame, *, besides: str = "") -> list[str]:
    held = {str(header): facts(table[header]) for header in table.columns if header != besides}
    return [header for header, one in held.items() if one.words >= WORDS and one.distinct > 0.5 and one.numbers < 0.5]
