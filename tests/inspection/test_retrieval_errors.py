"""Is every query given the right kind of error, and the best passage of its documents?"""

import pandas as pd
import pytest

from engine.inspection import retrieval_errors
from engine.models import catalogue, truncation
from engine.texts import snippets
from engine.types import Dataset, ModelEntry

CORPUS = pd.DataFrame(
    {
        "id": ["right", "twin", "other", "open"],
        "text": ["reset the valve by hand now", "reset the valve by hand", "pay a bill", "call us"],
    }
)


def dataset(*judged: tuple[str, str, int]) -> Dataset:
    tables = {
        "corpus": CORPUS,
        "queries": pd.DataFrame({"id": ["q"], "text": ["valve?"]}),
        "qrels": pd.DataFrame(list(judged), columns=["query_id", "corpus_id", "score"]),
    }
    return Dataset("d", "retrieval", tables)


def items(ranks: list[list[int]], top: list[str] = ("other",)) -> pd.DataFrame:
    count = len(ranks)
    return pd.DataFrame(
        {
            "item": ["q", *(f"q{row}" for row in range(1, count))],
            "relevant_ranks": ranks,
            "relevant_ids": [["right"] * len(own) for own in ranks],
            "top_ids": [list(top)] * count,
            "top_scores": [[0.5] * len(top)] * count,
        }
    )


def test_every_query_is_of_one_kind_by_the_rank_of_its_first_right_answer():
    found = retrieval_errors.kinds(items([[40, 1], [0, 7], [11], [101], [0, 0], []]), dataset(("q", "other", 0)))
    assert found["kind"].tolist() == ["first", "near", "deep", "lost", "lost", "none"]
    assert found["rank"].tolist() == [1, 7, 11, 101, 0, 0]


@pytest.mark.parametrize(
    ("rank", "cut", "off"),
    [(2, {"right": 5}, True), (1, {"right": 5}, False), (2, {"right": 26}, False), (2, {"other": 1}, False)],
)
def test_a_query_is_cut_off_where_the_answer_lies_beyond_what_is_read_and_none_came_first(rank, cut, off):
    assert retrieval_errors.kinds(items([[rank]]), dataset(("q", "other", 0)), cut=cut)["cut"].tolist() == [off]


def test_a_long_answer_that_stands_before_the_cut_is_not_cut_off():
    text = "Reset the valve by hand. " + "Other words follow here. " * 100
    given = dataset(("q", "right", 1))
    corpus = pd.DataFrame({"id": ["right"], "text": [text]})
    given = Dataset("d", "retrieval", {**given.tables, "corpus": corpus})
    assert not retrieval_errors.kinds(items([[2]]), given, cut={"right": 500})["cut"].any()
    corpus["text"] = " ".join(text.split()[::-1])
    assert retrieval_errors.kinds(items([[2]]), given, cut={"right": 500})["cut"].all()


@pytest.mark.parametrize(
    ("top", "judged", "others", "missing"),
    [
        ("open", [], [{"q": "open"}], True),  # another model agrees
        ("open", [], [{"q": "other"}], False),
        ("twin", [], [], True),  # it nearly repeats the right answer
        ("other", [], [], False),
        ("twin", [("q", "twin", 0)], [{"q": "twin"}], False),  # somebody judged it
    ],
)
def test_a_judgement_is_probably_missing_where_another_model_agrees_or_the_text_repeats(top, judged, others, missing):
    given = dataset(("q", "right", 1), *judged)
    assert retrieval_errors.kinds(items([[2]], [top]), given, others)["missing"].tolist() == [missing]


def test_two_rankings_are_counted_by_what_they_share():
    assert retrieval_errors.moves(["a", "b", "c", "x"], ["c", "d", "a", "b"], 3) == {"both": 2, "a": 1, "b": 1}


def marked(found: snippets.Passage) -> list[str]:
    return [text for text, hit in found.pieces if hit]


def test_a_passage_holds_most_of_the_query_s_words_wherever_they_stand():
    text = "Nothing to see. " * 60 + "To reset heating schedules, open the app. " + "More words here. " * 60
    found = snippets.passage("How do I reset the heating schedule?", text)
    assert marked(found) == ["reset", "heating", "schedules"]
    assert "".join(piece for piece, _ in found.pieces) == text[found.start : found.end]
    assert text[found.start :].startswith("To reset")


def test_chinese_is_matched_by_pairs_of_characters():
    text = "其他内容，没有关系。" * 60 + "如果发票抬头有误，可以申请修改。" + "别的话。" * 80
    found = snippets.passage("发票抬头写错了怎么修改", text)
    assert marked(found) == ["发票抬头", "修改"]
    assert text[found.start :].startswith("如果")


def test_a_short_text_and_one_without_any_word_are_shown_from_their_beginning():
    assert snippets.passage("valve", "a valve").pieces == (("a ", False), ("valve", True))
    found = snippets.passage("nothing", "x" * 1000)
    assert (found.start, found.end, marked(found)) == (0, snippets.WIDTH, [])


def test_a_query_of_stop_words_alone_is_still_looked_for():
    assert marked(snippets.passage("who is it", "so who is it then")) == ["who", "is", "it"]


def test_where_a_model_stops_reading_is_told_by_its_own_tokenizer():
    entry = catalogue.find("all-MiniLM-L6-v2")
    text = "valve " * 400
    whole, cut = truncation.ends(entry, ["a short text", text])
    assert whole is None
    assert cut == 254 * len("valve ") - 1  # 256 tokens, two of them are marks
    assert truncation.ends(entry, [text], prompt="query: ") == [252 * len("valve ") - 1]  # the prompt takes two more


def test_a_model_that_counts_words_reads_everything():
    assert truncation.ends(ModelEntry("tfidf", "tfidf"), ["word " * 10_000]) == [None]


def test_a_query_that_finds_itself_in_the_corpus_is_no_missing_judgement():
    given = dataset(("q", "right", 1))
    corpus = pd.DataFrame({"id": ["q", "right"], "text": ["reset the valve by hand", "reset the valve by hand now"]})
    asked = pd.DataFrame({"id": ["q"], "text": ["reset the valve by hand"]})
    own = Dataset("d", "retrieval", {**given.tables, "corpus": corpus, "queries": asked})
    assert not retrieval_errors.kinds(items([[2]], ["q"]), own)["missing"].any()
    other = Dataset("d", "retrieval", {**own.tables, "queries": asked.assign(text="valve?")})
    assert retrieval_errors.kinds(items([[2]], ["q"]), other)["missing"].all()
