"""Does each of several raters judge a text or a pair of texts in a row of its own, and what do they say together?"""

from collections.abc import Sequence

import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.datasets.recognition.facts import facts
from engine.datasets.recognition.headers import AT_END, SQUEEZED, is_id, is_unnamed, likeness
from engine.readers.nested.annotated import RATERS
from engine.texts.column_names import called, column, names, plain, words
from engine.types import Message, Tables

WORDS = 2.5
"""Words that a text has on average, at least."""
AGAIN = 0.5
"""The share of rows at least whose text or pair stands in another row too."""
MOST_CLASSES = 6
"""Different numbers under a name of labels that may be classes, at most."""
TWICE = 0.05
"""The share of rows at most in which a rater judges something again."""
QUERY, LABEL = column("query", "text", "query"), column("label", "label", "label")
JUDGED = (LABEL, *(column("score", "number", meaning) for meaning in ("alike", "similarity", "grade")))
AVERAGED = Message(
    "Each row of {table} is what one of several raters ({raters}) says: {rows} rows judge {count} "
    "{count:pair|pairs}, and the mean of {column} is used."
)
VOTED = Message(
    "Each row of {table} is what one of several raters ({raters}) says: {rows} rows judge {count} "
    "{count:text|texts}, what most of them say in {column} is used, and {tied} without a majority {tied:was|were} "
    "left out."
)


def with_agreed(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with one row a text, or a pair, that several raters judge, and a word of it.

    Of scores of pairs the mean counts, of labels what most say. Documents that are judged for queries stay: of their
    grades it is asked.
    """
    made, notes = dict(tables), []
    for name, table in tables.items():
        texts, rater, judged = _columns(table)
        if not rater or not _are_again(table, texts, rater):
            continue
        together, told, tied = _together(table, texts, rater, judged)
        made[name] = together
        values = {"table": name, "raters": called(rater), "rows": len(table), "column": called(judged), "tied": tied}
        notes.append(Message(told.template, {**values, "count": len(together) + tied}))
    return made, notes


def _columns(table: pd.DataFrame) -> tuple[list[str], str, str]:
    """The one or two columns of texts, that of the raters, and the one of what they say; no rater where any lacks."""
    headers = [str(header) for header in table.columns if not has_lists(table[header])]
    raters = [header for header in headers if _is_rater(header)]
    if len(raters) != 1:
        return [], "", ""
    judged = [header for header in headers if max(likeness(one, header) for one in JUDGED) >= AT_END
              and not is_id(header) and not is_unnamed(header) and header not in raters]  # fmt: skip
    held = {header: facts(table[header]) for header in headers if header not in {*raters, *judged}}
    texts = [header for header, one in held.items() if one.words >= WORDS and one.numbers < 0.5 and not is_id(header)
             and not one.is_time]  # fmt: skip
    if len(judged) != 1 or len(texts) not in (1, 2):
        return [], "", ""
    is_search = len(texts) == 2 and any(likeness(QUERY, header) >= SQUEEZED for header in texts)
    return texts, "" if is_search and _grades(table[judged[0]]) else raters[0], judged[0]


def _is_rater(header: str) -> bool:
    said = words(header)
    rest = said[:-1] if said and said[-1] in names("id_words") else said
    return bool({*rest} & RATERS) or plain(header) in RATERS


def _grades(cells: pd.Series) -> bool:
    """Whether a document may be graded by it: of queries `similarity` says that they are compared."""
    return likeness(JUDGED[2], str(cells.name)) < AT_END


def _are_again(table: pd.DataFrame, texts: Sequence[str], rater: str) -> bool:
    """Whether most rows judge what another one does, and hardly any rater anything twice."""
    again = table.duplicated([*texts], keep=False)
    twice = table.duplicated([*texts, rater])
    return again.mean() >= AGAIN and twice.mean() <= TWICE and table[rater].nunique() > 1


def _together(table: pd.DataFrame, texts: list[str], rater: str, judged: str) -> tuple[pd.DataFrame, Message, int]:
    """One row a text or a pair with what the raters say together, the word on it, and how many were left out."""
    numbers = pd.to_numeric(table[judged], errors="coerce")
    keys = [table[one] for one in texts]
    rest = table.drop(columns=rater)
    same = [one for one in rest.columns if one in {*texts, judged} or _is_same(rest[one], keys)]
    first = rest[same].drop_duplicates(texts)
    place = pd.MultiIndex.from_frame(first[texts]) if len(texts) > 1 else pd.Index(first[texts[0]])
    if len(texts) == 2 and _measures(judged, numbers):
        mean = numbers.groupby(keys, sort=False, dropna=False).mean().round(6)
        return first.assign(**{judged: mean.reindex(place).to_numpy()}).reset_index(drop=True), AVERAGED, 0
    votes = as_text(table[judged]).str.strip().groupby(keys, sort=False, dropna=False).agg(_most)
    said = votes.reindex(place).to_numpy(object)
    made = first.assign(**{judged: pd.Series(said, index=first.index, dtype="str")})
    kept = made[made[judged] != ""]
    return kept.reset_index(drop=True), VOTED, len(made) - len(kept)


def _measures(header: str, numbers: pd.Series) -> bool:
    """Whether they are more than two numbers, and no few classes by their name."""
    if numbers.isna().any() or numbers.nunique() <= 2:
        return False
    return likeness(LABEL, header) < SQUEEZED or numbers.nunique() > MOST_CLASSES


def _is_same(cells: pd.Series, keys: Sequence[pd.Series]) -> bool:
    """Whether a column holds one value for each text or pair."""
    if has_lists(cells):
        return False
    return bool((cells.astype("str").groupby([*keys], sort=False).nunique() <= 1).all())


def _most(said: pd.Series) -> str:
    """What most say; nothing where two say as often."""
    counts = said.value_counts()
    return "" if not len(counts) or (len(counts) > 1 and counts.iloc[0] == counts.iloc[1]) else str(counts.index[0])
