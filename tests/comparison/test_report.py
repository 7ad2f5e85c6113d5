"""The report: one file, nothing from elsewhere, nothing of the texts unless asked, and no markup but its own."""

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from engine.comparison import markup
from engine.comparison.report import Ask, report
from engine.datasets import library
from engine.models import catalogue
from engine.results import frames
from engine.results.store import Results
from engine.runs import evaluate

HOSTILE = '<script>alert(1)</script> <img src=http://192.0.2.1/x> & "quoted" 中文'


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory):
    """Two lexical models on a small retrieval set whose every text is hostile."""
    home = tmp_path_factory.mktemp("reported")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARALLAX_HOME", str(home))
        texts = [f"{HOSTILE} word{row}" for row in range(30)]
        queries, documents = ([f"{letter}{row}" for row in range(30)] for letter in "qd")
        gold = [f"d{(row * 7) % 30}" for row in range(30)]
        given = {
            "corpus": pd.DataFrame({"id": documents, "text": texts}),
            "queries": pd.DataFrame({"id": queries, "text": texts}),
            "qrels": pd.DataFrame({"query_id": queries, "corpus_id": gold, "score": 1}),
        }
        dataset = library.save("hostile", "retrieval", given, title=HOSTILE, source=HOSTILE)
        for name in ("tfidf", "bm25"):
            evaluate.evaluate(catalogue.find(name), dataset, precision="float32")
        results = Results()
        yield dataset, frames.latest(results.runs()), results


class Reader(HTMLParser):
    """The tags of a page, what they point to, and its texts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        self.addresses += [str(value) for name, value in attrs if name in ("src", "href", "action", "data")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    return reader


def test_the_report_holds_verdict_leaderboard_settings_versions_and_fingerprint(known):
    dataset, runs, results = known
    text = report(dataset, runs, results, ask=Ask())
    words = " ".join(read(text).words)
    assert "nDCG@10" in words and "tfidf" in words and "bm25" in words
    assert re.search(r"On 30 items|scores highest", words)
    assert dataset.fingerprint in words and "numpy" in words and results.runs()["id"][0] in words
    assert all(f"{score:.4f}" in words for score in runs["score"])


def test_nothing_is_fetched_and_no_script_runs(known):
    dataset, runs, results = known
    found = read(report(dataset, runs, results, ask=Ask(cases=5, texts=True)))
    assert not found.addresses
    assert not {"script", "img", "link", "iframe"} & set(found.tags)


def test_texts_are_left_out_unless_they_are_asked_for_and_then_shown_as_they_are(known):
    dataset, runs, results = known
    without = " ".join(read(report(dataset, runs, results, ask=Ask(cases=5))).words)
    assert "word1" not in without and "q1" in without
    with_texts = " ".join(read(report(dataset, runs, results, ask=Ask(cases=5, texts=True))).words)
    assert f"{HOSTILE} word" in with_texts


def test_as_many_cases_as_asked_for_are_shown(known):
    dataset, runs, results = known
    rows = report(dataset, runs, results, ask=Ask(cases=4)).count("<tr><td>q")
    assert rows == 8
    assert "<tr><td>q" not in report(dataset, runs, results, ask=Ask(cases=0))


def test_every_sentence_goes_through_the_translator(known):
    dataset, runs, results = known
    text = report(dataset, runs, results, ask=Ask(language="zh"), say=lambda message: f"«{message}»")
    assert '<html lang="zh">' in text
    assert "<h2>«Leaderboard»</h2>" in text and "<h2>«Settings»</h2>" in text


def test_one_model_alone_has_a_report_without_a_verdict(known):
    dataset, runs, results = known
    text = report(dataset, runs.head(1), results, ask=Ask(texts=True))
    assert 'class="verdict"' not in text and "Leaderboard" in text


def test_dots_stand_between_the_ends_of_their_intervals():
    drawn = markup.dots([("a & b", 0.5, 0.4, 0.6), ("c", 0.7, float("nan"), float("nan"))], "alt")
    start, end = (float(value) for value in re.search(r'class="bar" x1="([\d.]+)" x2="([\d.]+)"', drawn).groups())
    first, second = (float(value) for value in re.findall(r'cx="([\d.]+)"', drawn))
    assert start < first < end < second
    assert first == pytest.approx((start + end) / 2, abs=0.1)
    assert "a &amp; b" in drawn and drawn.count('class="bar"') == 1


def test_numbers_that_are_none_are_empty_cells():
    assert markup.text(np.nan) == markup.text(None) == ""
