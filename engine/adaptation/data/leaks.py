"""Does what is learnt from know what is judged? Rows of the one that hold a text of the other, or nearly so."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.adaptation.data.near_duplicates import groups, normal
from engine.adaptation.data.units import Units
from engine.types import Message

LEAST = 30
"""Characters of a judged text that must stand inside another for that to be no chance."""
KINDS = {
    "query": Message("the same query"),
    "document": Message("the same document"),
    "near": Message("nearly the same text"),
    "inside": Message("a part of the text"),
}


@dataclass(frozen=True)
class Leaks:
    """Rows of what is learnt from that hold what is judged.

    found: a row a leak: row (of the units learnt from, from 0), kind (query, document, near, inside), text, judged, and
    which one that is: other (its row, from 0) and dataset (what people call it) · learnt: what people call what is
    learnt from.
    """

    found: pd.DataFrame
    learnt: str = ""

    @property
    def rows(self) -> np.ndarray:
        """The leaking rows, each once."""
        return np.unique(self.found["row"].to_numpy(np.int64))

    @property
    def counts(self) -> dict[str, int]:
        """How many rows leak in which way; each is counted by its plainest."""
        return {str(kind): int(n) for kind, n in self.found["kind"].value_counts(sort=False).items() if n}


def leaks(learnt: Units, judged: Units, *, called: tuple[str, str] = ("", "")) -> Leaks:
    """Every row of `learnt` that shows a text of `judged`: as its query (first), its document, nearly, or inside.

    called: what people call the two datasets.
    """
    ours = [(row, text) for row, texts in enumerate(learnt.texts) for text in texts]
    theirs = list(dict.fromkeys(text for texts in judged.texts for text in texts))
    firsts = {normal(texts[0]) for texts in judged.texts if texts}
    whole = {normal(text): text for text in theirs}
    owner = {text: place for place, texts in reversed(list(enumerate(judged.texts))) for text in texts}
    together = groups([text for _, text in ours] + theirs)
    near = dict(zip(together[len(ours) :].tolist(), theirs, strict=True))
    windows = _windows(list(whole))
    found = []
    for (row, text), group in zip(ours, together[: len(ours)].tolist(), strict=True):
        plain = normal(text)
        if plain in whole:
            found.append((row, "query" if plain in firsts else "document", text, whole[plain]))
        elif group in near:
            found.append((row, "near", text, near[group]))
        elif (inner := _inside(plain, windows)) is not None:
            found.append((row, "inside", text, whole[inner]))
    table = pd.DataFrame(found, columns=["row", "kind", "text", "judged"])
    table["other"], table["dataset"] = table["judged"].map(owner).astype(np.int64), called[1]
    table["kind"] = pd.Categorical(table["kind"], list(KINDS), ordered=True)
    plainest = table.sort_values(["row", "kind"], kind="stable").drop_duplicates("row", ignore_index=True)
    return Leaks(plainest, called[0])


def told(found: Leaks) -> list[Message]:
    """What was found, each way in a sentence with an example by its row."""
    said = []
    for kind, n in found.counts.items():
        one = found.found[found.found["kind"] == kind].iloc[0]
        values = {
            "n": n, "learnt": found.learnt, "kind": KINDS[kind], "row": int(one["row"]) + 1,
            "other": int(one["other"]) + 1, "judged": one["dataset"], "text": str(one["text"])[:80],
        }  # fmt: skip
        said.append(
            Message(
                "{n} {n:row|rows} of {learnt} {n:was|were} left out: {kind} is judged too, such as that of row {row}, "
                "which stands in row {other} of {judged}: {text!r}",
                values,
            )
        )
    return said


def _windows(texts: Sequence[str]) -> dict[str, list[str]]:
    """The long texts by how they begin."""
    found: dict[str, list[str]] = {}
    for text in texts:
        if len(text) >= LEAST:
            found.setdefault(text[:LEAST], []).append(text)
    return found


def _inside(text: str, windows: dict[str, list[str]]) -> str | None:
    """A judged text that stands inside this longer one."""
    for at in range(len(text) - LEAST + 1):
        for inner in windows.get(text[at : at + LEAST], ()):
            if text.startswith(inner, at):
                return inner
    return None
