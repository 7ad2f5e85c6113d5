"""Which column of a table is meant by which of a task's: by its name, or else by what it holds?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from engine.datasets.conversion import NUMBER, as_text, has_lists
from engine.types import Column

SAMPLE = 500
BY_CONTENT = 0.3
"""How much a column counts that was found by what it holds; one found by its name counts 0.8 to 1."""
BINARY = {("pair_classification", "label")}
"""Numbers that are 0 or 1 only."""
VARIED = {("reranking", "score")}
"""Numbers that tell nothing if they are all the same, where they are needed."""


@dataclass(frozen=True)
class Facts:
    """What a column holds: shares of numbers and of different values, the mean length, and whether only 0 and 1 …"""

    numbers: float
    distinct: float
    length: float
    is_binary: bool
    is_constant: bool
    has_lists: bool


def facts(column: pd.Series) -> Facts:
    """What some hundred cells, spread over the column, hold."""
    there = column.dropna()
    sample = there.iloc[:: max(1, len(there) // SAMPLE)]
    if not len(sample) or has_lists(sample):
        return Facts(0.0, 0.0, 0.0, False, False, bool(len(sample)))
    texts = as_text(sample).str.strip()
    return Facts(
        numbers=texts.str.fullmatch(NUMBER).mean() if column.dtype.kind != "f" else 1.0,
        distinct=texts.nunique() / len(texts),
        length=texts.str.len().mean(),
        is_binary=bool(texts.str.lower().isin(["0", "1", "0.0", "1.0", "true", "false"]).all()),
        is_constant=texts.nunique() == 1,
        has_lists=bool((texts.str.startswith("[") & texts.str.endswith("]")).all()),
    )


def recognise(task: str, wanted: Sequence[Column], given: Mapping[str, Facts]) -> dict[str, tuple[str, float]]:
    """{wanted column: (given column, 0..1)}, the surest first; a given column is used once."""
    scores = [
        (strength(task, column, header, held), -place, column.name, header)
        for place, column in enumerate(wanted)
        for header, held in given.items()
    ]
    found: dict[str, tuple[str, float]] = {}
    used: set[str] = set()
    for score, _, name, header in sorted(scores, key=lambda one: one[:2], reverse=True):
        if score > 0 and name not in found and header not in used:
            found[name] = (header, score)
            used.add(header)
    return found


def strength(task: str, column: Column, header: str, held: Facts) -> float:
    """How sure it is, in 0..1, that this header and what stands under it are meant by the task's column."""
    plain = _plain(header)
    is_spoilt = column.kind == "number" and plain == column.name and held.numbers <= 0.5
    if is_spoilt and (task, column.name) not in BINARY:
        return 1.0  # what stands there is to be mended, not passed over
    if not _may_hold(task, column, held):
        return 0.0
    if plain == column.name:
        return 1.0
    for place, alias in enumerate(column.aliases):
        if plain == _plain(alias):
            return 0.9 - 0.001 * place  # the likeliest names stand first
    if _squeezed(header) in {_squeezed(name) for name in (column.name, *column.aliases)}:
        return 0.8
    return BY_CONTENT if column.required and _looks_like(column, held) else 0.0


def _plain(header: str) -> str:
    return re.sub(r"[\s\-.]+", "_", str(header).strip().lower())


def _squeezed(header: str) -> str:
    return re.sub(r"[\W_]+", "", str(header).lower()).removesuffix("s")


def _may_hold(task: str, column: Column, held: Facts) -> bool:
    """Whether what stands in a column rules out that it is the one."""
    if column.kind == "number":
        if (task, column.name) in BINARY:
            return held.is_binary
        return held.numbers > 0.5 and not (column.required and (task, column.name) in VARIED and held.is_constant)
    return column.kind in {"texts", "label"} or not held.has_lists


def _looks_like(column: Column, held: Facts) -> bool:
    """Whether what stands in a column makes it one of this kind, whatever it is called."""
    match column.kind:
        case "text":
            return held.numbers < 0.1 and held.distinct > 0.5
        case "id":
            return 0 < held.length < 40
        case "number":
            return held.numbers == 1
        case "label":
            return held.distinct <= 0.5 or held.has_lists
        case "texts":
            return held.has_lists
