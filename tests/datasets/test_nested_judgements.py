"""What passages inside a record, or fields beside them, say is right: it is read, asked about, or refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.datasets.reading.choices import Choices
from engine.datasets.reading.opening import Opened, open_file, told
from engine.types import UserError

TEXTS = (
    "The main branch opens at nine on weekdays.", "Films go into the grey box beside the door.",
    "A lost card is replaced for three euros.", "The printer takes coins and library cards.",
)  # fmt: skip

TITLES = ("Opening hours", "Returning films", "Lost cards")


def opened(path: Path, records: list[Any], said: Choices = Choices()) -> Opened:  # noqa: B008
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), encoding="utf-8")
    return open_file(path, said)


def records(
    fields: list[dict[str, Any]], query: str = "question", column: str = "passages", text: str = "text", **more: Any
) -> list[Any]:
    """Six questions with the same passages, turned round a place each time."""
    made = []
    for n in range(6):
        places = [(n + at) % len(fields) for at in range(len(fields))]
        made.append({query: f"who asks for the number {n}", column: [{text: TEXTS[at], **fields[at]} for at in places],
                     **{name: turn(n, places) for name, turn in more.items()}})  # fmt: skip
    return made


def right(found: Opened) -> set[str]:
    """The texts that some query is judged to find."""
    qrels = found.tables["qrels"]
    ids = set(qrels.loc[qrels["score"].astype(float) > 0, "corpus_id"]) if "score" in qrels else set(qrels["corpus_id"])
    corpus = found.tables["corpus"]
    return set(corpus.loc[corpus["id"].isin(ids), "text"])


@pytest.mark.parametrize(
    "field",
    ["accepted", "采纳", "是否相关", "has_answer", "hasanswer", "hasAnswer", "gold", "is_correct", "meta", "judgment"],
)
def test_a_field_that_is_known_to_judge_says_which_passages_are_right(field: str, tmp_path: Path):
    yes: dict[str, tuple[Any, Any]] = {"采纳": (True, False), "是否相关": ("是", "否"), "judgment": (2, 0)}
    said = yes.get(field, (True, False))
    fields = [{field: {"label": one} if field == "meta" else one} for one in (said[0], said[1], said[1])]
    assert right(opened(tmp_path / "a.jsonl", records(fields))) == {TEXTS[0]}


def test_a_field_that_only_the_right_passage_has_leaves_the_others_wrong(tmp_path: Path):
    found = opened(tmp_path / "a.jsonl", records([{"votes": 3, "accepted": True}, {"votes": 1}, {"votes": 2}]))
    assert right(found) == {TEXTS[0]} and "votes" in " ".join(map(str, told(found)))


def test_a_retrievers_score_beside_true_and_false_is_no_grade(tmp_path: Path):
    fields = [{"id": str(n), "title": TITLES[n], "score": f"{80 - n}.5", "has_answer": n == 1} for n in range(3)]
    found = opened(tmp_path / "a.json", records(fields, column="ctxs", answers=lambda n, _: ["nine"]))
    assert found.task == "reranking" and right(found) == {TEXTS[1]} and "score" in " ".join(map(str, told(found)))
    assert "title" in found.tables["corpus"]


@pytest.mark.parametrize(
    "fields",
    [
        [{"votes": 3}, {"votes": 0}, {"votes": 1}],
        [{"rank": 1}, {"rank": 2}, {"rank": 3}],
        [{"upvotes": 7, "score": 3}, {"upvotes": 0, "score": 1}, {"upvotes": 1, "score": 0}],
        [{"similarity": 0.9}, {"similarity": 0.4}, {"similarity": 0.1}],
        [{"distance": 0.1}, {"distance": 0.4}, {"distance": 0.9}],
        [{"score": 0.91}, {"score": 0.33}, {"score": 0.12}],
        [{"is_irrelevant": False}, {"is_irrelevant": True}, {"is_irrelevant": True}],
        [{"verified": True}, {"verified": False}, {"verified": False}],
        [{"feedback": "helpful"}, {"feedback": "unhelpful"}, {"feedback": "unhelpful"}],
        [{"helpful": 4, "unhelpful": 0}, {"helpful": 0, "unhelpful": 2}, {"helpful": 0, "unhelpful": 1}],
        [{"relevance": "HIGH"}, {"relevance": "LOW"}, {"relevance": "MEDIUM"}],
    ],
)
def test_what_may_judge_the_passages_and_is_not_known_to_is_asked(fields: list[dict[str, Any]], tmp_path: Path):
    with pytest.raises(UserError) as error:
        opened(tmp_path / "a.jsonl", records(fields))
    assert "--" in str(error.value) and next(iter(fields[0])) in str(error.value)


def test_words_that_grade_passages_count_as_a_person_says(tmp_path: Path):
    fields = [{"relevance": "HIGH"}, {"relevance": "LOW"}, {"relevance": "MEDIUM"}]
    said = Choices(grades={"HIGH": 2, "MEDIUM": 1, "LOW": 0}, task="retrieval")
    assert right(opened(tmp_path / "a.jsonl", records(fields), said)) == {TEXTS[0], TEXTS[2]}


def test_true_in_a_field_of_a_wrong_name_is_not_right(tmp_path: Path):
    fields = [{"is_irrelevant": False}, {"is_irrelevant": True}, {"is_irrelevant": True}]
    said = Choices(columns={"score": "is_irrelevant"}, task="reranking", alike=("false",))
    assert right(opened(tmp_path / "a.jsonl", records(fields), said)) == {TEXTS[0]}
    with pytest.raises(UserError, match="--alike"):
        opened(tmp_path / "b.jsonl", records(fields), Choices(columns={"score": "is_irrelevant"}, task="reranking"))


IDS = [{"id": "p1"}, {"id": "p2"}, {"id": "p3"}]


@pytest.mark.parametrize(
    "beside",
    [
        {"gold_ids": lambda n, _: ["p1"]},
        {"correct_context": lambda _, places: [places.index(0)]},
        {"correct_passage": lambda _, places: places.index(0) + 1},
        {"gold": lambda _, places: places.index(0)},
        {"labels": lambda _, places: [int(at == 0) for at in places]},
        {"gold_passage": lambda *_: TEXTS[0]},
    ],
)
def test_passages_that_a_field_beside_them_names_are_right_and_the_others_are_not(beside: Any, tmp_path: Path):
    assert right(opened(tmp_path / "a.jsonl", records(IDS, **beside))) == {TEXTS[0]}


@pytest.mark.parametrize("said", [["p9"], [17]])
def test_a_name_that_is_none_of_the_passages_is_refused(said: list[Any], tmp_path: Path):
    with pytest.raises(UserError, match="gold_ids names"):
        opened(tmp_path / "a.jsonl", records(IDS, gold_ids=lambda *_: said))


def test_what_a_search_found_is_right_only_where_it_is_said_so(tmp_path: Path):
    found = records(IDS, column="retrieved_passages", gold_passages=lambda *_: [{"id": "p1", "text": TEXTS[0]}])
    assert right(opened(tmp_path / "a.jsonl", found)) == {TEXTS[0]}
    with pytest.raises(UserError, match="what a search found"):
        opened(tmp_path / "b.jsonl", records(IDS, column="retrieved_passages"))


@pytest.mark.parametrize(
    "beside",
    [
        {"correct_context": lambda _, places: [places.index(0)]},
        {"labels": lambda _, places: [int(at == 0) for at in places]},
        {"gold": lambda _, places: places.index(0)},
    ],
)
def test_texts_in_a_list_are_right_as_the_list_or_number_beside_them_says(beside: Any, tmp_path: Path):
    whole = records([{}, {}, {}], query="query", column="documents", **beside)
    plain = [one | {"documents": [each["text"] for each in one["documents"]]} for one in whole]
    assert right(opened(tmp_path / "a.jsonl", plain)) == {TEXTS[0]}


def test_places_that_may_count_from_0_or_from_1_are_refused(tmp_path: Path):
    plain = [{"query": f"who asks for {n}", "documents": [*TEXTS[:3]], "gold": 1} for n in range(6)]
    with pytest.raises(UserError, match="from 0 or from 1"):
        opened(tmp_path / "a.jsonl", plain)


@pytest.mark.parametrize(
    ("gold", "found"), [("context", "retrieval_context"), ("gold_answer", "retrieved_context")]
)  # fmt: skip
def test_what_was_retrieved_is_not_taken_for_what_is_right(gold: str, found: str, tmp_path: Path):
    wanted = [TEXTS[0]] if gold == "context" else TEXTS[0]
    whole: list[dict[str, Any]] = [
        {"input": f"who asks for the number {n}", "actual_output": f"I do not know {n}.", gold: wanted,
         found: [TEXTS[1], TEXTS[2]]}
        for n in range(6)
    ]  # fmt: skip
    answers = [f"Number {n} is the one." for n in range(6)]
    both = [one | {"expected_output": answer} for one, answer in zip(whole, answers, strict=True)]
    for name, rows, may in (("a", whole, set()), ("b", both, set(answers))):
        try:
            assert right(opened(tmp_path / f"{name}.jsonl", rows)) <= {TEXTS[0]} | may
        except UserError as error:
            assert "--" in str(error)


def test_of_several_raters_labels_the_commonest_counts_with_a_word(tmp_path: Path):
    whole = [
        {"text": f"{TEXTS[n % 4]} {n}",
         "annotations": [{"annotator": at, "label": "ab"[(n + (at == 3)) % 2]} for at in (1, 2, 3)]}
        for n in range(8)
    ]  # fmt: skip
    whole[0]["annotations"].pop()
    whole[0]["annotations"][1]["label"] = "b"
    found = opened(tmp_path / "a.jsonl", whole, Choices(task="clustering", leave_out_unjudged=True))
    documents = found.tables["documents"]
    assert documents["label"].tolist() == [*"bababab"] and "1 text has none" in " ".join(map(str, found.notes))


@pytest.mark.parametrize(
    ("column", "yes", "no"),
    [("answer", "accept", "reject"), ("answer", "accept", "ignore"), ("是否有效", "有效", "无效")],
)
def test_rows_that_were_rejected_do_not_count(column: str, yes: str, no: str, tmp_path: Path):
    whole = [{"text": f"{TEXTS[n % 4]} {n}", "label": "ab"[n % 2], column: no if n == 3 else yes} for n in range(8)]
    found = opened(tmp_path / "a.jsonl", whole, Choices(task="clustering"))
    assert len(found.tables["documents"]) == 7 and "1 row of a was left out" in " ".join(map(str, found.notes))


def folder(path: Path, **more: str) -> Path:
    texts = {
        "corpus.jsonl": "".join(json.dumps({"_id": f"d{n}", "text": text}) + "\n" for n, text in enumerate(TEXTS)),
        "queries.jsonl": "".join(json.dumps({"_id": f"q{n}", "text": f"who asks for {n}"}) + "\n" for n in range(3)),
    }
    for name, text in (texts | {name.replace("__", "."): text for name, text in more.items()}).items():
        (path / name).write_text(text, encoding="utf-8")
    return path


def test_ranks_of_a_search_are_no_judgements(tmp_path: Path):
    run = "".join(f"q{n}\td{(n + at) % 4}\t{at + 1}\n" for n in range(3) for at in range(4))
    with pytest.raises(UserError, match="ranks that a search gave"):
        open_file(folder(tmp_path, run__tsv=run))
    kept = open_file(tmp_path, Choices(columns={"qrels.score": "column 3"}))
    assert kept.tables["qrels"]["score"].astype(float).max() == 4


def test_a_trec_run_beside_judgements_is_left_over_with_a_word(tmp_path: Path):
    run = "".join(f"q{n} Q0 d{at} {at + 1} {9.5 - at} bm25\n" for n in range(3) for at in range(4))
    qrels = "".join(f"q{n}\td{n}\t1\n" for n in range(3))
    found = open_file(folder(tmp_path, bm25_run__trec=run, qrels__tsv="query-id\tcorpus-id\tscore\n" + qrels))
    assert right(found) == {*TEXTS[:3]} and "bm25_run.trec" in " ".join(map(str, told(found)))
