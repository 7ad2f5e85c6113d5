"""Which files stand line by line beside one another: a text and its translation, texts and their labels?"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import pandas as pd

from engine.readers.folders.alike import NAMES
from engine.texts.column_names import names as column_names
from engine.texts.column_names import plain
from engine.types import BadFile, Message, Note

SPLITS = {"train", "training", "dev", "devtest", "val", "valid", "validation", "test", "eval", "trial", "small"}
Key = tuple[str, ...]
UNNAMED = re.compile(r"column \d+")


def paired(file: str, tables: Mapping[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], list[Note]]:
    """The tables, those without a header that differ in one word of their name put side by side; and which.

    Columns are named by the word, and numbered behind it where a file has several. Where the words are labels, such as
    pos and neg, the files of single lines stand below one another instead, each line with its label.

    Raises:
        BadFile: two such files of single lines have not the same number of lines.
    """
    made, notes = dict(tables), list[Note]()
    for group in _groups(tables).values():
        if _are_labels([word for _, word in group]) and all(len(tables[name].columns) == 1 for name, _ in group):
            whole = _common([name for name, _ in group])
            made = {name: table for name, table in made.items() if name not in dict(group)}
            made[whole] = pd.concat([_labelled(tables[name], word) for name, word in group], ignore_index=True)
            values = {"file": file, "names": ", ".join(name for name, _ in group), "table": whole}
            notes.append(
                Note(
                    Message(
                        "{file}: the lines of {names} are texts, and the name of each file is their label.", values
                    ),
                    whole,
                )
            )
            continue
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


def _are_labels(words: Sequence[str]) -> bool:
    """Whether all files are called as labels are."""
    return all(plain(word) in column_names("file_label") for word in words)


def _labelled(table: pd.DataFrame, word: str) -> pd.DataFrame:
    texts = table.iloc[:, 0].dropna().astype("str")
    return pd.DataFrame({"text": texts, "label": pd.Series(word, texts.index, dtype="str")})


def _words(name: str) -> list[str]:
    return re.split(r"[-_.]+", PurePosixPath(name).name)


def _groups(tables: Mapping[str, pd.DataFrame]) -> dict[Key, list[tuple[str, str]]]:
    """{what the names of a group share: [(name, its own words)]}: no header, and at least one of single lines."""
    bare = {
        name: _words(name)
        for name, table in tables.items()
        if all(UNNAMED.fullmatch(str(column)) for column in table.columns) and not {*_words(name)} & NAMES
    }
    found: dict[Key, list[tuple[str, str]]] = defaultdict(list)
    for name, words in bare.items():
        mates = [one for other, one in bare.items() if other != name and _folder(other) == _folder(name)]
        if key := _key(words, mates):
            found[_folder(name), *key[0]].append((name, key[1]))
    return {
        key: group
        for key, group in found.items()
        if len(group) > 1 and any(len(tables[name].columns) == 1 for name, _ in group)
    }


def _folder(name: str) -> str:
    return str(PurePosixPath(name).parent)


def _key(words: Sequence[str], mates: Sequence[Sequence[str]]) -> tuple[Key, str] | None:
    """What a name shares with those beside it, and what is its own: one word in its place, or all others' words less.

    A split such as train or test is shared: texts of two splits do not stand beside one another.
    """
    for place, word in enumerate(words):
        rest = [*words[:place], *words[place + 1 :]]
        if word.lower() not in SPLITS and any(
            len(one) == len(words) and [*one[:place], *one[place + 1 :]] == rest and one[place].lower() not in SPLITS
            for one in mates
        ):
            return (*words[:place], "", *words[place + 1 :]), word
    fixed = [word for word in words if word.lower() in SPLITS]
    mates = [one for one in mates if [word for word in one if word.lower() in SPLITS] == fixed]
    own = [word for word in words if word not in fixed and not any(word in one for one in mates)]
    return (("", *fixed), "-".join(own)) if own and mates else None


def _named(table: pd.DataFrame, word: str) -> pd.DataFrame:
    names = [word] if len(table.columns) == 1 else [f"{word} {number}" for number in range(1, len(table.columns) + 1)]
    return table.set_axis(names, axis=1)


def _common(names: Sequence[str]) -> str:
    """The words that all names have, behind their folder; "lines" where there are none."""
    first = PurePosixPath(names[0])
    words = [word for word in _words(names[0]) if all(word in _words(name) for name in names)]
    return str(first.with_name("-".join(words) or "lines"))
