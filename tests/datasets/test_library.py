"""A dataset is kept whole or not at all, comes back as it was, and has a name that changes with any of its cells."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import plugins
from engine.datasets import library
from engine.datasets.checks import check
from engine.datasets.fingerprint import fingerprint
from engine.datasets.reading.choices import Choices
from engine.storage import documents
from engine.types import BadDataset, BadFile


def pairs(*rows: tuple[str, str, float]) -> dict[str, pd.DataFrame]:
    return {"pairs": pd.DataFrame(rows, columns=["sentence1", "sentence2", "score"])}


PAIRS = pairs(("a", "b", 1.0), ("中文", "c", 2.5), ("<script>alert(1)</script>", "=1+1", 0.0))


def test_a_saved_dataset_comes_back_as_it_was(home: Path):
    saved = library.save("faq", "sts", PAIRS, title="FAQ", source="us", licence="CC0", languages=("en", "zh"))
    loaded = library.load("faq")
    pd.testing.assert_frame_equal(loaded.tables["pairs"], saved.tables["pairs"])
    assert loaded.tables["pairs"]["sentence1"].tolist() == ["a", "中文", "<script>alert(1)</script>"]
    assert (loaded.title, loaded.source, loaded.licence, loaded.languages) == ("FAQ", "us", "CC0", ("en", "zh"))
    assert loaded.fingerprint == saved.fingerprint == fingerprint("sts", loaded.tables, {})
    entry = library.entries()["faq"]
    assert (entry.rows, entry.builtin, entry.fingerprint) == (3, False, saved.fingerprint) and entry.size > 0


@pytest.mark.parametrize("name", sorted(library.entries()))
def test_a_sample_is_listed_read_checked_and_survives_being_saved(name: str, home: Path):
    entry, sample = library.entries()[name], library.load(name)
    assert entry.builtin and entry.title and entry.title_zh and entry.licence == "CC0-1.0"
    assert entry.fingerprint == sample.fingerprint == fingerprint(sample.task, sample.tables, {})
    assert entry.rows == sum(map(len, sample.tables.values()))
    assert [str(one.message) for one in check(sample.task, sample.tables) if one.level == "error"] == []
    copy = library.save("copy", sample.task, sample.tables)
    assert library.load(copy.name).fingerprint == sample.fingerprint


def test_the_tasks_of_all_samples_are_guessed_from_their_files(home: Path):
    for entry in library.entries().values():
        if entry.task == "clustering":  # one labelled table: to be clustered or to be learnt from
            with pytest.raises(BadDataset, match="--task clustering"):
                library.load(library.SAMPLES / entry.name)
        else:
            assert library.load(library.SAMPLES / entry.name).task == entry.task


def test_a_name_is_not_taken_twice_unless_it_is_replaced(home: Path):
    library.save("faq", "sts", PAIRS)
    with pytest.raises(BadDataset, match="There is a dataset 'faq' already"):
        library.save("FAQ", "sts", PAIRS)
    other = library.save("faq", "sts", pairs(("x", "y", 1.0), ("z", "w", 2.0)), replace=True)
    assert library.load("faq").fingerprint == other.fingerprint
    assert [path.name for path in (home / "datasets").iterdir()] == ["faq"]


def test_a_sample_can_be_neither_replaced_nor_deleted(home: Path):
    with pytest.raises(BadDataset, match="is a sample"):
        library.save("sts_en", "sts", PAIRS, replace=True)
    with pytest.raises(BadDataset, match="samples cannot be deleted"):
        library.delete("sts_en")
    with pytest.raises(BadDataset, match="No saved dataset is called"):
        library.delete("../datasets")


def test_a_deleted_dataset_is_gone(home: Path):
    library.save("faq", "sts", PAIRS)
    library.delete("faq")
    assert "faq" not in library.entries() and not list((home / "datasets").iterdir())


def test_a_save_that_fails_leaves_nothing_to_be_seen(home: Path, monkeypatch: pytest.MonkeyPatch):
    library.save("faq", "sts", PAIRS)
    with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setattr(documents, "write", lambda *_: 1 / 0)
        library.save("faq", "sts", pairs(("x", "y", 1.0), ("z", "w", 2.0)), replace=True)
    assert [path.name for path in (home / "datasets").iterdir()] == ["faq"]
    assert library.load("faq").tables["pairs"]["sentence1"].tolist()[0] == "a"


def test_what_no_task_can_run_on_is_not_saved(home: Path):
    with pytest.raises(BadDataset, match="All scores of pairs are equal"):
        library.save("faq", "sts", pairs(("a", "b", 1.0)))
    with pytest.raises(BadDataset, match="There is no table 'pears' here"):
        library.save("faq", "sts", {"pears": PAIRS["pairs"]})
    assert not (home / "datasets").exists()


@pytest.mark.parametrize(
    ("name", "plain"),
    [("faq_2026", "faq_2026"), ("My FAQ!", "my-faq"), ("../../etc/passwd", "etc-passwd"), ("a" * 99, "a" * 48)],
)
def test_names_become_safe(name: str, plain: str):
    assert library.slug(name) == plain


def test_chinese_names_differ_and_stand_in_the_title(home: Path):
    first, second = (library.save(name, "sts", PAIRS) for name in ("客服问答", "产品问答"))
    assert first.title == "客服问答" and first.name != second.name and first.name.isascii()
    assert library.slug("客服 FAQ").startswith("faq-")
    assert library.load("产品问答").name == second.name  # by the name that it was given, too


def test_a_packed_file_is_called_as_the_file_in_it(home: Path, tmp_path: Path):
    assert [library.stem(one) for one in ("helpdesk.csv.gz", "HELP.JSONL.GZ", "v1.2.csv")] == [
        "helpdesk",
        "HELP",
        "v1.2",
    ]
    PAIRS["pairs"].to_csv(tmp_path / "desk.csv.gz", index=False)
    assert library.load(tmp_path / "desk.csv.gz").name == "desk"


@given(st.text(max_size=30))
def test_any_name_becomes_one_that_is_safe_in_a_path(name: str):
    assert set(library.slug(name)) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-")
    assert 0 < len(library.slug(name)) < 60


def test_a_file_a_folder_and_a_zip_are_loaded_by_their_path(home: Path, tmp_path: Path):
    folder = tmp_path / "my data"
    folder.mkdir()
    PAIRS["pairs"].to_csv(folder / "test.csv", index=False)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(folder / "test.csv", "inner/test.csv")
    loaded = [library.load(path) for path in (folder, folder / "test.csv", str(tmp_path / "a.zip"))]
    assert {one.task for one in loaded} == {"sts"} and len({one.fingerprint for one in loaded}) == 1
    assert loaded[0].name == "my-data"


def test_the_same_file_can_be_loaded_for_another_task(home: Path, tmp_path: Path):
    table = pd.DataFrame({"sentence1": ["a", "b"], "sentence2": ["c", "d"], "label": [0, 1]})
    table.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    assert library.load(tmp_path / "a.jsonl").task == "pair_classification"
    assert library.load(tmp_path / "a.jsonl", Choices(task="sts")).task == "sts"


def test_what_is_not_there_is_said_with_what_is_near(home: Path):
    with pytest.raises(BadDataset, match=r"Nothing is called 'sts_em' \(did you mean 'sts_en'\?\)"):
        library.load("sts_em")


def test_a_file_with_an_error_is_not_loaded(home: Path, tmp_path: Path):
    (tmp_path / "a.csv").write_text("sentence1,sentence2,score\na,b,1\nc,d,high\ne,f,2\n")
    with pytest.raises(BadDataset, match="Row 2 of pairs: 'high' in the column 'score' is not a number"):
        library.load(tmp_path / "a.csv")
    (tmp_path / "a.csv").write_text("sentence1,sentence2,score\na,b\n")
    with pytest.raises(BadFile, match="row 1"):
        library.load(tmp_path / "a.csv")


def test_a_card_is_plain_json(home: Path):
    library.save("客服", "clustering", {"documents": pd.DataFrame({"text": list("abcd"), "label": list("xxyy")})},
                  settings={"max_depth": 1})  # fmt: skip
    (card,) = (home / "datasets").glob("*/card.json")
    written = json.loads(card.read_text(encoding="utf-8"))
    assert written["title"] == "客服" and written["settings"] == {"max_depth": 1} and written["task"] == "clustering"
    assert library.load(written["name"]).settings == {"max_depth": 1}


def test_lists_of_whole_numbers_are_kept_as_such(home: Path):
    lists = [[1, 2], [1], [2], []]
    tables = {name: pd.DataFrame({"text": list("abcd"), "label": lists}) for name in ("train", "test")}
    saved = library.save("topics", "classification", tables)
    loaded = library.load("topics").tables
    assert loaded["test"]["label"].tolist() == lists
    assert fingerprint("classification", loaded, {}) == saved.fingerprint


FRAME = pd.DataFrame(
    {"text": ["a", None, "中"], "number": [1.0, np.nan, -0.0], "lists": [["a"], [], ["b", "c"]], "n": [1, 2, 3]}
)


def name_of(frame: pd.DataFrame, task: str = "t", **settings: object) -> str:
    return fingerprint(task, {"documents": frame}, settings)


def test_a_fingerprint_is_the_same_on_every_machine():
    assert name_of(FRAME) == "bd766fcb66ce8a356be24dbd63ef8ff4"


def test_a_fingerprint_does_not_depend_on_how_pandas_holds_the_cells():
    assert name_of(FRAME.astype({"text": object})) == name_of(FRAME.astype({"text": "str"})) == name_of(FRAME)
    assert name_of(FRAME.assign(lists=FRAME["lists"].map(np.array))) == name_of(FRAME)
    assert name_of(FRAME[["n", "lists", "number", "text"]]) == name_of(FRAME)
    assert name_of(pd.concat([FRAME, FRAME]).iloc[3:].reset_index(drop=True)) == name_of(FRAME)


def test_any_change_of_a_cell_a_row_the_task_or_the_settings_changes_the_fingerprint():
    changed = [
        FRAME.assign(text=["a", "", "中"]),
        FRAME.assign(text=["ab", None, "中"]),
        FRAME.assign(text=["a", "中", None]),
        FRAME.assign(number=[1.0, 0.0, 0.0]),
        FRAME.assign(lists=[["a"], [], ["b,c"]]),
        FRAME.assign(n=[1, 2, 4]),
        FRAME.iloc[::-1].reset_index(drop=True),
        FRAME.iloc[:2],
        FRAME.rename(columns={"n": "m"}),
        FRAME.drop(columns="n"),
    ]
    names = [name_of(FRAME), name_of(FRAME, "u"), name_of(FRAME, k=1), *map(name_of, changed)]
    assert len(set(names)) == len(names)


@given(st.lists(st.text(max_size=4) | st.none(), max_size=6), st.lists(st.text(max_size=4) | st.none(), max_size=6))
def test_two_columns_of_texts_share_a_fingerprint_only_if_they_are_equal(one: list[str | None], two: list[str | None]):
    names = [name_of(pd.DataFrame({"a": pd.Series(cells, dtype="str")})) for cells in (one, two)]
    assert (names[0] == names[1]) == (one == two)


def test_every_sample_folder_is_in_the_catalogue_and_every_task_has_a_sample():
    entries = library.entries().values()
    assert {entry.name for entry in entries if entry.builtin} == {
        path.name for path in library.SAMPLES.iterdir() if path.is_dir()
    }
    assert {entry.task for entry in entries} == set(plugins.tasks())


def test_a_name_is_one_line_and_never_empty(home: Path):
    tables = {"pairs": pd.DataFrame({"sentence1": ["a", "b"], "sentence2": ["c", "d"], "score": [0.0, 1.0]})}
    assert library.save("two\nlines\tof it", "sts", tables).title == "two lines of it"
    for nothing in ("", " \n "):
        with pytest.raises(BadDataset, match="has no name"):
            library.save(nothing, "sts", tables)
