"""A first row is a header or data by what stands below it, and what stands above a table is passed over with a word."""

from contextlib import suppress
from pathlib import Path

import pytest

from engine.readers import header
from engine.readers.choice import read
from engine.types import PLAIN, BadFile, Reading, ReadingOptions
from tests.layouts import HERE, cases

TEXTS = ["the lift is broken", "may I renew this novel", "my card has expired", "where are the atlases", "it is cold"]
TEXTS += [f"{text} {more}" for text in TEXTS for more in ("again", "since Monday")]
LABELS = ["house", "loan", "card", "loan", "house"] * 3


def written(path: Path, text: str, options: ReadingOptions = PLAIN) -> Reading:
    path.write_text(text, encoding="utf-8")
    return read(path, options)


def said(reading: Reading) -> str:
    return " ".join(str(note.message) for note in reading.notes)


def lines(rows: list[tuple[str, ...]]) -> str:
    return "".join(",".join(row) + "\n" for row in rows)


ROWS = list(zip(TEXTS, LABELS, strict=True))


def test_a_row_that_is_like_all_others_is_data_and_is_said_to_be(tmp_path: Path):
    reading = written(tmp_path / "a.csv", lines(ROWS))
    assert len(reading.tables["a"]) == len(ROWS) and list(reading.tables["a"].columns) == ["column 1", "column 2"]
    assert "a.csv has no header; its first row is data: the lift is broken | house" in said(reading)


@pytest.mark.parametrize("names", [("text", "label"), ("Tell us", "Desk"), ("内容", "类别"), ("0", "1")])
def test_a_row_that_differs_from_all_others_is_the_header(names: tuple[str, str], tmp_path: Path):
    table = written(tmp_path / "a.csv", lines([names, *ROWS])).tables["a"]
    assert list(table.columns) == [*names] and len(table) == len(ROWS)


def test_a_word_above_numbers_is_a_header_and_a_number_above_numbers_is_none():
    assert header.evidence([("a", "points"), ("b", "1"), ("c", "2.5")]) >= header.SURE
    assert header.evidence([("a", "3"), ("b", "1"), ("c", "2.5")]) < 0


def test_a_doubtful_header_names_the_option_that_settles_it(tmp_path: Path):
    doubtful = "ab\tcd\nef\tgh\nij\tkl\n"
    (note,) = written(tmp_path / "a.tsv", doubtful).notes
    assert note.option in {"--header", "--no-header"} and note.table == "a"
    for said_so, expected in ((True, 2), (False, 3)):
        reading = written(tmp_path / "a.tsv", doubtful, ReadingOptions(header=said_so))
        assert len(reading.tables["a"]) == expected and not reading.notes


@pytest.mark.parametrize("above", ["The messages of May,\n,\n", "# made on Monday\n# by the desk\n", "\n\nMessages,\n"])
def test_titles_comments_and_blank_lines_above_a_header_are_passed_over_with_a_word(above: str, tmp_path: Path):
    reading = written(tmp_path / "a.csv", above + lines([("text", "label"), *ROWS]))
    assert list(reading.tables["a"].columns) == ["text", "label"] and len(reading.tables["a"]) == len(ROWS)
    assert "passed over above the header" in said(reading)


def test_a_first_row_with_an_empty_cell_is_not_passed_over_where_no_header_follows(tmp_path: Path):
    reading = written(tmp_path / "a.csv", lines([("a text without its label", ""), *ROWS]))
    assert len(reading.tables["a"]) == len(ROWS) + 1


def test_the_line_that_names_the_delimiter_is_none_of_the_table(tmp_path: Path):
    reading = written(tmp_path / "a.csv", "sep=;\ntext;label\n" + "".join(f"{text};{label}\n" for text, label in ROWS))
    assert list(reading.tables["a"].columns) == ["text", "label"] and len(reading.tables["a"]) == len(ROWS)
    assert "'sep=;'" in said(reading)


def test_lines_to_skip_and_the_delimiter_can_be_said(tmp_path: Path):
    text = "one; two\nthree\n" + "text^label\n" + "".join(f"{text}^{label}\n" for text, label in ROWS)
    reading = written(tmp_path / "a.csv", text, ReadingOptions(skip_rows=2, delimiter="^"))
    assert list(reading.tables["a"].columns) == ["text", "label"] and len(reading.tables["a"]) == len(ROWS)


@pytest.mark.parametrize("delimiter", ["||", " ||| ", " | ", "::", "\x01"])
def test_delimiters_of_several_characters_are_found(delimiter: str, tmp_path: Path):
    rows = [("text", "label"), *((text + ", a | b", label) for text, label in ROWS)] if delimiter != " | " else ROWS
    text = "".join(delimiter.join(row) + "\n" for row in rows)
    table = written(tmp_path / "a.txt", text, ReadingOptions(header=rows is not ROWS)).tables["a"]
    assert table.iloc[0].tolist() == [*rows[rows is not ROWS]]


