"""Marks on single judgements, and the dataset that comes of them."""

import json
import sqlite3

import pandas as pd
import pytest

from engine.datasets import corrections, library, marks
from engine.datasets.marks import Mark, Vote
from engine.inspection.label_noise.opinions import place
from engine.types import BadDataset, Dataset


def sts(home, scores=(1.0, 2.0, 3.0)) -> Dataset:
    pairs = pd.DataFrame({"sentence1": list("abc"), "sentence2": list("xyz"), "score": scores})
    return library.save("mine", "sts", {"pairs": pairs}, title="Mine", source="my desk", replace=True)


def searched(home) -> Dataset:
    corpus = pd.DataFrame({"id": ["d1", "d2", "d3"], "text": ["one", "two", "three"]})
    queries = pd.DataFrame({"id": ["q1", "q2"], "text": ["eins", "zwei"]})
    qrels = pd.DataFrame({"query_id": ["q1", "q2"], "corpus_id": ["d1", "d2"], "score": [1.0, 1.0]})
    return library.save("found", "retrieval", {"corpus": corpus, "queries": queries, "qrels": qrels})


def judged(dataset: Dataset) -> list[tuple]:
    return list(dataset.tables["qrels"].itertuples(index=False, name=None))


def test_a_later_mark_takes_the_place_of_an_earlier_one_and_other_states_of_the_data_do_not_see_it(home):
    marks.put("state", [Mark('["pairs", 1]', "drop"), Mark('["pairs", 2]', "keep")])
    marks.put("state", [Mark('["pairs", 1]', "replace", 2.0, 4.5)])
    assert marks.of("state")[-1] == Mark('["pairs", 1]', "replace", 2.0, 4.5)
    assert len(marks.of("state")) == 2 and marks.of("another") == []
    marks.remove("state", ['["pairs", 1]'])
    assert [one.action for one in marks.of("state")] == ["keep"]


def test_a_mark_or_a_vote_that_has_changed_on_the_disk_is_left_out_and_named(home):
    marks.put("state", [Mark('["pairs", 1]', "drop"), Mark('["pairs", 2]', "replace", 1.0, 4.5)])
    marks.vote("state", Vote("q", "a", "b", "first"))
    assert marks.damaged() == []
    with sqlite3.connect(home / "marks.sqlite") as connection:
        connection.execute("UPDATE marks SET value = '5.5' WHERE action = 'replace'")
        connection.execute("UPDATE votes SET choice = 'second'")
    assert [one.action for one in marks.of("state")] == ["drop"] and marks.votes("state") == []
    assert [str(one).split(" in ")[0] for one in marks.damaged()] == ["1 marks", "1 votes"]


def test_corrected_scores_replace_the_old_ones_and_dropped_rows_leave(home):
    dataset = sts(home)
    made = corrections.apply(
        dataset,
        [
            Mark(place("pairs", 0), "replace", 1.0, 4.5),
            Mark(place("pairs", 1), "drop"),
            Mark(place("pairs", 2), "keep"),
        ],
    )
    assert made.tables["pairs"][["sentence1", "score"]].values.tolist() == [["a", 4.5], ["c", 3.0]]
    assert made.fingerprint != dataset.fingerprint
    assert dataset.tables["pairs"]["score"].tolist() == [1.0, 2.0, 3.0]


def test_judgements_of_documents_are_changed_added_and_taken_out(home):
    made = corrections.apply(
        searched(home),
        [Mark(place("qrels", "q1", "d1"), "replace", 1.0, 2.0), Mark(place("qrels", "q1", "d3"), "replace", None, 1.0)],
    )
    assert judged(made) == [("q1", "d1", 2.0), ("q2", "d2", 1.0), ("q1", "d3", 1.0)]


@pytest.mark.parametrize("action", ["drop", "replace"])
def test_a_query_left_without_a_relevant_document_is_no_longer_judged(home, action):
    made = corrections.apply(searched(home), [Mark(place("qrels", "q2", "d2"), action, 1.0, 0.0)])
    assert judged(made) == [("q1", "d1", 1.0)]


def test_whole_numbers_stay_whole_and_lists_of_labels_change_at_their_level(home):
    documents = pd.DataFrame({"text": list("abcd"), "label": [["top", "x"], ["top", "y"]] * 2})
    dataset = library.save("levels", "clustering", {"documents": documents})
    made = corrections.apply(dataset, [Mark(place("documents", 1, 1), "replace", "y", "x")])
    assert made.tables["documents"]["label"].tolist() == [["top", "x"]] * 3 + [["top", "y"]]
    pairs = pd.DataFrame({"sentence1": ["a", "b"], "sentence2": ["c", "d"], "label": [0, 1]})
    dataset = library.save("pairs", "pair_classification", {"pairs": pairs})
    made = corrections.apply(dataset, [Mark(place("pairs", 0), "replace", 0, 1)])
    assert made.tables["pairs"]["label"].dtype == dataset.tables["pairs"]["label"].dtype


def test_a_mark_on_a_row_that_is_not_there_is_refused_in_one_sentence(home):
    with pytest.raises(BadDataset, match="row 9, but the table has 3 rows"):
        corrections.apply(sts(home), [Mark(place("pairs", 8), "drop")])


def test_a_new_version_is_a_dataset_like_any_other_and_says_what_it_comes_from(home):
    dataset = sts(home)
    made = corrections.keep(dataset, [Mark(place("pairs", 0), "replace", 1.0, 4.5)])
    entry = library.entries()["mine-v2"]
    assert library.load("mine-v2").fingerprint == made.fingerprint == entry.fingerprint != dataset.fingerprint
    assert entry.title == "Mine · v2"
    assert entry.source.startswith("my desk (mine ") and "1 judgements corrected" in entry.source
    again = corrections.keep(library.load("mine-v2"), [Mark(place("pairs", 1), "drop")])
    assert (again.name, again.title) == ("mine-v3", "Mine · v3")
    assert library.load("mine").tables["pairs"]["score"].tolist() == [1.0, 2.0, 3.0]


def test_nothing_is_kept_while_nothing_is_wrong(home):
    with pytest.raises(BadDataset, match="Nothing is marked as a mistake"):
        corrections.keep(sts(home), [Mark(place("pairs", 0), "keep")])


def test_the_file_of_marks_has_ids_the_old_and_the_new_judgement():
    table = marks.frame(
        [Mark(place("qrels", "q1", "文档 1"), "replace", None, 1.0), Mark(place("test", 4), "replace", "a", "b"),
         Mark(place("test", 5), "drop", "c")]
    )  # fmt: skip
    assert table.loc[0, ["table", "query_id", "corpus_id", "new"]].tolist() == ["qrels", "q1", "文档 1", "1.0"]
    assert pd.isna(table.loc[0, "old"])
    assert table.loc[1, ["row", "old", "new"]].tolist() == [5, "a", "b"]
    assert table.loc[2, "action"] == "drop" and pd.isna(table.loc[2, "new"])


def test_votes_are_kept_in_their_order_and_can_be_taken_back(home):
    one, other = Vote("q1", "d1", "d2", "first"), Vote("q2", "d1", "d3", "both")
    for vote in (one, other):
        marks.vote("state", vote)
    assert marks.votes("state") == [one, other]
    marks.unvote("state", one)
    assert marks.votes("state") == [other]


def test_places_of_strange_ids_are_read_back_as_they_were():
    assert json.loads(place("qrels", 'a"b', "日本 😀")) == ["qrels", 'a"b', "日本 😀"]
