"""Whatever people have on disk comes back cell for cell, or as one clear sentence that says what to mend."""

import gzip
import json
import os
import pickle
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.readers import choice
from engine.types import BadFile, ReadingOptions

CHINESE = "标题,标签\n苹果手机很好,数码\n今天天气怎么样,生活\n"


def read(path: Path, content: bytes | str | None = None, **said: object) -> dict[str, pd.DataFrame]:
    """The tables of a file, after it has been written with this content."""
    if content is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return dict(choice.read(path, ReadingOptions(**said)).tables)  # type: ignore[arg-type]


def rows(table: pd.DataFrame) -> list[dict[str, object]]:
    """The table's rows, with None for what is missing."""
    return table.astype(object).where(table.notna(), None).to_dict("records")


def sentence(path: Path, content: bytes | str) -> str:
    """What a person is told about this file."""
    with pytest.raises(BadFile) as caught:
        read(path, content)
    return str(caught.value)


cells = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\"'\t,;|"), max_size=12)
names = st.from_regex(r"[A-Za-z一-龥]{1,6}", fullmatch=True)


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    columns = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    lines = draw(st.lists(st.tuples(*[cells] * len(columns)), min_size=1, max_size=6))
    return pd.DataFrame(lines, columns=columns, dtype=object)


def write_xlsx(table: pd.DataFrame, path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for number, line in enumerate([list(table.columns), *table.values.tolist()], 1):
        for column, text in enumerate(line, 1):
            if text:
                sheet.cell(
                    number, column, text
                ).data_type = "s"  # or openpyxl would make formulas of what begins with =
    workbook.save(path)


WRITERS = {
    "table.csv": lambda table, path: table.to_csv(path, index=False),
    "semicolons.csv": lambda table, path: table.to_csv(path, index=False, sep=";"),
    "utf16.csv": lambda table, path: table.to_csv(path, index=False, encoding="utf-16"),
    "table.tsv": lambda table, path: table.replace("\t", " ", regex=True).to_csv(path, index=False, sep="\t"),
    "table.jsonl": lambda table, path: table.to_json(path, orient="records", lines=True, force_ascii=False),
    "table.json": lambda table, path: table.to_json(path, orient="records", indent=1),
    "table.parquet": lambda table, path: table.to_parquet(path),
    "table.xlsx": write_xlsx,
}


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=40)
@given(table=tables())
def test_any_table_of_texts_reads_back_as_it_was_written(table: pd.DataFrame, name: str, tmp_path: Path):
    WRITERS[name](table, tmp_path / name)
    (back,) = read(tmp_path / name, header=True).values()
    if name == "table.tsv":
        table = table.replace("\t", " ", regex=True)
    if name == "table.xlsx":  # a row without a cell is none
        table = table[(table != "").any(axis=1)]
    assert list(back.columns) == list(table.columns)
    assert back.fillna("").values.tolist() == table.values.tolist()


