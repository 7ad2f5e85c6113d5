"""Does a folder hold one text a file, and does the name of the folder that it lies in label it?"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath

import pandas as pd

from engine.readers.folders.beside import SPLITS
from engine.readers.text import open_text
from engine.types import BadFile, Message, Note, Reading

LEAST = 2
"""Texts of a label, and labels."""
SHOWN = 5
LONGEST = 1 << 20
"""Bytes of a text; what is longer is a table."""
MOST = 0.9
"""The share of the files that must be such texts."""
UNLABELLED = {"unsup", "unlabeled", "unlabelled"}
LANGUAGE = re.compile(r"[a-z]{2,3}([-_][A-Za-z]{2,4})?")
KNOWN = {"pos", "neg"}


def are_classes(files: Sequence[PurePath]) -> bool:
    """Whether the names of the files say so: .txt in several folders, none of which is a split or a language."""
    texts = [file for file in files if _is_text(file)]
    if len(texts) < MOST * len(files) or not texts:
        return False
    counts = Counter(file.parent.name for file in texts)
    if len(counts) < LEAST or min(counts.values()) < LEAST:
        return False
    return bool({*counts} & KNOWN) or not all(LANGUAGE.fullmatch(name) for name in counts)


def _is_text(file: PurePath) -> bool:
    return file.suffix.lower() == ".txt" and len(file.parts) > 1 and file.parent.name.lower() not in SPLITS


def read(file: str, members: Iterable[tuple[PurePath, Path]]) -> Reading:
    """One table of text, label and file for each folder above the labels, or one of all of them.

    Raises:
        BadFile: a file is in no known encoding, or so long that it is no single text.
    """
    rows: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    left, labels = list[str](), dict[str, int]()
    for inner, path in members:
        if not _is_text(inner) or inner.parent.name in UNLABELLED or not path.stat().st_size:
            left.append(inner.as_posix())
            continue
        labels[inner.parent.name] = labels.get(inner.parent.name, 0) + 1
        if path.stat().st_size > LONGEST:
            raise BadFile(
                "{file}: {member} is longer than a text is (1 MB); each file in a folder of labels is read as one.",
                file=file, member=inner.as_posix(),
            )  # fmt: skip
        with open_text(path) as opened:
            text = opened.read().strip()
        above = inner.parent.parent.as_posix()
        rows["" if above == "." else above].append((text, inner.parent.name, inner.name))
    tables = {
        name or Path(file).stem: pd.DataFrame(found, columns=["text", "label", "file"]).astype("str")
        for name, found in rows.items()
    }
    values = {"file": file, "labels": ", ".join(f"{name} ({count})" for name, count in labels.items())}
    notes = [Note(Message("{file}: each file is one text, labelled by its folder: {labels}", values))]
    if left:
        gone: dict[str, object] = {"file": file, "count": len(left), "names": ", ".join(left[:SHOWN])}
        notes.append(Note(Message("{file}: {count} files without a label or a text were left out: {names}", gone)))
    return Reading(tables, tuple(notes))
