"""Does every visitor read everything in the language that they chose?"""

import ast
import io
import itertools
import re
import string
from pathlib import Path

import numpy as np
import pytest
from babel.messages.pofile import read_po

from engine import plugins
from engine.statistics import judged_items
from pages.locale import LANGUAGES, catalogue
from pages.locale.__main__ import template
from pages.parts.language import said_in

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = template()
HAN = re.compile(r"[\u4e00-\u9fff]")


def texts(language: str) -> dict[str, str]:
    with catalogue(language).open("rb") as source:
        return {message.id: message.string for message in read_po(source, locale=language) if message.id}


def gaps(text: str) -> set[str]:
    return {
        name.split(".")[0].split("[")[0] for _text, name, _spec, _conversion in string.Formatter().parse(text) if name
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_every_text_and_no_other(language: str):
    wanted = {message.id for message in TEMPLATE if message.id}
    known = set(texts(language))
    assert wanted - known == set(), "run: make messages"
    assert known - wanted == set(), "run: make messages"


@pytest.mark.parametrize("language", LANGUAGES)
def test_per_cent_is_written_one_way(language: str):
    found = [
        text for pair in texts(language).items() for one in pair for text in ([one] if isinstance(one, str) else one)
    ]
    assert [text for text in found if re.search(r"[\d}] %", text)] == []


def test_no_text_is_hidden_where_the_catalogue_does_not_see_it():
    hidden = [
        f"{path.name}:{call.lineno}"
        for path in sorted((ROOT / "pages").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("_", "ngettext")
        if isinstance(call.args[0], ast.Constant)
    ]
    assert hidden == [], "a text inside an f-string is not found: give it a name before"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str):
    def empty(text: object) -> bool:
        return not text if isinstance(text, str) else not all(text)

    assert [key for key, text in texts(language).items() if empty(text)] == []


def test_the_chinese_is_chinese():
    letters = re.compile(r"[A-Za-z]{4,}.*[A-Za-z]{4,}")
    foreign = [
        key
        for key, text in texts("zh").items()
        for one in ([text] if isinstance(text, str) else text)
        if letters.search(re.sub(r"\{[^}]*\}", "", key if isinstance(key, str) else key[0])) and not HAN.search(one)
    ]
    assert foreign == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_gaps_of_their_texts(language: str):
    for key, text in texts(language).items():
        keys = [key] if isinstance(key, str) else list(key)
        for one in [text] if isinstance(text, str) else text:
            assert gaps(one) == gaps(keys[-1]), keys[-1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_brackets_stand_within_brackets(language: str):
    for task in plugins.tasks().values():
        for groups, web, column in itertools.product((3, 40, 80, None), (True, False), ("", "topic")):
            told = str(said_in(language, judged_items.said(task, 80, groups, column, web=web)))
            assert not set(told) & set("()（）"), "a verdict has it in brackets"
    known = read_po(io.BytesIO(catalogue(language).read_bytes()))
    inside = re.compile(r"[(（][^()（）]*(?<!\w)[(（][^()（）]*[)）]\s*[)）]")  # what is no call, such as log(rank)
    texts = [one for message in known for one in np.atleast_1d(message.string) if message.id]
    assert [one for one in texts if inside.search(one)] == []
