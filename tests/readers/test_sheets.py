"""What the cells of a sheet show is what is read: formats of ids, merged cells, errors, titles, hidden sheets."""

from pathlib import Path

import openpyxl
import pytest

from engine.readers.choice import read
from engine.types import BadFile, Reading, ReadingOptions


def book(path: Path, *rows: tuple[object, ...]) -> openpyxl.Workbook:
    workbook = openpyxl.Workbook()
    workbook.active.title = "Data"
    for row in rows:
        workbook.active.append(row)
    return workbook


def saved(workbook: openpyxl.Workbook, path: Path, **said: object) -> Reading:
    workbook.save(path)
    return read(path, ReadingOptions(**said))  # type: ignore[arg-type]


def said(reading: Reading) -> str:
    return " ".join(str(note.message) for note in reading.notes)


@pytest.mark.parametrize(
    ("style", "value", "shown"),
    [("00000", 7, "00007"), ('"T-"000', 7, "T-007"), ("0", 7, "7"), ("General", 7, "7"), ("0.00", 4.25, "4.25"),
     ("0.0", 4.25, "4.25"), ("#,##0", 1234, "1234"), ("0%", 0.5, "0.5"), ('"No. "0', 12, "No. 12")],
)  # fmt: skip
def test_ids_are_read_as_their_format_shows_them_and_scores_in_full(
    style: str, value: float, shown: str, tmp_path: Path
):
    workbook = book(tmp_path, ("id", "text"), (value, "a"), (value, "b"))
    for cell in workbook["Data"]["A"][1:]:
        cell.number_format = style
    assert saved(workbook, tmp_path / "a.xlsx").tables["Data"]["id"].tolist() == [shown, shown]


def test_cells_merged_downwards_hold_their_text_in_each_row(tmp_path: Path):
    workbook = book(tmp_path, ("topic", "text"), ("loan", "a"), (None, "b"), ("house", "c"), (None, "d"))
    workbook["Data"].merge_cells("A2:A3")
    reading = saved(workbook, tmp_path / "a.xlsx")
    assert reading.tables["Data"]["topic"].fillna("").tolist() == ["loan", "loan", "house", ""]
    assert "1 cell below merged ones got the text of those" in said(reading)


def test_errors_of_formulas_are_missing_and_named_and_the_same_letters_as_text_are_text(tmp_path: Path):
    workbook = book(tmp_path, ("text", "label"), ("#N/A", "x"), ("b", None))
    workbook["Data"]["B3"].value, workbook["Data"]["B3"].data_type = "#REF!", "e"
    workbook["Data"]["A2"].data_type = "s"
    reading = saved(workbook, tmp_path / "a.xlsx")
    assert reading.tables["Data"]["text"].tolist() == ["#N/A", "b"]
    assert reading.tables["Data"]["label"].isna().tolist() == [False, True] and "missing: B3" in said(reading)


def test_titles_and_empty_rows_are_passed_over_with_a_word(tmp_path: Path):
    workbook = book(tmp_path, ("Messages of May",), (), ("text", "label"), ("a", "x"), (), ("b", "y"))
    reading = saved(workbook, tmp_path / "a.xlsx")
    assert reading.tables["Data"].to_dict("list") == {"text": ["a", "b"], "label": ["x", "y"]}
    assert "Messages of May" in said(reading) and "empty rows were passed over: 2, 5" in said(reading)


def test_rows_that_describe_a_report_stand_above_its_table(tmp_path: Path):
    rows = [(f"what about number {n}", f"It stands on shelf {n}, on the left.", n) for n in range(6)]
    workbook = book(tmp_path, ("Report",), ("Date", "May"), (), ("Question", "Answer", "Views"), *rows)
    reading = saved(workbook, tmp_path / "a.xlsx")
    assert list(reading.tables["Data"].columns) == ["Question", "Answer", "Views"]
    assert len(reading.tables["Data"]) == 6 and "Report / Date May" in said(reading)


def test_hidden_sheets_are_left_out_with_a_word_and_read_where_they_are_named(tmp_path: Path):
    workbook = book(tmp_path, ("text", "label"), ("a", "x"))
    workbook.create_sheet("Lists").append(("x",))
    workbook["Lists"].sheet_state = "hidden"
    reading = saved(workbook, tmp_path / "a.xlsx")
    assert list(reading.tables) == ["Data"] and "hidden sheet 'Lists' was left out" in said(reading)
    assert list(saved(workbook, tmp_path / "a.xlsx", sheet="Lists").tables) == ["Lists"]
    with pytest.raises(BadFile, match="has no sheet 'X'; it has Data, Lists"):
        saved(workbook, tmp_path / "a.xlsx", sheet="X")


@pytest.mark.parametrize(
    ("header", "last", "left"),
    [(("a", "b", "score"), ("Average", "n = 4", 2.5), 4), (("a", "b", "score"), ("合计：", None, 10), 4),
     (("a", "b", "score"), ("Total", "Sum", 3), 5), (("a", "b", "score"), ("Total", "the whole of it", 2.5), 5),
     (("text", "score"), ("Mean", 2.5), 4), (("text", "score"), ("Mean", 4), 5)],
)  # fmt: skip
def test_a_last_row_that_sums_up_is_no_row_and_one_that_holds_such_a_word_is(
    header: tuple[str, ...], last: tuple[object, ...], left: int, tmp_path: Path
):
    rows = [(*(f"the {one} text number {row}" for one in header[:-1]), row) for row in range(1, 5)]
    reading = saved(book(tmp_path, header, *rows, last), tmp_path / "a.xlsx")
    assert len(reading.tables["Data"]) == left
    assert ("sum up the others" in said(reading)) == (left == 4)


def test_a_header_repeated_below_a_title_parts_tables_and_a_lone_cell_elsewhere_is_a_row(tmp_path: Path):
    head = ("question", "answer")
    rows = [head, ("how long", "a week"), (), ("Payment", None), head, ("by card", "yes"), (), ("alone", None)]
    reading = saved(book(tmp_path, *rows), tmp_path / "a.xlsx")
    assert reading.tables["Data"]["question"].tolist() == ["how long", "by card", "alone"]
    assert "left out: 4, 5" in said(reading)
