"""Is what pages put together themselves written one way, in both languages?"""

import ast
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from engine.comparison.item_features import COLUMN
from engine.datasets import library
from engine.datasets.conversion import conform
from engine.datasets.profile import profile
from engine.notation import unbroken
from engine.types import BadDataset, Column, Message
from pages.parts import chart_choices, charts, lists
from pages.parts.datasets import profile as profile_page
from pages.parts.language import _, listed, metric_title, named, reading, say, together
from pages.parts.markdown import escape
from pages.parts.runs import plan
from pages.parts.weak_spots.slice_names import describe

PAGES = Path(__file__).parents[2] / "pages"


def test_names_sentences_and_values_stand_together_as_each_language_has_it():
    with reading("en"):
        assert (listed(["a", "b"]), together("One.", "", "Two."), named("a", 1200)) == ("a, b", "One. Two.", "a: 1,200")
    with reading("zh"):
        assert (listed(["a", "b"]), together("一。", "", "二。"), named("a", 1200)) == ("a、b", "一。二。", "a：1,200")


@pytest.mark.parametrize(
    ("code", "text"), [("en", "its lead over a, b and c may be luck"), ("zh", "但与 a、b 和 c 的差距可能只是运气")]
)
def test_several_models_are_named_as_a_sentence_names_them(code: str, text: str):
    names = Message("{names} and {last}", {"names": ("a", "b"), "last": "c"})
    luck = (
        "On {dataset}, {best} scores highest ({metric} {score}), but its lead over {tied} may be luck: {gap} ({test}). "
        "With {items}, only differences above about {least} can be seen."
    )
    values = dict.fromkeys(("dataset", "best", "score", "gap", "test", "items", "least"), "–")
    with reading(code):
        assert text in say(Message(luck, values | {"tied": names, "metric": "nDCG@10"}))


def test_what_a_cell_should_be_is_said_in_the_language_of_the_sentence():
    column = Column("score", "number", True, "")
    with pytest.raises(BadDataset) as told, reading("zh"):
        conform({"pairs": pd.DataFrame({"score": ["1", "high"]})}, {"pairs": (column,)})
    with reading("zh"):
        assert say(told.value) == "pairs 表第 2 行：'score' 列的 'high' 不是数字。"
    assert str(told.value) == "Row 2 of pairs: 'high' in the column 'score' is not a number."


def test_every_box_for_several_says_what_to_do_in_the_visitors_language():
    silent = []
    for path in PAGES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "multiselect":
                silent += [] if any(word.arg == "placeholder" for word in node.keywords) else [(path.name, node.lineno)]
    assert silent == []  # Streamlit's own words are English


def test_metrics_and_languages_have_chinese_names_without_spaces_around_them():
    with reading("zh"):
        assert [*map(metric_title, ("accuracy", "recall_at_10", "ndcg_at_10"))] == ["准确率", "召回率@10", "nDCG@10"]
        assert _("{metric} [95% interval]", metric=metric_title("accuracy")) == "准确率 [95% 区间]"
        spoken = Message(
            "The texts are in {asked}; the model was made for {known}.", {"asked": "zh, fr", "known": "en"}
        )
        assert say(spoken) == "文本语言为中文、法语；模型面向英语。"


def test_the_ends_of_a_slice_of_numbers_are_written_as_numbers_are():
    with reading("en"):
        assert describe(f"{COLUMN}size: 1200 – 6.6e+04 & {COLUMN}share: -0.5 – 0.3333") == (
            "size: 1,200 to 66,000 & share: −0.500 to 0.333"
        )


def test_a_script_is_called_in_the_slices_as_everywhere():
    for code, said in (("en", "script: Chinese"), ("zh", "文字系统：中文")):
        with reading(code):
            assert describe("script: Han") == said


def test_no_line_breaks_within_an_interval_or_a_p_value_and_what_people_wrote_stays():
    said = unbroken("By +0.120 [0.074, 0.169] (p ≤ 0.0001; p = 0.004). See [1 and 2], item [a, b].")
    assert said.split(" ") == [
        "By", "+0.120", "[0.074,\u00a00.169]", "(p\u00a0≤\u00a00.0001;", "p\u00a0=\u00a00.004).",
        "See", "[1", "and", "2],", "item", "[a,", "b].",
    ]  # fmt: skip
    assert "\u00a0" in escape("[−0.226, 0.028]")


