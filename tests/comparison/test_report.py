"""The report: one file, nothing from elsewhere, nothing of the texts unless asked, and no markup but its own."""

import re
from html.parser import HTMLParser
from xml.etree.ElementTree import fromstring

import numpy as np
import pandas as pd
import pytest

from engine.comparison.report import Ask, caption, failures, markup, picture, report, telling_items
from engine.comparison.report.subject import Subject
from engine.datasets import library
from engine.models import catalogue
from engine.results import frames
from engine.results.store import Results
from engine.runs import evaluate

HOSTILE = '<script>alert(1)</script> <img src=http://192.0.2.1/x> & "quoted" 中文 مرحبا =1+1'


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


def test_the_report_holds_question_answer_figures_settings_versions_and_fingerprint(known):
    dataset, runs, results = known
    text = report(dataset, runs, results, ask=Ask())
    words = " ".join(read(text).words)
    assert "Which embedding model is best on" in words and re.search(r"scores highest|is better than", words)
    assert "nDCG@10 (further right is better)" in words and "Could it be luck?" in words
    assert dataset.fingerprint in words and "numpy" in words and results.runs()["id"][0] in words
    for row in runs.itertuples():
        assert picture.interval(row.score, row.low, row.high) in words


def test_nothing_is_fetched_and_no_script_runs(known):
    dataset, runs, results = known
    found = read(report(dataset, runs, results, ask=Ask(texts=True)))
    assert not found.addresses
    assert not {"script", "img", "link", "iframe"} & set(found.tags)


def test_texts_are_left_out_unless_they_are_asked_for_and_then_shown_as_they_are(known):
    dataset, runs, results = known
    without = " ".join(read(report(dataset, runs, results, ask=Ask())).words)
    assert not re.search(r"word\d", without)
    with_texts = " ".join(read(report(dataset, runs, results, ask=Ask(texts=True))).words)
    assert f"{HOSTILE} word" in with_texts


def test_slices_named_by_words_of_the_data_are_left_out_with_the_texts():
    assert failures.quotes("topic: parcel · customs") and failures.quotes("characters: 3 – 9 & label: secret project")
    assert failures.quotes("column ward: east") and not failures.quotes("characters: 3 – 9 & script: Han")


def test_where_it_fails_lists_what_is_worst_for_the_best_model_and_nothing_on_which_it_does_better(known, monkeypatch):
    dataset, runs, results = known
    about = Subject(dataset, runs, results)
    half = np.arange(30) < 15
    traits = pd.DataFrame({"script": np.where(half, "Han", "Latin")})
    monkeypatch.setattr(failures.item_features, "traits", lambda *_: traits)
    noise = np.linspace(0, 0.01, 30)
    best, other = np.where(half, 0.2, 0.9) + noise, np.where(half, 0.1, 1.0) - noise
    sides = [pd.DataFrame({"item": [f"q{row}" for row in range(30)], "measure": went}) for went in (best, other)]
    monkeypatch.setattr(failures, "_sides", lambda *_: sides)
    found = failures.failures(about, texts=False)
    words, further = (" ".join(read("".join(parts)).words) for parts in (found.kinds, found.details))
    assert "does worse than on all others, the worst first:" in words and "script: Chinese" in words
    assert "script: Latin" not in words and "script: Latin" in further  # where the second one gains on it
    assert "Figures are means" in words and "Figures are means" not in further  # said once
    monkeypatch.setattr(failures.item_features, "traits", lambda *_: traits.iloc[::-1].assign(script="Han"))
    words = " ".join(read("".join(failures.failures(about, texts=False).kinds)).words)
    assert "No kind of items stands apart as worse for" in words


def test_every_sentence_goes_through_the_translator(known):
    dataset, runs, results = known
    text = report(dataset, runs, results, ask=Ask(language="zh"), say=lambda message: f"«{message}»")
    assert '<html lang="zh">' in text
    assert ">«What it costs»</h2>" in text and ">«Method»</h2>" in text


def test_the_colours_of_the_picture_say_no_less_than_the_headline(known):
    dataset, runs, results = known
    about = Subject(dataset, runs, results)
    said = {True: "Blue: the best. Grey: worse", False: "Blue: each may be the best"}
    for p in (0.001, 0.9):
        about.__dict__["p"] = np.array([np.nan, p])
        about.__dict__.pop("best", None)
        better = "is better than" in str(about.answer())
        assert better == (p < 0.05) and said[better] in str(caption(about))


