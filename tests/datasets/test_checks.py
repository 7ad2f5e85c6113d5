"""What is wrong with data is found, with its rows; what is right is left in peace."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from engine import plugins
from engine.datasets.checks import check
from engine.datasets.column_checks import check_column
from engine.datasets.conversion import conform
from engine.types import Column

GOOD: Mapping[str, Mapping[str, Mapping[str, list[object]]]] = {
    "sts": {"pairs": {"sentence1": ["a", "b"], "sentence2": ["c", "d"], "score": [1, 2]}},
    "pair_classification": {"pairs": {"sentence1": ["a", "b"], "sentence2": ["c", "d"], "label": [1, 0]}},
    "bitext_mining": {"pairs": {"sentence1": ["a", "b"], "sentence2": ["c", "d"]}},
    "classification": {
        "train": {"text": ["a", "b", "c", "d"], "label": ["x", "x", "y", "y"]},
        "test": {"text": ["e", "f"], "label": ["x", "y"]},
    },
    "clustering": {"documents": {"text": ["a", "b", "c", "d"], "label": ["x", "x", "y", "y"]}},
    "retrieval": {
        "corpus": {"id": ["d1", "d2"], "title": ["", "t"], "text": ["a", "b"]},
        "queries": {"id": ["q1", "q2"], "text": ["c", "d"]},
        "qrels": {"query_id": ["q1", "q2"], "corpus_id": ["d1", "d2"], "score": [1, 2]},
    },
    "reranking": {
        "corpus": {"id": ["d1", "d2"], "text": ["a", "b"]},
        "queries": {"id": ["q1", "q2"], "text": ["c", "d"]},
        "qrels": {"query_id": ["q1", "q2"], "corpus_id": ["d1", "d2"], "score": [1, 2]},
        "candidates": {"query_id": ["q1", "q1", "q2", "q2"], "corpus_id": ["d1", "d2", "d1", "d2"]},
    },
    "summarization": {
        "summaries": {
            "text_id": ["1", "1"],
            "machine_summary": ["a", "b"],
            "human_summaries": [["c"], ["c"]],
            "score": [1, 2],
        }
    },
}


def found(task: str, *changes: tuple[str, str, list[object]], drop: str = "") -> list[tuple[str, str, tuple[int, ...]]]:
    """(level, sentence, rows) of the task's good tables with these columns exchanged: (table, column, cells)."""
    tables = {name: {**columns} for name, columns in GOOD[task].items()}
    for table, column, cells in changes:
        tables[table][column] = cells
    frames = {name: pd.DataFrame(columns) for name, columns in tables.items() if name != drop}
    own = conform(frames, plugins.tasks()[task].tables)
    return [(one.level, str(one.message), one.rows) for one in check(task, own)]


@pytest.mark.parametrize("task", plugins.tasks())
def test_good_data_of_every_task_has_no_problems(task: str):
    assert found(task) == []


def test_missing_tables_columns_and_rows_are_errors():
    assert found("retrieval", drop="qrels") == [("error", "There is no table qrels.", ())]
    own = conform({"pairs": pd.DataFrame({"sentence1": [], "score": []})}, plugins.tasks()["sts"].tables)
    said = [str(one.message) for one in check("sts", own)]
    assert said == ["pairs has no column sentence2.", "pairs has no rows."]