def test_numbers_below_nothing_have_a_minus_in_lists_and_differences_a_sign():
    table = pd.DataFrame({"difference": [-0.7, 0.25], "a": [0.0, 1.0], "cosine": [-0.5, 0.1]})
    styled, columns = lists.negative(table, {name: lists.number(name) for name in table})
    styled._compute()
    rows = styled._translate(False, False)["body"]
    assert [[cell["display_value"] for cell in row][1::2] for row in rows] == [
        ["−0.700", "−0.500"],
        ["+0.250", "0.100"],
    ]
    formats = {name: column.get("type_config", {}).get("format") for name, column in columns.items()}
    assert formats == {"difference": None, "a": "%.3f", "cosine": None}


def test_a_name_is_cut_before_its_markup_is_escaped():
    assert chart_choices.ticks(["<b>bold</b> & [a](http://b)"], 9)["ticktext"] == [
        "&lt;b&gt;bold&lt;/b&gt; &amp; [a](htt…"
    ]


def test_a_model_that_is_on_every_machine_keeps_its_colour_whatever_was_run(home: Path):
    assert charts.colours(["bm25", "tfidf"]) == {"tfidf": charts.PALETTE[1], "bm25": charts.PALETTE[2]}


def test_the_title_of_a_metric_with_its_interval_is_one_line(home: Path):
    board = pd.DataFrame({"label": ["a"], "score": [0.5], "low": [0.4], "high": [0.6]})
    with reading("en"):
        figure = charts.fit(charts.intervals(board, "precision_at_1000"), 300)
    assert figure.layout.xaxis.title.text == "Precision@1000 [95% interval]"


def test_the_curve_of_lengths_has_room_above_its_peak_and_ticks_at_powers_of_ten():
    figure = profile_page.lengths(profile(library.load("helpcentre_en")).texts)
    peak = max(float(np.max(line.y)) for line in figure.data)
    assert figure.layout.yaxis.range[1] > 1.05 * peak and figure.layout.xaxis.dtick == 1


def test_what_takes_less_than_a_megabyte_takes_no_nought_of_them():
    with reading("en"):
        assert plan.total(0.1, 0.0, loading=False) == "Under a second and < 1 MB in total."
        assert plan.total(30, 1_536.2, loading=False) == "About 30 seconds and 1,536 MB in total."


def test_columns_of_a_table_keep_their_notation_when_others_get_theirs():
    table = pd.DataFrame({"gap": [-0.1234567], "p": [0.00012], "seconds": [0.01]})
    styled = lists.chances(lists.amounts(lists.signed(table, ["gap"]), {"seconds": 1}), "p")
    cells = [cell["display_value"] for cell in styled._translate(False, False)["body"][0][1:]]
    assert cells == ["−0.123", "0.00012", "< 0.1"]


def test_differences_of_a_column_have_the_decimals_that_show_the_smallest():
    table = pd.DataFrame({"gap": [0.0, 0.00056, -0.012, float("nan")], "low": [0.0, -0.01, -0.02, float("nan")]})
    rows = lists.signed(table, ["gap", "low"])._translate(False, False)["body"]
    cells = [[cell["display_value"] for cell in row[1:]] for row in rows]
    assert cells == [["0.00000", "0.00000"], ["+0.00056", "−0.01000"], ["−0.01200", "−0.02000"], ["–", "–"]]


def test_a_long_name_beside_a_picture_is_broken_and_keeps_its_end():
    name = "all-MiniLM-L6-v2 · query “Represent this sentence for searching relevant passages” bccb · 64 tokens"
    figure = go.Figure(go.Scatter(x=[1, 2], y=["tfidf", name]))
    figure.update_yaxes(type="category")
    charts.fit(figure, 300)
    first, *others = figure.layout.yaxis.ticktext[1].split("<br>")
    assert figure.layout.yaxis.tickvals == ("tfidf", name) and figure.layout.yaxis.ticktext[0] == "tfidf"
    assert first.endswith("…") and others[-1].endswith("64 tokens") and len(others) == 2
