"""Which way numbers go and what a label denies is asked, and what only looks like a score is said."""

from pathlib import Path

import pandas as pd
import pytest

from engine.datasets.checks import check
from engine.datasets.mapping import Unclear
from engine.datasets.reading.application import Unsettled
from engine.datasets.reading.choices import Choices
from engine.datasets.reading.opening import open_file, told
from engine.datasets.recognition.directions import bare, falls, is_inverse, scale
from engine.readers.choice import read
from engine.types import BadDataset, Message

FIRST = [f"the {thing} is open on day {day}" for day in range(4) for thing in ("library", "workshop", "reading room")]
SECOND = [f"one can enter the {thing} on day {day}" for day in range(4) for thing in ("library", "workshop", "room")]
ASKED = [FIRST[row // 3] for row in range(12)]


def file(folder: Path, **columns: object) -> Path:
    path = folder / "data.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    "header",
    ["Rating (1 = same meaning, 5 = unrelated)", "评分（1=完全相同，5=无关）", "score (0 = identical, 4 = unrelated)",
     "score (1 = best, 5 = worst)", "相关性（1最相关，4不相关）", "label(0-同义,1-不同义)",
     "score (same=1, unrelated=5)",
     "score (lower is better)", "rating from 1 (identical) to 5 (unrelated)", "cost", "偏离度", "语义差距", "novelty",
     "irrelevance", "unrelatedness", "mismatch", "contradiction", "bad_match", "incompatible", "is_unrelated",
     "nonrelevant", "note (1 = identique, 5 = sans rapport)", "similitud (1=igual, 5=distinto)",
     "Bewertung (1=sehr ähnlich; 5=unähnlich)", "Note (1 = gleich, 6 = völlig verschieden)",
     "nota (1=uguale, 5=diverso)",
     "相似等级（1=完全相同，5=毫不相干）", "pertinence (1=très pertinent, 4=hors sujet)",
     "関連度(1=関連あり,4=関連なし)", "label (0 = duplicate, 1 = not)", "유사도 (1=동일, 5=무관)",
     "score (1 = samme betydning, 5 = unrelated)",
     "wrong", "isNotRelevant", "non-paraphrase", "是否不同", "无关", "不一致", "不等价", "非同义", "非重复", "误匹配"],
)  # fmt: skip
def test_numbers_that_fall_are_known_by_their_header(header: str):
    assert is_inverse(header)


@pytest.mark.parametrize(
    "header",
    ["Rating (1 = unrelated, 5 = same)", "评分（1=无关，5=完全相同）", "label (1=match, 0=no match)", "score (0-5)",
     "是否相似", "是不是相似", "similarity (0 = different, 1 = same)", "score (higher is better)", "index", "input",
     "similitud (1=distinto, 5=igual)", "Note (1 = völlig verschieden, 6 = gleich)", "label (0 = not, 1 = duplicate)",
     "ocena (1 = takie samo, 5 = inne)", "relevance (0 = irrelevant, 3 = vollkommen)",
     "intent", "information", "importance", "discussion", "no_of_matches", "无线网络相关", "marks (out of 5)"],
)  # fmt: skip
def test_numbers_that_rise_or_count_something_else_are_not_taken_to_fall(header: str):
    assert not is_inverse(header)


@pytest.mark.parametrize(
    ("header", "told"),
    [("ocena (1 = takie samo, 5 = inne)", "1 = takie samo, 5 = inne"), ("评分（1甲等，5庚等）", "1 = 甲等, 5 = 庚等"),
     ("score (same=1, unrelated=5)", "1 = same, 5 = unrelated"), ("score (0-5)", ""), ("score (1 to 5)", ""),
     ("1 - 5 stars", ""), ("rating: 1 point to 5 points", ""), ("得分（0分到5分）", ""), ("score (1 = best)", "")],
)  # fmt: skip
def test_a_header_says_what_its_numbers_mean(header: str, told: str):
    assert scale(header) == told


@pytest.mark.parametrize(
    ("named", "task", "turned"),
    [({"sentence1": FIRST, "sentence2": SECOND}, "sts", [5.0, 1.0, 3.0]),
     ({"query": ASKED, "document": SECOND}, "reranking", [4.0, 0.0, 2.0])],
)  # fmt: skip
def test_a_scale_in_unknown_words_is_asked_about_and_never_stored_unasked(tmp_path: Path, named, task, turned):
    header = "score (1 = takie samo, 5 = zupełnie inne)"
    path = file(tmp_path, **named, **{header: [1, 5, 3, 2] * 3})
    for said in (Choices(), Choices(task=task), Choices(task=task, threshold=3)):
        with pytest.raises(BadDataset, match="--invert") as caught:
            open_file(path, said)
        assert "--no-invert" in str(caught.value)
    for invert, scores in ((True, turned), (False, [1.0, 5.0, 3.0])):
        said = Choices(task=task, invert=invert, keep_grades=task != "sts")
        made = open_file(path, said).tables
        assert made["pairs" if task == "sts" else "qrels"]["score"].tolist()[:3] == scores


def test_a_column_is_named_as_the_file_names_it_though_its_scale_was_written_beside_it(tmp_path: Path):
    path = file(tmp_path, sentence1=FIRST, sentence2=SECOND, **{"score (1=best)": [1, 5, 3, 2] * 3})
    for header in ("score (1=best)", "score (1 = best, 5 = worst)"):
        opened = open_file(path, Choices(task="sts", columns={"score": header}, invert=True))
        assert opened.tables["pairs"]["score"].tolist()[:3] == [5.0, 1.0, 3.0]


def test_labels_in_unknown_words_are_asked_about_and_read_as_is_said(tmp_path: Path):
    header = "label (0 = takie samo, 1 = inne)"
    path = file(tmp_path, sentence1=FIRST, sentence2=SECOND, **{header: [1, 0, 0] * 4})
    for said in (Choices(), Choices(task="pair_classification")):
        with pytest.raises(BadDataset, match="--invert"):
            open_file(path, said)
    for invert, labels in ((True, [0, 1, 1]), (False, [1, 0, 0])):
        opened = open_file(path, Choices(task="pair_classification", invert=invert))
        assert opened.tables["pairs"]["label"].tolist()[:3] == labels


def test_a_scale_is_no_part_of_the_name():
    assert bare("评分（1=完全相同，5=无关）") == "评分" and falls("text (1)") is None
    assert bare("text (1)") == "text (1)"


@pytest.mark.parametrize("header", ["mismatch", "is_unrelated", "无关", "标签(0=相似,1=不相似)"])
def test_a_label_that_denies_is_asked_about_where_the_column_is_named_and_read_as_is_said(tmp_path: Path, header: str):
    path = file(tmp_path, sentence1=FIRST, sentence2=SECOND, **{header: [1, 0, 0] * 4})
    named = {"task": "pair_classification", "columns": {"label": header}}
    with pytest.raises(Unsettled, match="--alike 0 or --invert"):
        open_file(path, Choices(**named))
    for said, labels in (({"alike": ("0",)}, [0, 1, 1]), ({"invert": True}, [0, 1, 1]), ({"invert": False}, [1, 0, 0])):
        opened = open_file(path, Choices(**named, **said))
        assert opened.tables["pairs"]["label"].tolist()[:3] == labels
        assert "passed over" not in " ".join(map(str, told(opened)))


def test_a_document_that_is_not_relevant_is_never_read_as_right(tmp_path: Path):
    path = file(tmp_path, query=ASKED, document=SECOND, not_relevant=[0, 1, 1] * 4)
    with pytest.raises(Unclear) as caught:
        open_file(path)
    assert all(one.invert for one in caught.value.candidates if one.task in ("retrieval", "reranking"))
    opened = open_file(path, Choices(task="reranking", invert=True))
    assert opened.tables["qrels"]["score"].tolist()[:3] == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("header", ["relevance", "相关性（1最相关，4不相关）"])
def test_a_threshold_beside_an_inversion_is_reached_from_below(tmp_path: Path, header: str):
    path = file(tmp_path, query=ASKED, document=SECOND, **{header: [1, 4, 2] * 4})
    opened = open_file(path, Choices(task="reranking", threshold=2, invert=True))
    assert opened.tables["qrels"]["score"].tolist()[:3] == [1.0, 0.0, 1.0]
    assert "2 and less was read as 1" in " ".join(map(str, told(opened)))


def test_a_legend_beside_the_table_turns_its_scores_into_a_question(tmp_path: Path):
    with pd.ExcelWriter(tmp_path / "data.xlsx") as book:
        scored = pd.DataFrame({"sentence1": FIRST, "sentence2": SECOND, "评分": [1, 5, 3, 2] * 3})
        scored.to_excel(book, sheet_name="数据", index=False)
        legend = pd.DataFrame({"分值": [1, 5], "含义": ["完全相同", "无关"]})
        legend.to_excel(book, sheet_name="说明", index=False)
    with pytest.raises(Unclear, match="--invert"):
        open_file(tmp_path / "data.xlsx")


@pytest.mark.parametrize("sentinel", [-1, 99])
def test_a_number_far_from_all_others_is_a_warning(tmp_path: Path, sentinel: int, home: Path):
    scores = [sentinel if row % 5 == 0 else (row % 11) / 2 for row in range(60)]
    texts = {side: [f"{one} {row}" for row in range(5) for one in lines]
             for side, lines in (("sentence1", FIRST), ("sentence2", SECOND))}  # fmt: skip
    opened = open_file(file(tmp_path, **texts, score=scores), Choices(leave_out_unjudged=True))
    (problem,) = check("sts", opened.tables)
    assert problem.level == "warning" and f"In 12 rows of pairs, score is {sentinel}, far" in str(problem.message)
    assert "Nothing here needs --leave-out-unjudged" in " ".join(map(str, told(opened)))
    usual = opened.tables["pairs"].assign(score=[(row % 21) / 10 - 1 for row in range(60)])
    assert check("sts", {"pairs": usual}) == []


def test_addresses_are_no_texts(tmp_path: Path, home: Path):
    links = [f"https://example.org/{row}" for row in range(12)]
    path = file(tmp_path, query=ASKED, document=links, score=[0, 1, 1] * 4)
    columns = {"query": "query", "document": "document", "score": "score"}
    opened = open_file(path, Choices(task="reranking", columns=columns))
    said = [str(one.message) for one in check("reranking", opened.tables)]
    assert any(one.startswith("In 12 of 12 rows of corpus, text is a web address") for one in said)


def test_names_below_the_header_are_no_row_but_words_that_recur_are(tmp_path: Path):
    path = tmp_path / "data.csv"
    rows = "".join(f"{text},{'ab'[row % 2]}\n" for row, text in enumerate(FIRST))
    path.write_text(f"文本,分类\ntext,label\n{rows}", encoding="utf-8")
    assert read(path).tables["data"]["文本"].tolist() == FIRST
    path.write_text(f"文本,分类\ntext,label\n{rows}other,label\n", encoding="utf-8")
    assert len(read(path).tables["data"]) == 14


def test_what_is_wanted_of_a_cell_is_said_in_the_language_of_the_rest(tmp_path: Path):
    path = file(tmp_path, sentence1=FIRST, sentence2=SECOND, score=[*map(str, range(11)), "much"])
    with pytest.raises(BadDataset, match="'much' in the column 'score' is not a number") as caught:
        open_file(path, Choices(task="sts"))
    assert isinstance(caught.value.values["wanted"], Message)