def test_bare_lines_are_never_cut_at_their_commas(tmp_path: Path):
    sentences = [f"{text}, thank you" for text in TEXTS]
    table = written(tmp_path / "a.txt", "\n".join(sentences) + "\n\n").tables["a"]
    assert table["column 1"].tolist() == sentences


@pytest.mark.parametrize(("ending", "mark"), [("csv", ","), ("tsv", "\t")])
def test_rows_of_another_width_are_left_out_where_that_is_said_and_counted(tmp_path: Path, ending: str, mark: str):
    lines = ["text,label", *(f"{text},{label}" for text, label in ROWS), "a,b,c", "alone", "a,last"]
    text = "\n".join(lines).replace(",", mark) + "\n"
    with pytest.raises(BadFile, match="2 rows are of another width"):
        written(tmp_path / f"a.{ending}", text)
    reading = written(tmp_path / f"a.{ending}", text, ReadingOptions(leave_out_ragged=True))
    assert len(reading.tables["a"]) == len(ROWS) + 1 and reading.tables["a"]["label"].iloc[-1] == "last"
    left = f"2 rows of a.{ending} have too many or too few cells and were left out: {len(ROWS) + 1}, {len(ROWS) + 2}."
    assert left in said(reading)


def test_cells_beyond_the_header_are_left_away_only_where_they_are_empty(tmp_path: Path):
    reading = written(tmp_path / "a.csv", "text,label\n" + "".join(f"{text},{label},\n" for text, label in ROWS))
    assert reading.tables["a"].shape == (len(ROWS), 2) and "15 rows of a.csv end in delimiters" in said(reading)
    with pytest.raises(BadFile, match=r"row 2 .line 3. has 3 cells, but there are 2 columns.*in quotes"):
        written(tmp_path / "a.csv", "text,label\na,x\nb, sadly,y\n")


def test_wider_rows_of_tabs_without_a_header_make_columns_of_their_own(tmp_path: Path):
    rows = [("main", f"{n / 4}", f"sentence number {n} here", *(("CC-BY",) if n % 4 == 1 else ())) for n in range(12)]
    reading = written(tmp_path / "a.tsv", "".join("\t".join(row) + "\n" for row in rows))
    assert reading.tables["a"]["column 4"].tolist()[:2] != ["CC-BY"] * 2 and reading.tables["a"].shape == (12, 4)
    assert "3 rows of a.tsv have more cells than the others, which make" in said(reading)


def test_a_header_repeated_between_the_rows_is_left_out_with_a_word(tmp_path: Path):
    reading = written(tmp_path / "a.csv", lines([("text", "label"), *ROWS, ("text", "label"), *ROWS]))
    assert len(reading.tables["a"]) == 2 * len(ROWS) and "1 row of a.csv repeats the header" in said(reading)


def test_decimal_commas_become_points_only_where_a_column_is_consistent(tmp_path: Path):
    reading = written(tmp_path / "a.csv", "a;b;c\n1,5;1,234;1,5\n2;5,678;1.5\n0,25;1,000;2\n")
    table = reading.tables["a"]
    assert table["a"].tolist() == ["1.5", "2", "0.25"]
    assert table["b"].tolist() == ["1,234", "5,678", "1,000"] and table["c"].tolist() == ["1,5", "1.5", "2"]
    assert "decimal commas are read as points in: a" in said(reading)


def test_a_blank_between_a_comma_and_a_quote_is_none_of_the_cell(tmp_path: Path):
    reading = written(tmp_path / "a.csv", 'text, label\n"well, yes", "a"\n"oh, no", "b"\n')
    assert reading.tables["a"].to_dict("list") == {"text": ["well, yes", "oh, no"], "label": ["a", "b"]}


def test_no_table_of_the_collection_loses_or_gains_a_row_in_silence_when_its_header_goes():
    wrong = []
    for case in cases():
        with suppress(BadFile):
            for name, table in read(HERE / case.path).tables.items():
                rows = [[None if cell is None or cell != cell else str(cell) for cell in row] for row in table.values]
                named = [str(column) for column in table.columns]
                bare = header.top(rows, PLAIN) if rows else None
                if bare and (bare.above or (bare.header and bare.certainty >= header.SURE)):
                    wrong.append(f"{case.path}, {name}, without its header")
                full = header.top([named, *rows], PLAIN)
                has_names = not all(column.startswith("column ") for column in named)
                if rows and has_names and (full.above or (not full.header and full.certainty >= header.SURE)):
                    wrong.append(f"{case.path}, {name}, with its header")
    assert wrong == []