def test_no_term_of_statistics_stands_before_the_method(known):
    dataset, runs, results = known
    words = " ".join(read(report(dataset, runs, results, ask=Ask())).words).partition("Method")[0]
    assert not re.search(r"max-T|Holm|false discovery|power 80|bootstrap|share texts", words)


def test_one_model_alone_has_a_report_without_a_verdict(known):
    dataset, runs, results = known
    text = report(dataset, runs.head(1), results, ask=Ask(texts=True))
    assert 'class="verdict"' not in text and "nothing to compare it with yet" in text


@pytest.mark.parametrize(
    ("went", "told"),
    [
        (([0.2, 0.9, 0.1],), {"Hardest for {best}": 2}),
        (
            ([0.2, 0.9, 0.1], [0.8, 0.3, 0.1]),
            {
                "Where {second} does better than {best}": 0,
                "Where {best} does better than {second}": 1,
                "Hardest for both": 2,
            },
        ),
        (([0.5, 1.0], [0.5, 1.0]), {"Hardest for both": 0}),
        (([], []), {}),
    ],
)
def test_the_telling_items_are_the_widest_gaps_either_way_and_the_hardest(went, told):
    assert telling_items.telling([np.array(one, float) for one in went]) == told


def test_dots_stand_between_the_ends_of_their_intervals_and_names_are_letter_by_letter():
    rows = [picture.Row("a & b", 0.5, 0.4, 0.6, best=True), picture.Row("c", 0.7, np.nan, np.nan)]
    drawn = picture.drawing(rows, "F1 <of 100>", "alt")
    start, end = (float(value) for value in re.search(r'"interval" x1="([\d.]+)%" x2="([\d.]+)%"', drawn).groups())
    first, second = (float(value) for value in re.findall(r'cx="([\d.]+)%"', drawn))
    assert 0 < start < first < end < second < 100
    assert first == pytest.approx((start + end) / 2, abs=0.1)
    assert "a &amp; b" in drawn and "F1 &lt;of 100&gt;" in drawn and drawn.count('class="interval"') == 1


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.651, 0.702), (0.1, 0.9), (0.58001, 0.58009)])
def test_an_axis_has_at_least_three_numbers_that_differ_as_they_are_written(low: float, high: float):
    drawn = picture.drawing([picture.Row("a", (low + high) / 2, low, high)], "", "")
    ticks = re.findall(r'text-anchor="middle">([\d.]+)<', drawn)
    assert 3 <= len(ticks) == len(set(ticks)) <= 10


def test_a_slide_is_a_drawing_whose_lines_fit_also_in_chinese():
    slide = picture.slide([picture.Row("模型" * 40, 0.5, 0.4, 0.6)], "nDCG@10", "哪个模型最好" * 12, "<b> " * 60)
    root = fromstring(slide)
    headings = [one.text for one in root.iter() if one.get("class") == "heading"]
    assert len(headings) > 1 and max(map(len, headings)) <= 26 and "".join(headings) == "哪个模型最好" * 12
    assert "<b>" not in slide and "…" in slide


def test_an_interval_is_written_one_way_and_does_not_break():
    assert picture.interval(0.6881, 0.6666, 0.709) == "0.688\u00a0[0.667,\u00a00.709]"
    assert picture.interval(-0.02, -0.05, 0.01, sign=True) == "−0.020\u00a0[−0.050,\u00a00.010]"
    assert picture.interval(0.5, np.nan, np.nan) == "0.500" and picture.interval(np.nan, np.nan, np.nan) == "–"


def test_a_table_says_the_column_of_every_cell_and_keeps_numbers_whole():
    drawn = markup.table(["model", "F1 & co"], [("=cmd()|<i>", "0.5")], (1,))
    assert '<td data-head="model"><span dir="auto">=cmd()|&lt;i&gt;</span></td>' in drawn
    assert '<td class="number" data-head="F1 &amp; co"><span dir="auto">0.5</span></td>' in drawn


def test_numbers_that_are_none_are_empty_cells():
    assert markup.text(np.nan) == markup.text(None) == ""
