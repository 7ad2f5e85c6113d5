"""Are slices kept under their names, and do they find their texts again on every page?"""

import pandas as pd
import pytest

from engine.datasets import library
from engine.models import catalogue
from engine.results import slices
from engine.results.store import Results
from engine.runs.evaluate import evaluate
from engine.types import Dataset, UserError
from tests.pages.test_pages import visit


def pairs(texts: list[str]) -> Dataset:
    table = pd.DataFrame({"sentence1": texts, "sentence2": [f"{text}!" for text in texts], "score": range(len(texts))})
    return library.save("mine", "sts", {"pairs": table}, replace=True)


def found(*queries: str) -> Dataset:
    corpus = pd.DataFrame({"id": ["d0", "d1", "d2"], "title": ["", "T", ""], "text": ["zero", "one", "two"]})
    qrels = pd.DataFrame({"query_id": ["q0", "q1", "q1"], "corpus_id": ["d0", "d1", "d2"], "score": [1, 1, 0]})
    asked = pd.DataFrame({"id": [f"q{at}" for at in range(len(queries))], "text": queries})
    return library.save("found", "retrieval", {"corpus": corpus, "queries": asked, "qrels": qrels}, replace=True)


def test_a_slice_is_kept_renamed_exported_and_deleted(home):
    dataset = pairs(["a", "b", "c"])
    made = slices.save("  my  slice ", dataset, {"sentence1": [2, 0, 2], "sentence2": []})
    assert slices.named("mine") == {"my slice": made}
    assert (made.rows, made.size) == ({"sentence1": (0, 2)}, 2)
    assert slices.table(made, dataset)[["field", "row", "text"]].to_numpy().tolist() == [
        ["sentence1", 0, "a"],
        ["sentence1", 2, "c"],
    ]
    slices.rename("mine", "my slice", "二")
    assert slices.named("mine")["二"].rows == made.rows and slices.named("other") == {}
    slices.delete("mine", "二")
    assert slices.named("mine") == {}


def test_a_name_that_will_not_do_is_answered_with_what_is_right(home):
    dataset = pairs(["a", "b", "c"])
    slices.save("one", dataset, {"sentence1": [0]})
    slices.save("two", dataset, {"sentence1": [0]})
    for name, said in ((" ", "Give the slice a name"), ("one", "already"), ("x" * 61, "61 letters")):
        with pytest.raises(UserError, match=said):
            slices.save(name, dataset, {"sentence1": [1]})
    with pytest.raises(UserError, match="already"):
        slices.rename("mine", "one", "two")
    with pytest.raises(UserError, match="nothing to keep"):
        slices.save("three", dataset, {"sentence1": []})
    with pytest.raises(UserError, match="No slice of this dataset is called 'four'"):
        slices.delete("mine", "four")


def test_a_changed_dataset_leaves_its_slices_behind(home):
    before = pairs(["a", "b", "c"])
    slices.save("one", before, {"sentence1": [0]})
    after = pairs(["a", "b", "d"])
    assert list(slices.current("mine", before.fingerprint)) == ["one"]
    assert slices.current("mine", after.fingerprint) == {} and list(slices.named("mine")) == ["one"]


def test_items_are_found_by_any_of_their_texts_and_by_all_copies(home):
    dataset = pairs(["a", "b", "a", "c"])
    items = pd.DataFrame({"item": list("0123"), "measure": 1.0})
    by_second = slices.save("second", dataset, {"sentence2": [1]})
    by_copy = slices.save("copy", dataset, {"sentence1": [0]})
    assert slices.judged(by_second, dataset, items).tolist() == [False, True, False, False]
    assert slices.judged(by_copy, dataset, items).tolist() == [True, False, True, False]


def test_what_is_kept_from_a_list_of_items_finds_those_items_again(home):
    dataset = pairs(["a", "b", "c", "d"])
    items = pd.DataFrame({"item": ["3", "1"], "measure": 1.0})
    made = slices.save("listed", dataset, slices.of_items(dataset, items))
    assert made.rows == {"sentence1": (1, 3), "sentence2": (1, 3)}
    every = pd.DataFrame({"item": list("0123"), "measure": 1.0})
    assert slices.judged(made, dataset, every).tolist() == [False, True, False, True]


def test_a_document_brings_the_queries_that_should_find_it(home):
    dataset = found("what is zero", "what is one")
    items = pd.DataFrame({"item": ["q1", "q0"], "measure": 1.0})
    judged = slices.judged(slices.save("one", dataset, {"corpus": [1]}), dataset, items)
    unjudged = slices.judged(slices.save("two", dataset, {"corpus": [2]}), dataset, items)  # grade 0 is not relevant
    assert judged.tolist() == [True, False] and unjudged.tolist() == [False, False]
    assert slices.table(slices.named("found")["one"], dataset)["id"].tolist() == ["d1"]


@pytest.mark.usefixtures("fresh_caches")
def test_the_duel_and_the_inspector_show_the_items_of_a_slice_alone(home):
    dataset = library.load("helpcentre_en")
    for model in ("tfidf", "bm25"):
        evaluate(catalogue.find(model), dataset)
    items = Results().items(Results().runs()["id"].iloc[0])
    made = slices.save("few", dataset, slices.of_items(dataset, items.iloc[:5]))
    for page in ("pages/explore/inspect.py", "pages/compare/duel.py"):
        at = visit(page, dataset="helpcentre_en", slice="few")
        assert not at.exception
        listed = next(one.value for one in at.dataframe if "text" in one.value)
        assert len(listed) == slices.judged(made, dataset, items).sum() == 5


@pytest.mark.usefixtures("fresh_caches")
def test_a_list_of_items_is_kept_by_a_press(home):
    evaluate(catalogue.find("tfidf"), library.load("topics_en"))
    at = visit("pages/explore/inspect.py", dataset="topics_en", find="the")
    at.text_input(key="inspect.slice.name").set_value("with the").run()
    at.button(key="inspect.slice.keep").click().run()
    assert list(slices.named("topics_en")) == ["with the"]
    assert at.selectbox(key="slice").options