CASES = {
    "an empty text": (
        "sts", [("pairs", "sentence1", ["a", None])],
        ("warning", "In 1 row of pairs, sentence1 has no text; it takes part as an empty one.", (2,)),
    ),
    "a text of spaces": (
        "clustering", [("documents", "text", [" \n", "b", "c", "d"])],
        ("warning", "In 1 row of documents, text has no text; it takes part as an empty one.", (1,)),
    ),
    "no text at all": (
        "bitext_mining", [("pairs", "sentence2", ["", None])],
        ("error", "The column sentence2 of pairs holds no text at all.", (1, 2)),
    ),
    "a very long text": (
        "bitext_mining", [("pairs", "sentence1", ["a", "b" * 20_001])],
        ("warning",
         "In 1 row of pairs, sentence1 is longer than 20,000 characters; models read only its beginning.", (2,)),
    ),
    "a missing score": (
        "sts", [("pairs", "score", ["nan", "1"])], ("error", "In 1 row of pairs, score is no number.", (1,)),
    ),
    "an infinite score": (
        "sts", [("pairs", "score", [1, np.inf])], ("error", "In 1 row of pairs, score is infinite.", (2,)),
    ),
    "equal scores": (
        "sts", [("pairs", "score", [3, 3])],
        ("error", "All scores of pairs are equal; nothing can correlate with them.", ()),
    ),
    "a repeated row": (
        "sts", [("pairs", "sentence1", ["a"] * 3), ("pairs", "sentence2", ["b"] * 3), ("pairs", "score", [1, 2, 1])],
        ("warning", "1 row of pairs repeats an earlier row; each still counts.", (3,)),
    ),
    "a third label": (
        "pair_classification", [("pairs", "label", [1, 2])],
        ("error", "In 1 row of pairs, the label is neither 1 (alike) nor 0.", (2,)),
    ),
    "equal pair labels": (
        "pair_classification", [("pairs", "label", [1, 1])],
        ("error", "All labels of pairs are equal; there is nothing to tell apart.", ()),
    ),
    "one class to learn": (
        "classification", [("train", "label", ["x"] * 4)],
        ("error", "All rows of train have the same label; nothing can be learnt.", ()),
    ),
    "a missing label": (
        "classification", [("train", "label", ["x", None, "y", "y"])],
        ("error", "In 1 row of train, label is missing.", (2,)),
    ),
    "a rare label": (
        "classification", [("train", "label", ["x", "x", "y", "z"]), ("test", "label", ["x", "y"])],
        ("warning", "In 2 rows of train, the label is one that no other row has.", (3, 4)),
    ),
    "an unknown label": (
        "classification", [("test", "label", ["x", "q"])],
        ("warning", "In 1 row of test, the label is one that train lacks; it cannot be predicted.", (2,)),
    ),
    "labels in lists": (
        "classification",
        [("train", "label", [["x"], ["x", "y"], ["y"], []]), ("test", "label", [["x", "q"], ["y"]])],
        ("warning", "In 1 row of test, the label is one that train lacks; it cannot be predicted.", (1,)),
    ),
    "a test text in train": (
        "classification", [("test", "text", ["e", "a"])],
        ("warning", "In 1 row of test, the text stands in train too, which makes it easier than a new one.", (2,)),
    ),
    "one cluster": (
        "clustering", [("documents", "label", ["x"] * 4)],
        ("error", "All rows of documents have the same label.", ()),
    ),
    "a cluster each": (
        "clustering", [("documents", "label", ["w", "x", "y", "z"])],
        ("error", "No two rows of documents have the same label.", ()),
    ),
    "a translation twice": (
        "bitext_mining", [("pairs", "sentence2", ["c", "c"])],
        ("warning",
         "In 1 row of pairs, sentence2 is that of an earlier row; finding that one is wrong.", (2,)),
    ),
    "not translated": (
        "bitext_mining", [("pairs", "sentence2", ["c", "b"])],
        ("warning", "In 1 row of pairs, both sides are the same text.", (2,)),
    ),
    "an id twice": (
        "retrieval", [("corpus", "id", ["d1", "d1"]), ("qrels", "corpus_id", ["d1", "d1"])],
        ("error", "In 1 row of corpus, the id is that of an earlier row; every id may stand once.", (2,)),
    ),
    "a missing id": (
        "retrieval", [("queries", "id", ["q1", None])], ("error", "In 1 row of queries, id is missing.", (2,)),
    ),
    "a document twice": (
        "retrieval", [("corpus", "text", ["b", "b"]), ("corpus", "title", ["t", "t"])],
        ("warning", "In 1 row of corpus, the text is that of an earlier row under another id.", (2,)),
    ),
    "half a relevance": (
        "retrieval", [("qrels", "score", [1, 0.5])],
        ("error", "In 1 row of qrels, the score is not a whole number, as grades of documents must be: round them, or read the pairs of texts as sts.", (2,)),  # noqa: E501
    ),
    "nothing relevant": (
        "retrieval", [("qrels", "score", [0, 0])],
        ("error", "No row of qrels says that a document is relevant (1 or more).", (1, 2)),
    ),
    "no known query": (
        "retrieval", [("qrels", "query_id", ["x", "y"])],
        ("error", "In 2 rows of qrels, query_id is no id of queries: x, y here, where there are such as q1, q2.", (1, 2)),  # noqa: E501
    ),
    "an unknown query": (
        "retrieval", [("qrels", "query_id", ["q1", "x"])],
        ("warning", "In 1 row of qrels, the query is not there; the judgement is passed over.", (2,)),
    ),
    "an unknown document": (
        "retrieval", [("qrels", "corpus_id", ["d1", "x"])],
        ("warning", "In 1 row of qrels, a relevant document is not in corpus; it counts as not found.", (2,)),
    ),
    "a query nobody judged": (
        "retrieval", [("queries", "id", ["q1", "q2", "q3"]), ("queries", "text", ["c", "d", "e"])],
        ("warning", "In 1 row of queries, the query has no judgement in qrels; it is left out of the scores.", (3,)),
    ),
    "a query without an answer": (
        "retrieval", [("qrels", "score", [1, 0])],
        ("warning", "In 1 row of queries, the query has judgements but no relevant document; it scores 0.", (2,)),
    ),
    "a judgement twice": (
        "retrieval", [("qrels", "query_id", ["q1", "q1", "q2"]), ("qrels", "corpus_id", ["d1", "d1", "d2"]),
                      ("qrels", "score", [1, 0, 1])],
        ("warning", "In 1 row of qrels, query and document are as in an earlier row; the last counts.", (2,)),
    ),
    "an unknown candidate": (
        "reranking", [("candidates", "corpus_id", ["d1", "x", "d1", "d2"])],
        ("error", "In 1 row of candidates, the document is not in corpus.", (2,)),
    ),
    "no candidates": (
        "reranking", [("candidates", "query_id", ["q1"] * 2), ("candidates", "corpus_id", ["d1", "d2"])],
        ("warning", "In 1 row of queries, the query has no candidates; it scores 0.", (2,)),
    ),
    "no right candidate": (
        "reranking", [("candidates", "query_id", ["q1", "q1", "q2"]), ("candidates", "corpus_id", ["d1", "d2", "d1"])],
        ("warning",
         "In 1 row of queries, no candidate of the query is relevant; it scores 0.", (2,)),
    ),
    "right candidates only": (
        "reranking", [("candidates", "query_id", ["q1", "q2", "q2"]), ("candidates", "corpus_id", ["d1", "d1", "d2"])],
        ("warning",
         "In 1 row of queries, the query's candidates are all relevant; it tells nothing.", (1,)),
    ),
    "no reference": (
        "summarization", [("summaries", "human_summaries", [["c"], [" "]])],
        ("error", "In 1 row of summaries, the list human_summaries holds no text.", (2,)),
    ),
    "equal summaries": (
        "summarization", [("summaries", "score", [2, 2])],
        ("error", "No text of summaries has summaries with different scores.", (1, 2)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_said_with_its_rows(case: str):
    task, changes, expected = CASES[case]
    assert expected in found(task, *changes)


@pytest.mark.parametrize(("task", "table"), [("clustering", "documents"), ("classification", "train")])
def test_a_text_and_a_label_from_one_column_are_refused(task: str, table: str):
    tables = {name: pd.DataFrame(columns) for name, columns in GOOD[task].items()}
    tables[table] = tables[table].assign(label=tables[table]["text"])
    found = [str(one.message) for one in check(task, tables) if one.level == "error"]
    assert found == [f"In {table}, text and label are the same in every row: choose another column for one of them."]


def test_a_document_of_nothing_but_a_title_is_not_empty():
    assert found("retrieval", ("corpus", "text", ["", ""]), ("corpus", "title", ["s", "t"])) == []
    assert found("retrieval", ("corpus", "text", ["a", ""]), ("corpus", "title", ["", ""]))


def test_errors_come_first_and_only_the_first_rows_are_named():
    pairs = {"sentence1": [""] * 50 + ["a"], "sentence2": ["b"] * 51, "score": ["nan"] * 51}
    problems = found("sts", *[("pairs", column, cells) for column, cells in pairs.items()])
    assert [level for level, *_ in problems][:2] == ["error", "warning"]
    assert problems[0][1] == "In 51 rows of pairs, score is no number." and problems[0][2] == tuple(range(1, 11))


def test_labels_are_the_same_in_both_tables_even_where_one_holds_numbers_only():
    said = found("classification", ("train", "label", ["1", "1", "x", "x"]), ("test", "label", ["1", "1"]))
    assert said == []


def test_html_in_texts_is_said_with_its_share_and_an_example_as_it_stands():
    texts = ["<p>We open at nine.</p>", "a < b & c > d", "R&D; <unknown>", "caf&eacute; <br/> bar"]
    ((level, said, rows),) = found("clustering", ("documents", "text", texts))
    assert (level, rows) == ("warning", (1, 4))
    assert said.startswith("In 2 of 4 rows of documents, text holds HTML, such as '<p>We open at nine.</p>'")


def test_texts_that_only_say_that_there_is_none_are_counted_in_a_warning():
    texts = ["a pump", "N/A", " - ", "无", "(blank)", "null and void", "not a drop"]
    documents = pd.DataFrame({"text": texts, "label": ["a", "b"] * 3 + ["a"]})
    said = check_column("documents", Column("text", "text", "The text."), documents)
    assert [(one.level, one.rows) for one in said] == [("warning", (2, 3, 4, 5))]
    assert "In 4 rows of documents" in str(said[0].message)
