"""Tables come as people have them; the task, the columns and the kinds of their cells are found."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import plugins
from engine.datasets.mapping import Guess, Unclear, guess, guesses, layouts, rivals
from engine.datasets.reading.application import apply as made
from engine.datasets.reading.choices import Choices
from engine.datasets.recognition.facts import facts
from engine.types import BadDataset, Message

WORDS = ["reset", "invoice", "shipping", "password", "warranty", "battery", "delivery", "refund"]
TEXTS = [f"how do I handle the {word} of order {number}" for number in range(3) for word in WORDS]
NOUNS = ["密码", "账单", "运费", "口令", "保修", "电池", "配送", "退款"]
CHINESE = [f"第{number}号订单的{word}该怎么办" for number in range(3) for word in NOUNS]
SIZE = len(TEXTS)


def apply(tables: dict[str, pd.DataFrame], one: Guess) -> dict[str, pd.DataFrame]:
    return made(tables, one).tables


def table(**columns: object) -> pd.DataFrame:
    """A table as a reader gives it: texts, or lists."""
    return pd.DataFrame({name.replace("__", "-"): values for name, values in columns.items()}).astype(
        {name.replace("__", "-"): "str" for name, values in columns.items() if not isinstance(values[0], list)}
    )


def labelled() -> pd.DataFrame:
    return table(text=TEXTS, label=WORDS * 3)


def pairs(**more: object) -> pd.DataFrame:
    return table(sentence1=TEXTS, sentence2=TEXTS[::-1], **more)


def translated(**more: object) -> pd.DataFrame:
    return table(sentence1=TEXTS, sentence2=CHINESE, **more)


def ids(letter: str) -> list[str]:
    return [f"{letter}{number}" for number in range(SIZE)]


ASKED, ASKED_IDS = [text for text in TEXTS[:4] for _ in range(6)], [f"q{row // 6}" for row in range(SIZE)]
ZERO_ONE = [0, 1] * (SIZE // 2)
GRADES = [number % 11 / 2 for number in range(SIZE)]
CORPUS = table(doc_id=ids("d"), title=WORDS * 3, text=TEXTS)
QUERIES = table(query_id=ids("q"), text=TEXTS[::-1])
QRELS = table(query_id=ids("q"), doc_id=ids("d"), score=[1] * SIZE)
BEIR_QRELS = table(**{"query__id": ids("q"), "corpus__id": ids("d")}, score=[1] * SIZE)

SHAPES = {
    "retrieval folder": ({"corpus": CORPUS, "queries": QUERIES, "qrels": QRELS}, "retrieval", {"qrels": "qrels"}),
    "BEIR with splits": (
        {
            "corpus": table(_id=ids("d"), title=WORDS * 3, text=TEXTS, metadata=["{}"] * SIZE),
            "queries": table(_id=ids("q"), text=TEXTS),
            "qrels/dev": BEIR_QRELS,
            "qrels/test": BEIR_QRELS,
            "qrels/train": BEIR_QRELS,
        },
        "retrieval",
        {"qrels": "qrels/test", "corpus": "corpus"},
    ),
    "TREC judgements beside them": (
        {"docs": CORPUS, "topics": QUERIES, "qrels": table(query_id=ids("q"), corpus_id=ids("d"), score=[1] * SIZE)},
        "retrieval",
        {"corpus": "docs", "queries": "topics"},
    ),
    "candidates too": (
        {"corpus": CORPUS, "queries": QUERIES, "qrels": QRELS, "top_ranked": QRELS[["query_id", "doc_id"]]},
        "reranking",
        {"candidates": "top_ranked"},
    ),
    "query, document, label a row": (
        {"test": table(query_id=ASKED_IDS, query=ASKED, doc_id=ids("d"), doc=TEXTS[::-1], label=ZERO_ONE, kind=TEXTS)},
        "reranking",
        {"pairs": "test"},
    ),
    "query and document only": ({"faq": table(question=TEXTS, answer=TEXTS[::-1])}, "retrieval", {"pairs": "faq"}),
    "query, document and a score that never varies": (
        {"clicks": table(query=TEXTS, doc=TEXTS[::-1], score=[1] * SIZE)},
        "retrieval",
        {"pairs": "clicks"},
    ),
    "positives and negatives": (
        {"pairs": table(query=TEXTS, positive=[[one] for one in TEXTS], negative=[[one] for one in TEXTS])},
        "reranking",
        {"samples": "pairs"},
    ),
    "train and test": ({"train": labelled(), "test": labelled()}, "classification", {"train": "train", "test": "test"}),
    "three splits": (
        {"dev": labelled(), "test": labelled(), "train": labelled()},
        "classification",
        {"train": "train", "test": "test"},
    ),
    "train and dev": ({"dev": labelled(), "train": labelled()}, "classification", {"train": "train", "test": "dev"}),
    "scored pairs": ({"pairs": pairs(score=GRADES, genre=WORDS * 3)}, "sts", {"pairs": "pairs"}),
    "scored pairs in splits": (
        {"dev": pairs(score=GRADES), "test": pairs(score=GRADES), "train": pairs(score=GRADES)},
        "sts",
        {"pairs": "test"},
    ),
    "graded pairs called label": ({"pairs": pairs(label=GRADES)}, "sts", {"pairs": "pairs"}),
    "yes-or-no pairs": ({"dev": pairs(label=ZERO_ONE), "test": pairs(pair_id=range(SIZE), label=ZERO_ONE)},
        "pair_classification", {"pairs": "test"}),
    "duplicates": (
        {"quora": table(question1=TEXTS, question2=TEXTS[::-1], is_duplicate=ZERO_ONE)},
        "pair_classification",
        {"pairs": "quora"},
    ),
    "aligned sentences": ({"test": translated(id=range(SIZE))}, "bitext_mining", {"pairs": "test"}),
    "aligned sentences with a book": (
        {"test": translated(id=ids("v"), book=WORDS * 3)}, "bitext_mining", {"pairs": "test"},
    ),
    "summaries": (
        {
            "test": table(
                doc_id=WORDS * 3, system=WORDS * 3, machine_summary=TEXTS, human_summaries=[TEXTS[:2]] * SIZE,
                source_text=TEXTS, score=GRADES, coherence=GRADES, fluency=GRADES,
            )
        },
        "summarization",
        {"summaries": "test"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_the_task_and_its_tables_are_found(shape: str):
    tables, task, chosen = SHAPES[shape]
    found = guess(tables)
    assert found.task == task and not found.missing
    assert {name: found.tables[name][0] for name in chosen} == chosen


@pytest.mark.parametrize("shape", SHAPES)
def test_the_guessed_tables_have_the_columns_that_the_task_needs(shape: str):
    tables, task, _ = SHAPES[shape]
    made = apply(tables, guess(tables))
    record = plugins.tasks()[task]
    for name, columns in record.tables.items():
        if name not in record.optional_tables:
            assert {column.name for column in columns if column.required} <= set(made[name].columns)
            assert len(made[name])


@pytest.mark.parametrize("task", plugins.tasks())
def test_a_task_is_guessed_from_its_own_column_names(task: str):
    """Filled by kind, with the names of the record: what the dashboard exports, it reads again."""
    fills = {"text": TEXTS, "id": ids("x"), "label": WORDS * 3, "texts": [TEXTS[:2]] * SIZE, "number": ZERO_ONE}
    record = plugins.tasks()[task]
    tables = {
        name: table(**{column.name: fills[column.kind] for column in columns if column.required})
        for name, columns in record.tables.items()
        if name not in record.optional_tables
    }
    if task == "bitext_mining":
        tables["pairs"]["sentence2"] = CHINESE
    assert guess(tables, Choices(task=task) if task == "clustering" else Choices()).task == task


LABELLED = {
    "texts and labels": {"tickets": labelled()},
    "and more": {"data": table(id=range(SIZE), text=TEXTS, source=["a"] * SIZE, label=WORDS * 3)},
    "Chinese headers": {"工单": table(文本=TEXTS, 标签=WORDS * 3)},
    "a numbered label": {"data": table(**{"Class Index": [1, 2, 3, 4, 5, 6, 7, 8] * 3}, Description=TEXTS)},
}


@pytest.mark.parametrize("name", LABELLED)
def test_one_labelled_table_is_asked_about_whether_it_is_learnt_from_or_clustered(name: str):
    with pytest.raises(Unclear) as caught:
        guess(LABELLED[name])
    assert [one.task for one in caught.value.candidates] == ["classification", "clustering"]
    assert "--task classification" in str(caught.value) and "--test-share 0.3" in str(caught.value)
    assert guess(LABELLED[name], Choices(task="clustering")).task == "clustering"


def test_two_labels_of_a_text_are_asked_about_unless_they_part_the_rows_alike_or_one_is_said():
    two = {"data": table(text=TEXTS, topic=WORDS * 3, sentiment=["good", "bad", "fair"] * 8)}
    with pytest.raises(Unclear) as caught:
        guess(two, Choices(task="clustering"))
    assert {one.tables["documents"][1]["label"] for one in caught.value.candidates} == {"topic", "sentiment"}
    assert guess(two, Choices(task="clustering", columns={"label": "topic"})).task == "clustering"
    same = {"data": table(text=TEXTS, label=list(range(8)) * 3, label_desc=WORDS * 3)}
    assert guess(same, Choices(task="clustering")).tables["documents"][1]["label"] == "label"


def test_pairs_of_one_language_without_a_label_are_asked_about():
    for names in (("question1", "question2"), ("sentence1", "sentence2")):
        with pytest.raises(Unclear):
            guess({"test": pairs().set_axis(names, axis=1)})


def test_all_guesses_are_given_so_that_a_person_may_choose_another():
    found = guesses({"pairs": pairs(label=ZERO_ONE)})
    assert [one.task for one in found][:2] == ["pair_classification", "sts"]
    assert found[0].confidence > found[1].confidence
    incomplete = [one for one in found if one.missing]
    assert incomplete and found[-len(incomplete) :] == incomplete
    assert guess({"pairs": pairs(label=ZERO_ONE)}, Choices(task="sts")).task == "sts"


def test_what_is_no_task_is_said_with_what_is_lacking():
    with pytest.raises(BadDataset, match=r"corpus \(doc_id, title, text\) are not enough for a task"):
        guess({"corpus": CORPUS[["doc_id", "title", "text"]].iloc[:4]}, Choices(task="sts"))
    with pytest.raises(Unclear, match="--task retrieval"):
        guess({"data": table(a=TEXTS, b=TEXTS[::-1])})


def clustering(columns: dict[str, str]) -> Guess:
    return Guess("clustering", 0, {"documents": ("data", columns)}, 1.0, Message(""))


def test_columns_are_renamed_and_the_others_kept():
    data = table(utterance=["a", "b"], kind=["x", "y"], text=["old", "old"], year=["2024", "2025"], zip=["007", "1"])
    made = apply({"data": data}, clustering({"text": "utterance", "label": "kind"}))["documents"]
    assert list(made.columns) == ["text", "label", "text (file)", "year", "zip"]
    assert made["year"].tolist() == [2024, 2025] and made["zip"].tolist() == ["007", "1"]


def test_other_columns_that_are_called_like_one_of_the_task_are_marked():
    rows = table(id=ids("row"), query=ASKED, doc=TEXTS[::-1], label=ZERO_ONE, title=WORDS * 3)
    made = apply({"a": rows}, guess({"a": rows}))
    assert all(one.columns.is_unique for one in made.values())
    assert made["qrels"]["id (file)"].tolist() == ids("row")  # another one with each judgement, so it is theirs


def sts(score: list[object]) -> pd.DataFrame:
    rows = len(score)
    return apply(
        {"a": table(sentence1=["x"] * rows, sentence2=["y"] * rows, score=score)},
        Guess(
            "sts", 0, {"pairs": ("a", {name: name for name in ("sentence1", "sentence2", "score")})}, 1.0, Message("")
        ),
    )["pairs"]


def test_numbers_are_read_from_text_and_a_wrong_one_is_named_with_its_row():
    assert sts(["1", " 2.5 ", "1e-1"])["score"].tolist() == [1.0, 2.5, 0.1]
    with pytest.raises(BadDataset) as caught:
        sts(["1", "2", "high"])
    assert str(caught.value) == "Row 3 of pairs: 'high' in the column 'score' is not a number."
    with pytest.raises(BadDataset, match="'0,5' in the column 'score' is not a number"):
        sts(["0,5"])


def labels(cells: list[object]) -> list[object]:
    data = table(text=["t"] * len(cells), label=cells)
    return apply({"data": data}, clustering({"text": "text", "label": "label"}))["documents"]["label"].tolist()


def test_labels_are_texts_whole_numbers_or_lists_of_them():
    assert labels(["a", "1"]) == ["a", "1"]
    assert labels(["0", "12"]) == [0, 12]
    assert labels(["01", "2"]) == ["01", "2"]
    assert labels(['["a", "b"]', "[]"]) == [["a", "b"], []]
    assert labels([["1", "2"], ["3"]]) == [[1, 2], [3]]
    assert labels(['["a"]', "['a', 'b']"]) == [["a"], ["a", "b"]]
    with pytest.raises(BadDataset, match=r"Row 2 of documents: .* is not a JSON list such as"):
        labels(['["a"]', "[a, b]"])


def test_a_column_that_is_needed_but_not_mapped_is_named():
    with pytest.raises(BadDataset, match=r"The table 'data' has no column for 'label'; it has text, label\."):
        apply({"data": labelled()}, clustering({"text": "text"}))


def test_ids_stay_as_they_are_written():
    tables = {"corpus": CORPUS.assign(doc_id="007"), "queries": QUERIES, "qrels": QRELS}
    assert set(apply(tables, guess(tables))["corpus"]["id"]) == {"007"}


@given(st.lists(st.text(max_size=9) | st.none(), max_size=30))
def test_any_column_of_texts_can_be_looked_at(cells: list[str | None]):
    held = facts(pd.Series(cells, dtype="str"))
    assert 0 <= held.numbers <= 1 and 0 <= held.distinct <= 1


def test_the_tasks_own_tables_are_the_first_of_its_layouts():
    for task in plugins.tasks().values():
        assert layouts(task)[0].tables == task.tables


def test_columns_of_equal_cells_are_told_apart_by_name_kind_and_gaps():
    whole = pd.Series([1, 2, 3, 4, 5, 6], name="id")
    assert facts(whole).is_running and not facts(whole.rename("distance")).is_running and facts(whole).is_running
    assert facts(whole.astype("str")).numbers == 1.0 and facts(whole.astype("str").replace("6", "six")).numbers < 1.0
    assert facts(whole).missing == 0.0 and facts(whole.where(whole < 6)).missing == pytest.approx(1 / 6)


def test_a_topic_written_out_beside_graded_documents_is_a_query_and_no_id_nor_only_a_class():
    topics = ["opening hours on holidays", "lost library card", "printing costs per page", "late fees for films"]
    documents = [f"In the library, {topic} are told at the front desk on floor {n}." for n, topic in enumerate(topics)]
    rows = [(topic, document, 3 if one == other else (one + other) % 2)
            for one, topic in enumerate(topics) for other, document in enumerate(documents)]  # fmt: skip
    for names in (["topic", "document", "grade"], ["topic", "document", "label"], ["topic", "text", "relevance"]):
        found = guesses({"judged": pd.DataFrame(rows, columns=names)})
        wanted = dict(zip(("query", "document", "score"), names, strict=True))
        assert {"pairs": ("judged", wanted)} in [one.tables for one in rivals(found) if one.task == "reranking"]


def test_what_its_name_calls_wrong_is_no_document():
    texts = [f"Whoever asks number {n} hears that the reading room closes at {n} today." for n in range(8)]
    asked = [f"when does reading room {n} close" for n in range(8)]
    for name in ("negative", "错误答案", "answer (wrong)"):
        with pytest.raises(BadDataset, match="not enough for a task"):
            guess({"t": pd.DataFrame({"query": asked, "positive": [None] * 8, name: texts})})


def test_a_column_that_is_there_and_empty_is_named_where_a_task_lacks_it():
    with pytest.raises(BadDataset, match=r"needs pairs\.document; answer is there, but holds nothing"):
        guess({"t": pd.DataFrame({"question": [f"when does room {n} close" for n in range(8)], "answer": [None] * 8})})


def test_labels_of_a_test_that_are_learnt_tell_which_nameless_column_has_them():
    kinds, words = ["loan", "repair", "hours"], ["bread", "rain", "chess", "iron", "sleep", "sand", "wool", "salt"]
    rows = [(kinds[n % 3], f"somebody asks about {words[n % 8]} on day {n}") for n in range(24)]
    train, test = (pd.DataFrame(part, columns=["column 1", "column 2"]) for part in (rows[:18], rows[18:]))
    one = guess({"train": train, "test": test})
    assert one.task == "classification" and one.tables["test"][1] == {"text": "column 2", "label": "column 1"}
    others = guesses({"train": train, "test": test.replace({"column 1": {"loan": "lost", "hours": "fees"}})})
    assert others[0].worth < one.worth
