"""Which files stand line by line beside one another: a text and its translation, texts and their labels?"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import pandas as pd

from engine.types import BadFile, Message, Note

SPLITS = {"train", "training", "dev", "devtest", "val", "valid", "validation", "test", "eval", "trial", "small"}
ABOUT = {"mapping", "classes", "class", "vocab", "labels_map", "label_names"}
UNNAMED = re.compile(r"column \d+")


def paired(file: str, tables: Mapping[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], list[Note]]:
    """The tables, those without a header that differ in one word of their name put side by side; and which.

    Columns are named by the word, and numbered behind it where a file has several.

    Raises:
        BadFile: two such files of single lines have not the same number of lines.
    """
    made, notes = dict(tables), list[Note]()
    for group in _groups(tables).values():
        lines = {name: len(tables[name]) for name, _ in group}
        if len({*lines.values()}) > 1:
            raise BadFile(
                "{file}: files that stand line by line beside one another have different numbers of lines: {lines}.",
                file=file, lines=", ".join(f"{name} {count}" for name, count in lines.items()),
            )  # fmt: skip
        together = pd.concat([_named(tables[name], word) for name, word in group], axis=1)
        whole = _common([name for name, _ in group])
        for name, _ in group:
            del made[name]
        made[whole] = together
        values = {"file": file, "names": ", ".join(lines), "table": whole}
        notes.append(Note(Message("{file}: {names} stand line by line beside one another.", values), whole))
    return made, notes


def _words(name: str) -> list[str]:
    return re.split(r"[-_.]+", PurePosixPath(name).name)


def _groups(tables: Mapping[str, pd.DataFrame]) -> dict[tuple[str, ...], list[tuple[str, str]]]:
    """{name without its differing word: [(name, word)]} of tables without a header, at least one of single lines."""
    bare = {
        name: _words(name)
        for name, table in tables.items()
        if all(UNNAMED.fullmatch(str(column)) for column in table.columns) and not {*_words(name)} & ABOUT
    }
    found: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for folder in {str(PurePosixPath(name).parent) for name in bare}:
        here = {name: words for name, words in bare.items() if str(PurePosixPath(name).parent) == folder}
        for name, words in here.items():
            others = [one for other, one in here.items() if other != name]
            for key, word in _keys(folder, words, others):
                found[key].append((name, word))
                break
    return {
        key: group
        for key, group in found.items()
        if len(group) > 1 and any(len(tables[name].columns) == 1 for name, _ in group)
    }


def _keys(folder: str, words: Sequence[str], others: Sequence[Sequence[str]]) -> list[tuple[tuple[str, ...], str]]:
    """What is left of a name without the words in which it differs from the names beside it; the split stays."""
    fixed = [word for word in words if word.lower() in SPLITS]
    shared = [word for word in words if word not in fixed and any(word in other for other in others)]
    differing = [word for word in words if word not in fixed and word not in shared]
    if not differing:
        return []
    mates = [one for one in others if [word for word in one if word.lower() in SPLITS] == fixed]
    return [((folder, *fixed), "-".join(differing))] if mates else []


def _named(table: pd.DataFrame, word: str) -> pd.DataFrame:
    names = [word] if len(table.columns) == 1 else [f"{word} {number}" for number in range(1, len(table.columns) + 1)]
    return table.set_axis(names, axis=1)


def _common(names: Sequence[str]) -> str:
    """The words that all names have, behind their folder; "lines" where there are none."""
    first = PurePosixPath(names[0])
    words = [word for word in _words(names[0]) if all(word in _words(name) for name in names)]
    return str(first.with_name("-".join(words) or "lines"))
