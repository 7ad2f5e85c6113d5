"""A header is what people call its column, without what only tells how the column is filled in."""

import pytest

from engine.texts.column_names import plain, without_notes, words


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("group（可选）", "group"),
        ("score (optional)", "score"),
        ("标签（必填）", "标签"),
        ("標籤【必填】", "标签"),
        ("*标准问题", "标准问题"),
        ("问题*", "问题"),
        ("score (0-5)", "score"),
        ("相似度（0~5分）", "相似度"),
        ("答案（必填，最长不超过4096个字符）", "答案"),
        ("相似问（多个用分号分隔）", "相似问"),
        ("问题（选填，单元格内一行一个）", "问题"),
        ("Title (max. 80 characters)", "title"),
    ],
)
def test_notes_in_brackets_are_no_part_of_a_name(header: str, name: str):
    assert plain(header) == name


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        ("sentence (A)", ("sentence", "a")),
        ("score (model)", ("score", "model")),
        ("文本(中文)", ("文本", "中文")),
        ("answer (wrong)", ("answer", "wrong")),
        ("说明（如何使用）", ("说明", "如何使用")),
        ("sentence (1)", ("sentence", "1")),
    ],
)
def test_what_tells_columns_apart_stays_in_their_names(header: str, parts: tuple[str, ...]):
    assert words(header) == parts


def test_a_header_of_nothing_but_a_note_keeps_it():
    assert without_notes("(optional)") == "(optional)"
