"""What only a person can say is asked, what a person says is done, and what was done is said."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from engine.datasets import library, mapping
from engine.datasets.mapping import Unclear, guess
from engine.datasets.reading.application import Unsettled, apply
from engine.datasets.reading.choices import Choices
from engine.datasets.reading.examples import example
from engine.datasets.reading.opening import open_file, told
from engine.statistics.judged_items import Items
from engine.types import BadDataset, UserError

FIRST = [f"the {thing} is open on day {day}" for day in range(4) for thing in ("library", "workshop", "reading room")]
SECOND = [f"one can enter the {thing} on day {day}" for day in range(4) for thing in ("library", "workshop", "room")]


def file(folder: Path, name: str = "data.csv", **columns: list[str]) -> Path:
    path = folder / name
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def lines(path: Path, said: Choices) -> str:
    return "\n".join(map(str, told(open_file(path, said))))


def test_labels_in_words_that_are_clear_are_read_and_said(tmp_path: Path):
    path = file(tmp_path, text1=FIRST, text2=SECOND, label=["duplicate", "different", "different"] * 4)
    assert open_file(path).tables["pairs"]["label"].tolist() == [1.0, 0.0, 0.0] * 4
    assert "The label duplicate was read as 1, alike; different as 0." in lines(path, Choices())


@pytest.mark.parametrize("labels", [["entailment", "neutral", "contradiction"], ["0", "1", "2"]])
def test_three_labels_of_pairs_are_asked_about_and_answered(tmp_path: Path, labels: list[str]):
    path = file(tmp_path, premise=FIRST, hypothesis=SECOND, label=labels * 4)
    with pytest.raises(Unsettled, match=f"--alike {labels[0]}"):
        open_file(path)
    assert open_file(path, Choices(alike=(labels[0],))).tables["pairs"]["label"].tolist() == [1.0, 0.0, 0.0] * 4
    made = open_file(path, Choices(alike=(labels[0],), unlike=(labels[2],))).tables["pairs"]
    assert made["label"].tolist() == [1.0, 0.0] * 4 and len(made) == 8
    with pytest.raises(UserError, match="No label is called 'same'"):
        library.load(path, Choices(alike=("same",)))


def test_a_label_that_is_negated_by_its_header_is_asked_about(tmp_path: Path):
    path = file(tmp_path, text1=FIRST, text2=SECOND, is_different=["yes", "no", "no"] * 4)
    with pytest.raises(BadDataset, match="--"):
        open_file(path, Choices(task="pair_classification", columns={"label": "is_different"}))


def test_several_labels_in_a_cell_are_noticed_and_parted_as_is_said(tmp_path: Path):
    cells = ["loan;fine", "loan", "fine", "repair;loan", "repair", "fine;repair"] * 2
    path = file(tmp_path, text=FIRST, label=cells)
    with pytest.raises(Unsettled, match="--label-separator ';'"):
        open_file(path, Choices(task="clustering"))
    parted = open_file(path, Choices(task="clustering", separator=";"))
    assert parted.tables["documents"]["label"].iloc[0] == ["loan", "fine"]
    whole = open_file(path, Choices(task="clustering", separator="none"))
    assert whole.tables["documents"]["label"].iloc[0] == "loan;fine"


def test_one_labelled_table_is_split_by_label_with_a_seed_and_that_is_kept(tmp_path: Path, home: Path):
    path = file(tmp_path, text=FIRST, label=["a", "a", "b"] * 4)
    with pytest.raises(Unsettled, match="--test-share"):
        open_file(path, Choices(task="classification"))
    opened = open_file(path, Choices(task="classification", test_share=0.25))
    again = open_file(path, Choices(task="classification", test_share=0.25))
    assert opened.tables["test"]["label"].value_counts().to_dict() == {"a": 2, "b": 1}
    assert not {*opened.tables["test"]["text"]} & {*opened.tables["train"]["text"]}
    assert opened.tables["test"]["text"].tolist() == again.tables["test"]["text"].tolist()
    assert library.from_file("data.csv", opened).settings == {"test_share": 0.25}


def test_what_the_file_calls_the_column_of_groups_is_kept_and_said_of_them(tmp_path: Path, home: Path):
    score = [str(row % 6) for row in range(12)]
    path = file(tmp_path, sentence1=FIRST, sentence2=SECOND, score=score, topic=["a", "b", "c", "d"] * 3)
    opened = open_file(path, Choices(task="sts", columns={"group": "topic"}))
    read = library.from_file("data.csv", opened)
    kept = library.save("groups", read.task, read.tables, settings=read.settings)
    for one in (read, kept, library.load("groups")):
        assert str(Items.of(one).said) == "12 items in 4 groups that the file names in topic"
    path = file(tmp_path, "own.csv", sentence1=FIRST, sentence2=SECOND, score=score, group=["a", "b", "c", "d"] * 3)
    assert "that the file names in group" in str(Items.of(library.from_file("own.csv", open_file(path))).said)


def test_rows_that_nobody_has_judged_are_left_out_with_a_word(tmp_path: Path):
    path = file(tmp_path, sentence1=FIRST, sentence2=SECOND, score=["1.5", "", "3.5", "2.0"] * 3)
    with pytest.raises(Unsettled, match=r"3 of 12 row.*--leave-out-unjudged"):
        open_file(path)
    said = Choices(leave_out_unjudged=True)
    assert len(open_file(path, said).tables["pairs"]) == 9
    assert "3 rows without a judgement in score were left out." in lines(path, said)


def test_the_candidates_are_named_with_an_example_and_the_options_that_choose_each(tmp_path: Path):
    path = file(tmp_path, a=FIRST, b=SECOND)
    with pytest.raises(Unclear) as caught:
        open_file(path)
    assert "“the library is open on day 0” should find “one can enter the library on day 0”" in str(caught.value)
    tables = {"data": pd.read_csv(path).astype("str")}
    for one in caught.value.candidates:
        (given, columns) = next(iter(one.tables.values()))
        chosen = mapping.guess(tables, Choices(task=one.task, columns=columns, tables={next(iter(one.tables)): given}))
        assert (chosen.task, chosen.tables) == (one.task, one.tables)


def test_naming_the_task_makes_no_column_surer(tmp_path: Path):
    path = file(tmp_path, a=FIRST, b=SECOND)
    with pytest.raises(Unclear):
        open_file(path, Choices(task="retrieval"))


def test_a_column_that_is_said_is_taken_and_one_that_is_not_there_is_named(tmp_path: Path):
    path = file(tmp_path, sentence1=FIRST, sentence2=SECOND, mean=["1.5", "2", "3"] * 4, median=["1", "2", "2.5"] * 4)
    opened = open_file(path, Choices(task="sts", columns={"score": "median"}))
    assert opened.tables["pairs"]["score"].tolist()[:3] == [1.0, 2.0, 2.5]
    assert opened.left_over.columns == {"data": ("mean",)}
    with pytest.raises(UserError, match=r"No column is called 'medain' .did you mean 'median'"):
        open_file(path, Choices(columns={"score": "medain"}))


def test_what_is_left_over_is_said(tmp_path: Path):
    for split in ("train", "dev", "test"):
        file(tmp_path, f"{split}.csv", sentence1=FIRST, sentence2=SECOND, score=["1.5", "2", "3"] * 4, genre=["x"] * 12)
    said = lines(tmp_path, Choices())
    assert "Left over: the split train." in said and "Left over: the split dev." in said
    assert "Left over in test: genre" in said
    assert "pairs is dev" in lines(tmp_path, Choices(split="dev"))


def test_two_tables_that_look_alike_are_no_matter_of_chance(tmp_path: Path):
    for year in ("2024", "2025"):
        file(tmp_path, f"{year}.csv", text=FIRST, label=["a", "b", "c"] * 4)
    with pytest.raises(Unclear, match="--table documents=2025"):
        open_file(tmp_path, Choices(task="clustering"))
    assert len(open_file(tmp_path, Choices(tables={"documents": "2025"})).tables["documents"]) == 12
    both = open_file(tmp_path, Choices(tables={"documents": "2024 + 2025"}))
    assert len(both.tables["documents"]) == 24 and both.left_over.tables == ()


def test_an_example_says_what_a_reading_takes_for_what():
    tables = {"faq": pd.DataFrame({"question": FIRST, "answer": SECOND})}
    said = str(example(tables, mapping.guess(tables)))
    assert said == f"The question “{FIRST[0]}” should find “{SECOND[0]}”."


def test_ids_meet_where_only_blanks_or_points_part_them(tmp_path: Path):
    file(tmp_path, "corpus.csv", id=["7", "8", "09"], text=FIRST[:3])
    file(tmp_path, "queries.csv", id=["1", "2", "3"], text=SECOND[:3])
    file(tmp_path, "qrels.csv", query_id=["1.0", "2.0", "3.0"], corpus_id=["7\xa0", "8 ", "09"], score=["1", "1", "1"])
    opened = open_file(tmp_path)
    assert opened.tables["qrels"]["corpus_id"].tolist() == ["7", "8", "09"]
    assert opened.tables["qrels"]["query_id"].tolist() == ["1", "2", "3"]
    assert {"Blanks at the ends", "Whole numbers with"} <= {str(note)[:18] for note in opened.notes}


def test_ids_that_never_meet_are_an_error_that_shows_both(tmp_path: Path, home: Path):
    file(tmp_path, "corpus.csv", id=["d7", "d8", "d9"], text=FIRST[:3])
    file(tmp_path, "queries.csv", id=["1", "2", "3"], text=SECOND[:3])
    file(tmp_path, "qrels.csv", query_id=["1", "2", "3"], corpus_id=["x7", "x8", "x9"], score=["1", "1", "1"])
    with pytest.raises(BadDataset, match="corpus_id is no id of corpus: x7, x8, x9 here, where there are such as d7"):
        library.load(tmp_path)


@pytest.mark.parametrize(
    ("texts", "name"),
    [(("text_1", "text_2"), "distance"), (("句子1", "句子2"), "编辑距离"), (("query", "passage"), "rank"),
     (("sentence1", "sentence2"), "is_different")],
)  # fmt: skip
def test_numbers_that_fall_the_more_alike_texts_are_stand_nowhere_unasked(texts, name):
    words = ["pump", "valve", "book", "shelf", "loan", "card", "reader", "filter", "hose", "belt", "motor", "screw"]
    rows = [(f"the {a} of the {b}", f"a {b} for every {a}") for a in words[:6] for b in words[6:10]]
    values = (
        [row % 2 for row in range(len(rows))]
        if name == "is_different"
        else [row * 7 % 5 + 1 for row in range(len(rows))]
    )
    table = pd.DataFrame(rows, columns=list(texts)).assign(**{name: values})
    with pytest.raises(Unclear):
        guess({"pairs": table})


@pytest.mark.parametrize(("said", "scores"), [(True, [2.0, 4.0, 1.0]), (False, [3.0, 1.0, 4.0])])
def test_a_distance_is_turned_round_where_that_is_said(tmp_path: Path, said: bool, scores: list[float]):
    path = file(tmp_path, sentence1=FIRST, sentence2=SECOND, distance=["3", "1", "4"] * 4)
    meant = {"sentence1": "sentence1", "sentence2": "sentence2", "score": "distance"}
    with pytest.raises(Unsettled, match="--invert or --no-invert"):
        open_file(path, Choices(task="sts", columns=meant))
    made = open_file(path, Choices(task="sts", columns=meant, invert=said))
    assert made.tables["pairs"]["score"].tolist()[:3] == scores
    assert ("turned round" in " ".join(map(str, made.notes))) == said


def test_a_label_that_says_different_is_read_as_is_said(tmp_path: Path):
    path = file(tmp_path, sentence1=FIRST, sentence2=SECOND, is_different=["1", "0", "0"] * 4)
    said = Choices(task="pair_classification", columns={"label": "is_different"}, alike=("0",))
    assert open_file(path, said).tables["pairs"]["label"].tolist()[:3] == [0.0, 1.0, 1.0]


def test_percentages_are_numbers_and_words_for_nothing_are_rows_that_can_be_left_out(tmp_path: Path):
    path = file(tmp_path, sentence1=FIRST, sentence2=SECOND, score=["41%", "7.5 %", "n/a", "90%"] * 3)
    with pytest.raises(Unsettled, match=r"3 of 12 row.*--leave-out-unjudged"):
        open_file(path)
    made = open_file(path, Choices(leave_out_unjudged=True))
    assert made.tables["pairs"]["score"].tolist()[:3] == [41.0, 7.5, 90.0]


@pytest.mark.parametrize("numbered", [False, True])
def test_documents_that_nobody_judged_stay_in_the_corpus(tmp_path: Path, numbered: bool):
    """Without them the search would be among fewer documents, and every score higher."""
    ids = {"document_id": [f"p{row}" for row in range(12)]} if numbered else {}
    grades = ["3", "0", "", ""] * 3
    path = file(tmp_path, query=[one for one in FIRST[:6] for _ in range(2)], document=SECOND, relevance=grades, **ids)
    made = open_file(path, Choices(task="retrieval", leave_out_unjudged=True))
    corpus, queries, qrels = (made.tables[name] for name in ("corpus", "queries", "qrels"))
    assert sorted(corpus["text"]) == sorted(SECOND) and corpus["id"].is_unique
    assert queries["text"].tolist() == [FIRST[0], FIRST[2], FIRST[4]]  # of the others nothing is known
    texts = corpus.set_index("id")["text"]
    assert [texts[one] for one in qrels["corpus_id"]] == [SECOND[row] for row in (0, 1, 4, 5, 8, 9)]
    assert qrels["score"].tolist() == [3.0, 0.0] * 3
    assert "6 rows without a judgement in score were left out; their documents stay in the corpus." in [
        *map(str, made.notes)
    ]


def test_blank_questions_take_no_part_and_that_is_said(tmp_path: Path):
    path = file(tmp_path, question=["", "\u3000", *FIRST[2:]], answer=SECOND)
    made = open_file(path)
    assert len(made.tables["queries"]) == 10 and len(made.tables["qrels"]) == 10
    assert "2 of 12 rows have no text in query" in " ".join(map(str, made.notes))


@pytest.mark.parametrize("cells", [["d0;d1", "d2"], ["d0，d1", "d2"], ["d0|d1", "d2"], ['["d0", "d1"]', '["d2"]']])
def test_ids_listed_in_a_cell_become_judgements(tmp_path: Path, cells: list[str]):
    file(tmp_path, "corpus.csv", id=[f"d{row}" for row in range(12)], text=SECOND)
    file(tmp_path, "queries.csv", question=FIRST[:2], relevant_docs=cells)
    made = open_file(tmp_path)
    asked = made.tables["queries"].set_index("id")["text"]
    named = made.tables["qrels"].assign(text=made.tables["qrels"]["query_id"].map(asked))
    assert named[["text", "corpus_id"]].values.tolist() == [[FIRST[0], "d0"], [FIRST[0], "d1"], [FIRST[1], "d2"]]
    assert "names documents of corpus" in " ".join(map(str, made.notes))


DISTANCES = ["0.1", "0.85", "0.9"] * 4
PAIR_NAMES = [("query", "document"), ("question", "answer"), ("sentence_a", "sentence_b"), ("问题", "答案")]
TURNED = ["distance", "dissimilarity", "cosine_distance", "余弦距离", "不相似度"]
AS_THEY_ARE = ["similarity", "cosine_similarity", "相似度"]


@pytest.mark.parametrize("names", PAIR_NAMES)
@pytest.mark.parametrize("number", [*TURNED, *AS_THEY_ARE])
def test_pairs_beside_a_number_that_says_how_close_they_are_are_never_right_answers(
    names: tuple[str, str], number: str
):
    table = pd.DataFrame({names[0]: FIRST, names[1]: SECOND, number: DISTANCES})
    found = mapping.rivals(mapping.guesses({"pairs": table}))
    assert len(found) <= 4 and found[0].task == "sts"
    assert not {one.task for one in found} & {"retrieval", "reranking", "bitext_mining"}
    turned = number in TURNED
    assert [one.invert for one in found if one.task == "sts"][:2] == ([True, False] if turned else [None])


@pytest.mark.parametrize("number", ["rank", "排名", "error"])
def test_ranks_are_no_grades_as_they_stand_and_not_passed_over(number: str):
    table = pd.DataFrame({"query": FIRST, "document": SECOND, number: ["3", "1", "2"] * 4})
    found = mapping.rivals(mapping.guesses({"pairs": table}))
    graded = [one for one in found if one.task in ("retrieval", "reranking", "bitext_mining")]
    assert all(one.task == "reranking" and one.invert and number != "error" for one in graded)


def test_where_a_person_says_that_every_pair_is_right_it_is_asked_and_warned_of_the_distance(tmp_path: Path):
    path = file(tmp_path, query=FIRST, document=SECOND, distance=DISTANCES)
    with pytest.raises(Unclear, match=r"The numbers of distance say how close .* every pair counts as right"):
        open_file(path, Choices(task="retrieval"))
    said = Choices(task="retrieval", columns={"query": "query", "document": "document"})
    assert "every pair counts as right" in lines(path, said)


def test_each_card_of_a_distance_speaks_as_it_would_be_read(tmp_path: Path):
    path = file(tmp_path, sentence_a=FIRST, sentence_b=SECOND, distance=DISTANCES)
    with pytest.raises(Unclear, match="--invert") as caught:
        open_file(path)
    turned, left = caught.value.candidates
    tables = {"data": pd.read_csv(path, dtype=str)}
    assert "are hardly alike: distance 0.9" in str(example(tables, turned))
    assert "are as alike as can be: distance 0.9" in str(example(tables, left))
    scores = [apply(tables, one).tables["pairs"]["score"].tolist()[:3] for one in (turned, left)]
    assert scores == [pytest.approx([0.9, 0.15, 0.1]), [0.1, 0.85, 0.9]]


def test_translations_with_a_score_may_still_be_translations():
    chinese = [f"第{day}天{thing}开门" for day in range(4) for thing in ("图书馆", "工坊", "阅览室")]
    table = pd.DataFrame({"en": FIRST, "zh": chinese, "laser_score": DISTANCES})
    found = mapping.guesses({"pairs": table})
    assert "bitext_mining" in {one.task for one in mapping.rivals(found)}
    assert next(one for one in found if one.task == "bitext_mining").confidence < mapping.SURE


@pytest.mark.parametrize("reply", ["resolution", "answer", "solution", "解决方案", "回复"])
def test_what_replies_is_found_and_never_asked(reply: str):
    tables = {"desk": pd.DataFrame({"title": FIRST, "body": [f"please, {one}" for one in SECOND], reply: SECOND[::-1]})}
    found = [one.tables["pairs"][1] for one in mapping.guesses(tables) if one.task == "retrieval" and one.layout == 1]
    assert found[0] == {"query": "body", "document": reply} and {"query": "title", "document": reply} in found
    assert all(one["document"] == reply for one in found if "document" in one and "query" in one)


def test_a_rank_of_documents_is_turned_round_or_cut_off_where_that_is_said(tmp_path: Path):
    path = file(tmp_path, query=["how"] * 6 + ["when"] * 6, document=SECOND, rank=["1", "2", "3", "4", "5", "6"] * 2)
    with pytest.raises(Unclear, match=r"comes first: rank 1\..*\n.*--task reranking .* --invert"):
        open_file(path)
    said = Choices(task="reranking", columns={"query": "query", "document": "document", "score": "rank"})
    assert open_file(path, replace(said, invert=True)).tables["qrels"]["score"].tolist() == [5, 4, 3, 2, 1, 0] * 2
    assert open_file(path, replace(said, threshold=2)).tables["qrels"]["score"].tolist() == [1, 1, 0, 0, 0, 0] * 2


def test_fractions_become_yes_or_no_by_a_threshold_that_a_person_says(tmp_path: Path):
    path = file(tmp_path, sentence1=FIRST, sentence2=SECOND, cosine=DISTANCES)
    said = Choices(task="pair_classification", columns={"label": "cosine"})
    with pytest.raises(UserError, match=r"lie between 0\.1 and 0\.9; from which on .* Say it with --threshold 0\."):
        open_file(path, said)
    opened = open_file(path, replace(said, threshold=0.85))
    wanted = [float(float(one) >= 0.85) for one in DISTANCES]
    assert opened.tables["pairs"]["label"].tolist() == wanted
    assert f"0.85 and more was read as 1, less as 0: {sum(wanted):g} of 12 rows are 1." in lines(
        path, replace(said, threshold=0.85)
    )
    falls = file(tmp_path, "falls.csv", sentence1=FIRST, sentence2=SECOND, distance=DISTANCES)
    read = open_file(falls, Choices(task="pair_classification", columns={"label": "distance"}, threshold=0.85))
    assert read.tables["pairs"]["label"].tolist() == [float(float(one) <= 0.85) for one in DISTANCES]
    grades = Choices(task="retrieval", columns={"query": "sentence1", "document": "sentence2", "score": "cosine"})
    with pytest.raises(UserError, match="--threshold"):
        open_file(path, grades)
    assert set(open_file(path, replace(grades, threshold=0.85)).tables["qrels"]["score"]) == {0.0, 1.0}


def test_what_is_said_in_vain_is_told(tmp_path: Path):
    path = file(tmp_path, sentence1=FIRST, sentence2=SECOND, score=DISTANCES)
    assert "Nothing here needs --threshold; it was passed over." in lines(path, Choices(threshold=0.5))
    assert "the greatest is now 0.1" in lines(path, Choices(invert=True))  # whatever the column is called


def test_title_and_body_become_one_text_where_a_person_says_so(tmp_path: Path):
    path = file(tmp_path, title=FIRST, body=[f"{one} and what of it, please?" for one in FIRST], resolution=SECOND)
    with pytest.raises(Unclear, match=r"--column query=title --column query=body"):
        open_file(path)
    opened = open_file(path, Choices(columns={"query": "title + body"}))
    assert opened.tables["queries"]["text"][0] == f"{FIRST[0]} {FIRST[0]} and what of it, please?"
    assert "query = title + body" in lines(path, Choices(columns={"query": "title + body"}))
    with pytest.raises(UserError, match=r"'boddy' .did you mean 'body'"):
        open_file(path, Choices(columns={"query": "title + boddy"}))


def test_what_could_not_be_read_may_be_what_matters_and_is_asked_about(tmp_path: Path):
    path = tmp_path / "data.jsonl"
    deep = {"pages": {"first": {"sentences": ["one", "two"]}}}
    path.write_text(
        "".join(
            json.dumps({"question": q, "answer": a, "context": deep}) + "\n" for q, a in zip(FIRST, SECOND, strict=True)
        )
    )
    with pytest.raises(
        Unsettled, match=r"columns context hold objects .* say so with --task retrieval .*query=question"
    ):
        open_file(path)
    said = Choices(task="retrieval", columns={"query": "question", "document": "answer"})
    assert len(open_file(path, said).tables["queries"]) == 12


def test_grades_are_kept_of_documents_alone_and_pairs_still_ask_where_alike_begins(tmp_path: Path):
    path = file(tmp_path, text1=FIRST, text2=SECOND, similarity=["0.3", "0.5", "0.9"] * 4)
    said = Choices(task="pair_classification", columns={"label": "similarity"}, keep_grades=True)
    with pytest.raises(Unsettled, match="--threshold"):
        open_file(path, said)