def test_what_looks_like_a_number_or_a_missing_value_stays_the_text_it_is(tmp_path: Path):
    (table,) = read(tmp_path / "a.csv", "id,text,score\n007,NA,1.50\n1e3,null,\n,None,nan\n").values()
    assert rows(table) == [
        {"id": "007", "text": "NA", "score": "1.50"},
        {"id": "1e3", "text": "null", "score": None},
        {"id": None, "text": "None", "score": "nan"},
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_chinese_is_read_in_every_encoding_that_people_save_it_in(encoding: str, tmp_path: Path):
    (table,) = read(tmp_path / "a.csv", CHINESE.encode(encoding)).values()
    assert rows(table)[0] == {"标题": "苹果手机很好", "标签": "数码"}


OTHERS = {
    "latin-1": "Müller fährt über die Brücke. Où est passé l'élève? Señor, mañana más.",
    "koi8-r": "Первый вопрос о том, как восстановить пароль от личного кабинета",
    "cp1251": "Первый вопрос о том, как восстановить пароль от личного кабинета",
    "euc-kr": "비밀번호를 잊어버렸을 때 어떻게 재설정할 수 있습니까",
    "euc-jp": "パスワードを忘れた場合の再設定方法を教えてください。",
    "shift_jis": "パスワードを忘れた場合の再設定方法を教えてください。",
    "big5": "我忘記密碼了應該怎麼辦才能重新設定我的帳號？請問什麼時候可以到貨",
}


@pytest.mark.parametrize("encoding", OTHERS)
@pytest.mark.parametrize("times", [1, 30])
def test_other_encodings_are_read_with_a_word_and_never_become_mojibake(encoding: str, times: int, tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("text,label\n" + f"{OTHERS[encoding].replace(',', '')},x\n" * times, encoding=encoding)
    reading = choice.read(path)
    assert reading.tables["a"]["text"].tolist() == [OTHERS[encoding].replace(",", "")] * times
    assert "by what it holds" in str(reading.notes[0].message)


NEAR = {
    "cp1250": "Příliš žluťoučký kůň úpěl ďábelské ódy. Zażółć gęślą jaźń",
    "cp1253": "Πώς μπορώ να επαναφέρω τον κωδικό πρόσβασής μου",
    "tis-620": "ฉันลืมรหัสผ่าน ควรทำอย่างไร",
}


@pytest.mark.parametrize("encoding", NEAR)
def test_an_encoding_that_cannot_be_told_is_refused_and_read_where_it_is_named(encoding: str, tmp_path: Path):
    content = b"text,label\n" + NEAR[encoding].encode(encoding) + b",x\n"
    assert "neither UTF-8 (its byte" in sentence(tmp_path / "a.csv", content)
    (table,) = read(tmp_path / "a.csv", encoding=encoding).values()
    assert table["text"].tolist() == [NEAR[encoding]]
    with pytest.raises(BadFile, match="No encoding is called 'utf-88'"):
        read(tmp_path / "a.csv", encoding="utf-88")


def test_broken_utf8_is_refused_with_the_byte_and_the_line(tmp_path: Path):
    text = "标题,标签\n苹果,数码\n".encode()
    assert "its byte 25, in line 2" in sentence(tmp_path / "a.csv", text[:24] + b"\xff" + text[25:])
    assert "its byte 18, in line 2" in sentence(tmp_path / "a.csv", text[:19])
    assert "says that it is UTF-8, but its byte 5" in sentence(tmp_path / "a.csv", b"\xef\xbb\xbfa\xffb")
    assert "says that it is UTF-16, but its byte 5" in sentence(tmp_path / "a.csv", b"\xff\xfea\0\x00\xdc")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_whatever_else_the_texts_hold(delimiter: str, tmp_path: Path):
    content = f'text{delimiter}label\n"a{delimiter}b ""c"""{delimiter}x\n"two\nlines, or; three | so"{delimiter}y\n'
    (table,) = read(tmp_path / "a.csv", content).values()
    assert rows(table)[0] == {"text": f'a{delimiter}b "c"', "label": "x"}
    assert rows(table)[1] == {"text": "two\nlines, or; three | so", "label": "y"}


def test_quotes_in_tab_separated_text_may_be_just_quotes(tmp_path: Path):
    unquoted = 'a\tb\n"Yes", he said\t1\nsize 5"\t2\n"open\t3\nclosed"\t4\n'
    (table,) = read(tmp_path / "a.tsv", unquoted).values()
    assert [row["a"] for row in rows(table)] == ['"Yes", he said', 'size 5"', '"open', 'closed"']


def test_two_stray_quotes_do_not_swallow_the_rows_between_them(tmp_path: Path):
    (table,) = read(tmp_path / "a.tsv", 'a\tb\n"open\t1\nmiddle\t2\nclosed"\t3\n').values()
    assert [row["a"] for row in rows(table)] == ['"open', "middle", 'closed"']


def test_a_file_without_a_header_gets_numbered_columns(tmp_path: Path):
    (table,) = read(tmp_path / "a.tsv", "q1\td1\t1\nq2\td2\t0\n").values()
    assert rows(table)[0] == {"column 1": "q1", "column 2": "d1", "column 3": "1"} and len(table) == 2


def test_script_and_formula_texts_are_data(tmp_path: Path):
    (table,) = read(tmp_path / "a.csv", "text,label\n<script>alert(1)</script>,=1+1\n").values()
    assert rows(table) == [{"text": "<script>alert(1)</script>", "label": "=1+1"}]


BROKEN = {
    "empty": ("a.csv", "", "a.csv is empty."),
    "only blank lines": ("a.csv", "\n\n", "a.csv is empty."),
    "a row too long": (
        "a.csv",
        "a,b\n1,2\n1,2,3\n",
        "a.csv: row 2 (line 3) has 3 cells, but there are 2 columns. If a text holds the sign ',' that parts the "
        'cells, put the text in quotes: "…". Rows of another width can be left out (--leave-out-ragged).',
    ),
    "several rows of another width": (
        "a.csv",
        "a,b\n1,2\n1,2,3\n" + "1\n" * 6 + "1,2\n" * 20,
        "a.csv: row 2 (line 3) has 3 cells, but there are 2 columns. 7 rows are of another width; the next, as row "
        "(line): cells, are 3 (4): 1, 4 (5): 1, 5 (6): 1, 6 (7): 1, …. If a text holds the sign ',' that parts the "
        'cells, put the text in quotes: "…". Rows of another width can be left out (--leave-out-ragged).',
    ),
    "a row too short": (
        "a.csv",
        'a,b\n"1\n",2\n1\n',
        "a.csv: row 2 (line 4) has 1 cells, but there are 2 columns. Empty cells at the end of a row need their "
        "delimiters too, and a line break in a text needs quotes around the text. Rows of another width can be left "
        "out (--leave-out-ragged).",
    ),
    "an open quote": ("a.csv", 'a,b\n1,2\n1,"x\n', "a.csv: row 2 (line 3) opens a quote that is never closed."),
    "an open quote before others": (
        "a.csv",
        'a,b\n1,"x\n2,y\n3,"z"\n',
        "a.csv: row 1 (line 2) opens a quote that is never closed: it runs on to line 4, where the next quote stands. "
        "Close it, or write the quote twice if it belongs to the text.",
    ),
    "a quote inside": (
        "a.csv",
        'a,b\n1,"x" y\n',
        "a.csv: row 1 (line 2) goes on after a closing quote; a quote inside quotes must be doubled.",
    ),
    "twice the same header": ("a.csv", "a,a\n1,2\n", "a.csv has two columns of the name 'a'."),
    "null bytes": ("a.csv", b"a,b\n1,x\0y\n", "a.csv is not text: its line 2 holds a null byte."),
    "a pickle": (
        "a.csv",
        pickle.dumps(["x" * 300]),
        "a.csv is Python pickle, which is not read; save it as CSV, JSON lines, Excel (.xlsx) or Parquet.",
    ),
    "a picture": (
        "a.csv",
        b"\x89PNG\r\n\0\0",
        "a.csv is PNG image, which is not read; save it as CSV, JSON lines, Excel (.xlsx) or Parquet.",
    ),
    "a pickle as parquet": (
        "a.parquet",
        pickle.dumps(["x" * 300]),
        "a.parquet is not a Parquet file, or it is damaged.",
    ),
    "text as Excel": (
        "a.xlsx",
        "a,b\n1,2\n",
        "a.xlsx is not an Excel workbook (.xlsx); text needs a suffix such as .csv.",
    ),
    "text as Zip": ("a.zip", "a,b\n1,2\n", "a.zip is not a Zip file, or it is damaged."),
    "a JSON line": (
        "a.jsonl",
        '{"a": 1}\n{"a": }\n',
        "a.jsonl: line 2 is not JSON: '}' at character 7 does not belong there.",
    ),
    "a JSON number": ("a.jsonl", '{"a": 1}\n3\n', "a.jsonl: record 2 is a number, not a JSON object."),
    "a cut line": ("a.jsonl", '{"a": 1}\n{"a": \n', "a.jsonl: line 2 is not JSON: it ends within a record."),
    "an open array": ("a.json", '[{"a": 1}', "a.json: record 2 of the array is not JSON: the file ends there."),
    "half a character": ("a.jsonl", '{"a": "\\ud800"}', "a.jsonl holds half a character, the escape \\ud800."),
    "a judgement": (
        "a.qrels",
        "q 0 d 1\nq d 1\n",
        "a.qrels: line 2 has 3 columns; a TREC judgement has 4: query, 0, document, relevance.",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_gets_one_sentence_that_says_where(case: str, tmp_path: Path):
    name, content, expected = BROKEN[case]
    assert sentence(tmp_path / name, content) == expected


def test_control_characters_make_no_utf16(tmp_path: Path):
    assert "holds a null byte" in sentence(tmp_path / "a.csv", "a\1b\nc\n".encode("utf-16-le"))


def test_random_bytes_are_refused(tmp_path: Path):
    for _ in range(20):
        assert "a.csv is n" in sentence(tmp_path / "a.csv", os.urandom(300))


def test_json_keeps_numbers_as_texts_and_lists_as_lists(tmp_path: Path):
    records = [{"id": 7, "x": 0.1, "yes": True, "all": ["a", 1], "inner": {"a": [1]}}, {"id": "07", "new": None}]
    for name in ("a.json", "a.jsonl"):
        content = json.dumps(records, indent=1) if name == "a.json" else "\n".join(map(json.dumps, records))
        (table,) = read(tmp_path / name, content).values()
        first, second = rows(table)
        assert first["id"] == "7" and first["x"] == "0.1" and first["yes"] == "true"
        assert first["all"] == ["a", "1"] and first["inner.a"] == ["1"]
        assert second == {"id": "07", "x": None, "yes": None, "all": None, "inner.a": None, "new": None}


def test_fields_may_come_and_go_between_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("engine.readers.jsonl.BATCH", 1)
    records = [{"a": "1"}, {"b": "2"}, {"a": ["3"], "b": "4"}]
    (table,) = read(tmp_path / "a.jsonl", "\n".join(map(json.dumps, records))).values()
    assert rows(table) == [{"a": "1", "b": None}, {"a": None, "b": "2"}, {"a": ["3"], "b": "4"}]


def test_a_long_json_array_is_read_piece_by_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("engine.readers.jsonl.PIECE", 7)
    records = [{"id": str(number), "text": '],{"\\ \n' * number} for number in range(30)]
    (table,) = read(tmp_path / "a.json", json.dumps(records)).values()
    assert rows(table) == records


def test_parquet_keeps_exact_ids_numbers_and_nested_lists(tmp_path: Path):
    table = pd.DataFrame({"score": [0.1, None], "labels": [["a", "b"], []], "kind": pd.Categorical(["x", "y"])})
    table["id"] = pd.array([2**60 + 1, None], dtype="Int64")
    table.to_parquet(tmp_path / "a.parquet")
    (back,) = read(tmp_path / "a.parquet").values()
    assert rows(back) == [
        {"id": "1152921504606846977", "score": 0.1, "labels": ["a", "b"], "kind": "x"},
        {"id": None, "score": None, "labels": [], "kind": "y"},
    ]


def test_trec_judgements_become_query_document_and_score(tmp_path: Path):
    for name in ("a.qrels", "a.txt"):
        (table,) = read(tmp_path / name, "q1 0 d7 2\nq1\tQ0\td8\t0\n").values()
        assert rows(table)[0] == {"query_id": "q1", "corpus_id": "d7", "score": "2"} and len(table) == 2


def workbook(path: Path, *lines: list[object]) -> Path:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    book.create_sheet("empty")
    book.save(path)
    return path


def test_excel_cells_are_read_as_they_show_and_empty_rows_are_none(tmp_path: Path):
    lines = [["id", "text"], ["007", "a"], [7, 0.5], [], [True, None, "more"], [None, ""], []]
    (table,) = read(workbook(tmp_path / "a.xlsx", *lines)).values()
    assert table.fillna("").values.tolist() == [["007", "a", ""], ["7", "0.5", ""], ["true", "", "more"]]
    assert list(table.columns) == ["id", "text", "column 3"]


def test_a_formula_is_read_as_its_value_and_refused_without_one(tmp_path: Path):
    path = workbook(tmp_path / "a.xlsx", ["text", "n"], ["x", "=1+1"])
    with pytest.raises(BadFile, match=r"cell B2 of the sheet 'Sheet' holds a formula without a value"):
        read(path)
    rewrite(path, b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
    (table,) = read(path).values()
    assert rows(table) == [{"text": "x", "n": "2"}]
    rewrite(path, b'r="B2"><f>1+1</f><v>2</v>', b'r="B2" t="str"><f>""</f><v></v>')
    (table,) = read(path).values()
    assert rows(table) == [{"text": "x", "n": None}]


def rewrite(path: Path, old: bytes, new: bytes) -> None:
    """Exchange some bytes in the members of an archive."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert any(old in content for content in members.values())
    packed(path, {name: content.replace(old, new) for name, content in members.items()})


def test_a_sheet_is_read_whole_whatever_size_it_claims(tmp_path: Path):
    path = workbook(tmp_path / "a.xlsx", ["text", "n"], ["x", "y"])
    rewrite(path, b'<dimension ref="A1:B2" />', b'<dimension ref="A1:A1" />')
    (table,) = read(path).values()
    assert rows(table) == [{"text": "x", "n": "y"}]


def packed(path: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


BEIR = {
    "scifact/corpus.jsonl": '{"_id": "d1", "title": "", "text": "x"}\n',
    "scifact/queries.jsonl": '{"_id": "q1", "text": "y"}\n',
    "scifact/qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t1\n",
    "scifact/README.md": "# about",
    "__MACOSX/scifact/._corpus.jsonl": "x",
}


def test_a_beir_zip_and_its_folder_give_the_same_tables(tmp_path: Path):
    zipped = read(packed(tmp_path / "a.zip", BEIR))
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(tmp_path / "folder")
    unzipped = read(tmp_path / "folder")
    assert list(zipped) == ["corpus", "queries", "qrels/test"]
    assert {name: rows(table) for name, table in zipped.items()} == {n: rows(table) for n, table in unzipped.items()}


def test_numbered_shards_are_one_table_in_their_order(tmp_path: Path):
    members = {f"data/train-{n:05}-of-00002.csv": f"text,label\n{n},x\n" for n in (1, 0)}
    assert rows(read(packed(tmp_path / "a.zip", members))["train"])[0] == {"text": "0", "label": "x"}


@pytest.mark.parametrize("name", ["../a.csv", "/etc/a.csv", "x/../../a.csv", "C:\\a.csv", "..\\a.csv"])
def test_an_archive_that_leads_out_of_itself_is_refused(name: str, tmp_path: Path):
    packed(tmp_path / "a.zip", {"good.csv": "a,b\n1,2\n", name: "a,b\n1,2\n"})
    with pytest.raises(BadFile, match="leads out of the archive"):
        read(tmp_path / "a.zip")


def test_links_in_archives_are_refused(tmp_path: Path):
    link = zipfile.ZipInfo("a.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(BadFile, match="leads out of the archive"):
        read(tmp_path / "a.zip")


@pytest.mark.parametrize("name", ["a.zip", "a.xlsx"])
def test_an_archive_that_swells_beyond_measure_is_refused(name: str, tmp_path: Path):
    packed(tmp_path / name, {"xl/workbook.xml": "x", "a.csv": b"a" * 30_000_000})
    with pytest.raises(BadFile, match="times its size, as no honest file does; at most 200 times are read"):
        read(tmp_path / name)


def test_an_archive_without_tables_or_with_two_of_a_name_is_refused(tmp_path: Path):
    with pytest.raises(BadFile, match="holds no table that can be read"):
        read(packed(tmp_path / "a.zip", {"README.md": "x"}))
    with pytest.raises(BadFile, match="holds two tables of the name 'a'"):
        read(packed(tmp_path / "a.zip", {"a.csv": "a,b\n1,2\n", "a.tsv": "a\tb\n1\t2\n"}))


def test_damaged_files_of_every_kind_are_refused_or_read_and_never_crash(tmp_path: Path):
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"id": ["1", "2"], "text": ["苹果", 'b "q"'], "score": ["1.5", "2"]})
    for name, write in WRITERS.items():
        write(table.astype(object), tmp_path / name)
    packed(tmp_path / "a.zip", BEIR)
    for path in [tmp_path / name for name in [*WRITERS, "a.zip"]]:
        whole = path.read_bytes()
        for _ in range(25):
            content = bytearray(whole)
            for at in rng.integers(len(content), size=3):
                content[at] = rng.integers(256)
            with suppress(BadFile):
                read(path, bytes(content))


def test_a_damaged_archive_is_refused(tmp_path: Path):
    content = bytearray(packed(tmp_path / "a.zip", {"a.csv": "a,b\n1,2\n" * 50}).read_bytes())
    content[45] ^= 255
    assert "a.zip is damaged: 'a.csv' cannot be unpacked." in sentence(tmp_path / "a.zip", bytes(content))


def test_a_file_packed_by_gzip_is_read_as_what_it_holds_within_measure(tmp_path: Path):
    packed_by = {"csv": "text,label\nx,y\n", "jsonl": '{"text": "x", "label": "y"}\n', "tsv": "text\tlabel\nx\ty\n"}
    for suffix, content in packed_by.items():
        name = f"a.{suffix}.gz"
        (table,) = read(tmp_path / name, gzip.compress(content.encode())).values()
        assert rows(table) == [{"text": "x", "label": "y"}]
    assert "a.csv.gz is damaged" in sentence(tmp_path / "a.csv.gz", gzip.compress(b"text,label\nx,y\n")[:-9])
    assert "times its size, as no honest file does" in sentence(tmp_path / "a.csv.gz", gzip.compress(b"a" * 30_000_000))


def test_lines_of_fasttext_are_texts_with_their_labels_and_a_broken_one_is_named(tmp_path: Path):
    (table,) = read(tmp_path / "a.txt", "__label__x one text\n\n__label__y another,  with blanks\n").values()
    assert rows(table) == [{"text": "one text", "label": "x"}, {"text": "another,  with blanks", "label": "y"}]
    (table,) = read(tmp_path / "b.txt", "__label__x __label__z one\n__label__y two\n").values()
    assert [row["label"] for row in rows(table)] == [["x", "z"], ["y"]]
    many = "".join(f"__label__x text {n}\n" for n in range(40)) + "no label here\n"
    assert "line 41 is not written as fastText" in sentence(tmp_path / "c.txt", many)


def test_documents_between_trec_tags_have_their_number_title_and_text_and_a_broken_one_is_named(tmp_path: Path):
    one = "<DOC>\n<DOCNO> a1 </DOCNO>\n<HL>A <b>title</b></HL>\n<TEXT>\nSalt &amp; light\n<P>more</TEXT>\n</DOC>"
    two = "<doc><docno>a2</docno><text>two</text></doc>"
    (table,) = read(tmp_path / "a.sgml", f"{one}{two}\n{two.replace('a2', 'a3')}\n").values()
    assert rows(table)[0] == {"id": "a1", "title": "A title", "text": "Salt & light more"}
    assert table["id"].tolist() == ["a1", "a2", "a3"] and table["title"].tolist()[1:] == ["", ""]
    assert [*read(tmp_path / "b.txt", two)["b"].columns] == ["id", "text"]
    assert "ends within a document" in sentence(tmp_path / "c.trec", f"{two}\n<DOC><DOCNO>a4</DOCNO><TEXT>")
    assert "the document 'a2' has no <TEXT>" in sentence(tmp_path / "d.trec", two.replace("text>", "body>"))


def test_topics_between_trec_tags_have_their_number_and_title_and_a_broken_one_is_named(tmp_path: Path):
    old = "<top>\n<num> Number: 401\n<title> Topic: salt &amp;\n light\n\n<desc> Description:\nmore\n</top>\n\n"
    clef = '<top lang="en">\n<num>C041</num>\n<EN-title>In <i>Baby</i> Food</EN-title>\n<EN-desc> x </EN-desc>\n</top>'
    (table,) = read(tmp_path / "topics.txt", old + clef).values()
    assert rows(table) == [{"query_id": "401", "query": "salt & light"}, {"query_id": "C041", "query": "In Baby Food"}]
    assert "the topic '401' has no <title>" in sentence(tmp_path / "a.txt", old.replace("<title>", "<titel>"))
    assert "ends within a topic" in sentence(tmp_path / "b.txt", f"{old}<top>\n<num> 402\n<title> two\n")


def test_a_pipe_is_no_file_and_nobody_waits_for_it(tmp_path: Path):
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(BadFile, match="neither a file nor a folder, but a pipe"):
        choice.read(tmp_path / "a.csv")
