"""What does a reading say of one row, in words a person can agree or disagree with?"""

from collections.abc import Mapping
from typing import TypeAlias

import pandas as pd

from engine.datasets.reading.guess import Guess
from engine.datasets.reading.identifiers import plain
from engine.texts import label_words
from engine.texts.column_names import called
from engine.texts.column_names import plain as header_words
from engine.types import Message, Tables

LONGEST = 70
"""Characters of a text that are read out."""
Row: TypeAlias = Mapping[str, str | Message]
"""{task's column: what stands there}"""
SENTENCES: Mapping[tuple[str, str], Message] = {
    ("sts", "pairs"): Message("“{sentence1}” and “{sentence2}” are alike to the degree {score}."),
    ("pair_classification", "pairs"): Message(
        "Whether “{sentence1}” and “{sentence2}” mean the same is said by “{label}”."
    ),
    ("bitext_mining", "pairs"): Message("“{sentence2}” is the translation of “{sentence1}”."),
    ("clustering", "documents"): Message("“{text}” belongs to the group “{label}”."),
    ("clustering", "titled"): Message("“{title} {text}” belongs to the group “{label}”."),
    ("clustering", "sets"): Message("“{texts}” belongs to the group “{labels}” of its set."),
    ("classification", "labelled"): Message(
        "“{text}” should be recognised as “{label}”, learnt from a part of these rows."
    ),
    ("classification", "titled"): Message(
        "“{title} {text}” should be recognised as “{label}”, learnt from a part of these rows."
    ),
    ("classification", "test"): Message("“{text}” should be recognised as “{label}”, learnt from the training table."),
    ("retrieval", "pairs"): Message("The question “{query}” should find “{document}”."),
    ("retrieval", "samples"): Message("The question “{query}” should find “{positive}”."),
    ("retrieval", "qrels"): Message("The question “{query}” should find “{document}”."),
    ("reranking", "pairs"): Message("For the question “{query}” the document “{document}” counts {score}."),
    ("reranking", "samples"): Message("The question “{query}” should put “{positive}” before “{negative}”."),
    ("reranking", "qrels"): Message("The question “{query}” should find “{document}” among its candidates."),
    ("summarization", "summaries"): Message("The summary “{machine_summary}” of the text {text_id} is rated {score}."),
    ("summarization", "texts"): Message("The summaries “{machine_summaries}” of one text are rated {relevance}."),
}


TURNED: Mapping[bool, Message] = {
    True: Message(
        "“{sentence1}” and “{sentence2}” are hardly alike: {column} {score}. The numbers are turned round, so that the "
        "greatest becomes the least."
    ),
    False: Message(
        "“{sentence1}” and “{sentence2}” are as alike as can be: {column} {score}. The numbers stay as they are."
    ),
}
"""Numbers that fall, by their name, the more alike two texts are: turned round, or not; the greatest is read out."""
FOREMOST = Message(
    "For the question “{query}” the document “{document}” comes first: {column} {score}. The numbers are turned round, "
    "so that the greatest becomes 0."
)
FINEST = Message(
    "The summary “{machine_summary}” of the text {text_id} is among the best: {column} {score}. The numbers are turned "
    "round, so that the greatest becomes the least."
)
"""Places of documents, or grades of which the least is the best, turned round; the least is read out."""
DENIED = Message("“{sentence1}” and “{sentence2}” do not mean the same: {column} {label}. The labels are turned round.")
"""Labels that say, by the name of their column, that two texts are not alike."""
AFFIRMED = Message("“{sentence1}” and “{sentence2}” mean the same: {column} {label}. The labels stay as they are.")


def example(tables: Tables, guess: Guess) -> Message | None:
    """One row read out as this reading understands it; None where no row has all that it takes."""
    for name, (_, columns) in guess.tables.items():
        template = SENTENCES.get((guess.task, name))
        if template is not None and guess.invert is not None and "label" in columns:
            row = _first_row(tables, guess, name, numbers="label")
            template = DENIED if guess.invert else AFFIRMED
            return _filled(template.template, row and {**row, "column": called(columns["label"])})
        if template is not None and (guess.invert or (guess.invert is not None and guess.task == "sts")):
            is_best = guess.task != "sts"
            row = (_judged_row if name == "qrels" else _first_row)(tables, guess, name, least=is_best)
            turned = {"sts": TURNED[guess.invert], "summarization": FINEST}.get(guess.task, FOREMOST)
            return _filled(turned.template, row and {**row, "column": called(columns["score"])})
        if template is not None:
            row = (_judged_row if name == "qrels" else _first_row)(tables, guess, name)
            if row and (guess.task, name) == ("classification", "test") and "title" in row:
                row = {**row, "text": f"{row['title']} {row['text']}"}
            return _filled(template.template, row)
    return None


def _filled(template: str, row: Row | None) -> Message | None:
    try:
        return Message(template, dict(row)) if row and template.format(**row) else None
    except KeyError:
        return None


def _first_row(tables: Tables, guess: Guess, name: str, *, least: bool = False, numbers: str = "score") -> Row | None:
    """The first row that has every column of the reading; the highest grade (or the least), if there are grades.

    Labels in words that say yes stand for the highest grade.
    """
    given, columns = guess.tables[name]
    rows = tables[given][list(columns.values())].head(200).dropna()
    if numbers in columns and len(rows):
        cells = rows[columns[numbers]]
        grades = pd.to_numeric(cells, errors="coerce")
        if numbers == "label" and grades.isna().all():
            grades = cells.astype("str").map(header_words).isin(label_words.words("alike")).astype(float)
        rows = rows.loc[[grades.idxmin() if least else grades.idxmax()]] if grades.notna().any() else rows
    return {to: shown(rows[of].iloc[0]) for to, of in columns.items()} if len(rows) else None


def _judged_row(tables: Tables, guess: Guess, name: str, *, least: bool = False) -> Row | None:
    """The texts of the first judgement of which both sides are there: a relevant one if there is one, or the least."""
    given, columns = guess.tables[name]
    rows = tables[given].head(200)
    if "score" in columns:
        grades = pd.to_numeric(rows[columns["score"]], errors="coerce")
        right = grades == grades.min() if least else grades > 0
        rows = rows[right] if right.any() else rows
    queries, corpus = (_texts(tables, guess, table) for table in ("queries", "corpus"))
    sides = [plain(rows[columns[one]].astype("str")) for one in ("query_id", "corpus_id")]
    for query, document, score in zip(*sides, rows[columns.get("score", columns["query_id"])], strict=True):
        if query in queries and document in corpus:
            return {"query": shown(queries[query]), "document": shown(corpus[document]), "score": shown(score)}
    return None


def _texts(tables: Tables, guess: Guess, name: str) -> dict[str, object]:
    given, columns = guess.tables[name]
    return dict(zip(plain(tables[given][columns["id"]].astype("str")), tables[given][columns["text"]], strict=True))


def shown(cell: object) -> str:
    """What stands in a cell, cut where it is long; of a list its first text."""
    text = " ".join(str(cell[0] if isinstance(cell, list) and cell else cell).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
