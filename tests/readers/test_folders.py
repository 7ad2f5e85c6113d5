"""Files of a folder or an archive become the tables that they are parts of, and none is left out without a word."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from engine.readers.choice import read
from engine.readers.folders import uploads
from engine.types import BadFile, Reading


def folder(path: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def packed(path: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def said(reading: Reading) -> str:
    return " ".join(str(note.message) for note in reading.notes)


SHARDS = {
    "hub": ("data/train-{:05}-of-00002.csv", "train"),
    "hub with a hash": ("data/train-{:05}-of-00002-0a1b2c3d4e5f6071.csv", "train"),
    "Spark": ("corpus/part-{:05}-4f2d1c7e-9a3b-4c5d-8e6f-0a1b2c3d4e5f-c000.csv", "part"),
    "numbered": ("docs{:02}.csv", "docs"),
}


@pytest.mark.parametrize("kind", SHARDS)
def test_shards_are_one_table_in_their_order_and_said_to_be(kind: str, tmp_path: Path):
    pattern, name = SHARDS[kind]
    reading = read(folder(tmp_path / "a", {pattern.format(n): f"id,text\nd{n},t{n}\n" for n in (1, 0)}))
    table = reading.tables[name if kind != "Spark" else "corpus"]
    assert table["id"].tolist() == ["d0", "d1"] and "2 files are the parts of one table" in said(reading)


def test_a_missing_shard_is_an_error(tmp_path: Path):
    with pytest.raises(BadFile, match="of 3 shards of 'train', number 2 is missing"):
        read(folder(tmp_path / "a", {f"train-{n:05}-of-00003.csv": "id,text\n1,x\n" for n in (0, 2)}))


def test_files_numbered_like_years_stay_tables_of_their_own(tmp_path: Path):
    reading = read(folder(tmp_path / "a", {f"{year}.csv": "text,label\na,x\n" for year in (2024, 2025)}))
    assert list(reading.tables) == ["2024", "2025"]


ENGLISH = (
    "Come in, please.\nThe shop is closed, sorry.\nWe mend lamps and drills.\nOpen at nine, or so.\nThank you, all.\n"
)
CHINESE = "请进来吧。\n商店关门了，抱歉。\n我们修理台灯和电钻。\n大约九点开门。\n谢谢大家了。\n"


LINES = [
    ("news.en", "news.zh"),
    ("eng_Latn.devtest", "zho_Hans.devtest"),
    ("a-src.eng.txt", "a-ref.zho.txt"),
    ("train_text.txt", "train_labels.txt"),
]


@pytest.mark.parametrize("names", LINES)
def test_files_of_lines_that_differ_in_a_word_stand_beside_one_another(names: tuple[str, str], tmp_path: Path):
    reading = read(folder(tmp_path / "a", dict(zip(names, (ENGLISH, CHINESE), strict=True))))
    (table,) = reading.tables.values()
    assert sorted(table.iloc[1]) == ["The shop is closed, sorry.", "商店关门了，抱歉。"]
    assert "stand line by line beside one another" in said(reading)


def test_parallel_files_of_different_lengths_are_refused_with_both(tmp_path: Path):
    with pytest.raises(BadFile, match=r"different numbers of lines: .*a\.en 5.*a\.zh 4"):
        read(folder(tmp_path / "a", {"a.en": ENGLISH, "a.zh": CHINESE[6:]}))


def test_splits_of_lines_are_not_put_beside_one_another(tmp_path: Path):
    reading = read(folder(tmp_path / "a", {"train.txt": ENGLISH, "test.txt": ENGLISH}))
    assert sorted(reading.tables) == ["test", "train"]


def test_judgements_are_known_under_any_suffix(tmp_path: Path):
    files = {f"qrels{suffix}": "q1 0 d1 1\nq2 2 d2 0\n" for suffix in (".tsv", ".txt", ".robust04", "")}
    for name, content in files.items():
        table = read(folder(tmp_path / name.replace(".", "-"), {name: content, "docs.csv": "id,text\n1,a\n"})).tables
        judged = next(one for title, one in table.items() if title.startswith("qrels"))
        assert list(judged.columns) == ["query_id", "corpus_id", "score"] and len(judged) == 2


def test_names_in_gbk_are_read_with_a_word(tmp_path: Path):
    packed(tmp_path / "a.zip", {"xxxxxxx.csv": "id,text\n1,a\n"})
    raw = (tmp_path / "a.zip").read_bytes().replace(b"xxxxxxx.csv", "问题表1.csv".encode("gbk"))
    (tmp_path / "a.zip").write_bytes(raw)
    reading = read(tmp_path / "a.zip")
    assert list(reading.tables) == ["问题表1"] and "names of its files are read as GB18030" in said(reading)


def test_files_that_are_no_tables_are_named(tmp_path: Path):
    reading = read(
        folder(tmp_path / "a", {"a.csv": "id,text\n1,a\n", "b.xml": "<?xml version='1.0'?><a/>", "c.pdf": b"%PDF-1"})
    )
    assert list(reading.tables) == ["a"]
    assert "b.xml is XML, which is not read" in said(reading) and "c.pdf is PDF" in said(reading)


def test_a_damaged_table_among_others_is_an_error_and_not_left_out(tmp_path: Path):
    with pytest.raises(BadFile, match=r"b\.parquet is not a Parquet file"):
        read(folder(tmp_path / "a", {"a.csv": "id,text\n1,a\n", "b.parquet": b"PAR1 and no more"}))


def test_an_archive_inside_an_archive_is_not_opened_whatever_it_is_called(tmp_path: Path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("corpus.csv", "id,text\n1,a\n")
    reading = read(
        packed(tmp_path / "a.zip", {"a.csv": "id,text\n1,a\n", "b.txt": inner.getvalue(), "c.zip": inner.getvalue()})
    )
    assert list(reading.tables) == ["a"] and said(reading).count("an archive inside another") == 2


def test_workbooks_inside_an_archive_share_its_budget(tmp_path: Path):
    book = io.BytesIO()
    workbook = openpyxl.Workbook()
    workbook.active.append(("id", "text"))
    workbook.active.append(("1", "a"))
    workbook.save(book)
    with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", " " * 15_000_000)
    packed(tmp_path / "a.zip", {f"{n}.xlsx": book.getvalue() for n in range(3)})
    with pytest.raises(BadFile, match=r"a\.zip unpacks to .* times its size"):
        read(tmp_path / "a.zip")


def test_a_member_with_a_name_of_300_letters_is_read(tmp_path: Path):
    name = "长" * 100 + "x" * 200
    (table,) = read(packed(tmp_path / "a.zip", {f"{name}.csv": "id,text\n1,a\n"})).tables.values()
    assert table["text"].tolist() == ["a"]


@pytest.mark.parametrize(
    "name", ["..", ".", "/", "a\\..\\..", "x" * 300 + ".csv", "长" * 200 + ".csv", "a/b.csv", "a\0b.csv"]
)
def test_an_upload_lies_in_its_folder_whatever_its_name_is(name: str, tmp_path: Path):
    (place,) = uploads.places(tmp_path, [name])
    place.write_text("id,text\n1,a\n")
    assert place.parent == tmp_path and [path.name for path in tmp_path.iterdir()] == [place.name]


def test_two_uploads_of_one_name_are_refused(tmp_path: Path):
    with pytest.raises(BadFile, match=r"Two of the files are called A\.csv"):
        uploads.places(tmp_path, ["train/a.csv", "test/A.csv"])


def test_a_doubtful_first_row_is_what_it_is_in_the_files_beside_it(tmp_path: Path):
    rows = [("loan", "may I renew it"), ("house", "the lift is broken"), ("card", "it has expired now")]
    many = "".join(f"{label}\t{text} {n}\n" for n in range(5) for label, text in rows)
    few = "quiet\tnot a sound here\nloan\twhat about this one\n"
    reading = read(folder(tmp_path / "bare", {"train.txt": many, "test.txt": few}))
    assert reading.tables["test"]["column 1"].tolist() == ["quiet", "loan"]
    assert not [note for note in reading.notes if note.option]
    named = {"train.txt": "group\twords\n" + many, "test.txt": "group\twords\nloan\twhat about this one\n"}
    reading = read(folder(tmp_path / "named", named))
    assert list(reading.tables["test"].columns) == ["group", "words"] and len(reading.tables["test"]) == 1
    assert not [note for note in reading.notes if note.option]


def test_one_text_a_file_is_labelled_by_its_folder_and_the_rest_is_named(tmp_path: Path):
    files = {
        f"train/{label}/{n}.txt": f"a {label} text\n of number {n}\n" for label in ("pos", "neg") for n in range(9)
    }
    reading = read(folder(tmp_path / "imdb", files | {"train/unsup/0.txt": "x\n", "train/unsup/1.txt": "y\n"}))
    table = reading.tables["train"]
    assert table["label"].value_counts().to_dict() == {"pos": 9, "neg": 9}
    assert table["text"].iloc[0] == "a neg text\n of number 0" and table["file"].iloc[0] == "0.txt"
    assert "2 files without a label or a text were left out: train/unsup/0.txt" in str(reading.notes[1].message)


def test_texts_of_one_folder_are_refused_with_what_to_do(tmp_path: Path):
    files = {f"train/{n}.txt": f"a text of number {n}\n" for n in range(16)}
    with pytest.raises(BadFile, match=r"holds one text a file .16 files.*put them into one table"):
        read(folder(tmp_path / "a", files))
