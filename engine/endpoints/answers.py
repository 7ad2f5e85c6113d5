"""Which vectors, and what charge, does an answer of a service hold?"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from engine.endpoints.services import Service
from engine.types import BadModel

Array: TypeAlias = npt.NDArray[np.float32]
Cells: TypeAlias = npt.NDArray[np.object_]
STRANGE = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError, OverflowError)
"""What reading an answer raises that holds something else than was asked for."""
SHOWN = 60
"""Characters of a text, or of what stands in the place of a number."""


def vectors(content: bytes, service: Service, texts: Sequence[str], whose: Mapping[str, str]) -> tuple[Array, int]:
    """The rows by their index, whatever order they came in, shape (len(texts), d), and the tokens that were charged.

    texts: as they were sent. whose: the `name` of the model and its `url`, for what is said of an answer.

    Raises:
        STRANGE: it holds something else.
        BadModel: it holds more or fewer vectors, what is no finite number, or zeros alone for a text that is not blank.
    """
    answer = json.loads(content)
    cells = _cells(inside(answer, service.vectors), len(texts), whose)
    found = numbers(cells)
    _tell_none(cells, found, texts, whose)
    _tell_zeros(found, texts, whose)
    return found, whole(answer, service.tokens)


def inside(answer: Any, path: Sequence[str]) -> Any:
    """What stands at that place in an answer; raises KeyError, TypeError."""
    for name in path:
        answer = answer[name]
    return answer


def whole(answer: Any, path: Sequence[str]) -> int:
    """A number within an answer; 0 where it is not there."""
    try:
        return int(inside(answer, path) or 0)
    except (KeyError, TypeError, ValueError, OverflowError):
        return 0


def numbers(cells: Cells) -> Array:
    """What stands in each cell, nan where it is true, false or null: NumPy alone would take true for 1.

    Raises:
        STRANGE: a cell holds something else, such as the text of a number.
    """
    kinds = set(map(type, cells.flat))
    if kinds - {int, float, bool, type(None)}:
        raise TypeError(kinds)
    if kinds & {bool, type(None)}:
        sound = [one if type(one) in (int, float) else np.nan for one in cells.flat]
        cells = np.array(sound, dtype=object).reshape(cells.shape)
    with np.errstate(over="ignore"):
        return cells.astype(np.float32)


def _cells(rows: Any, count: int, whose: Mapping[str, str]) -> Cells:
    """What stands in the place of each number, (count, d); lists where the rows are not of one length."""
    if not isinstance(rows, list):
        raise TypeError(rows)
    if len(rows) != count:
        raise BadModel(
            "{name}: {url} answered {seen} {seen:vector|vectors} for {count} {count:text|texts}: which belongs to "
            "which is not known. Nothing of this request is kept, but all that it answered before. Look at the "
            "service, or send one text at a time (batch_size = 1 in the endpoint of the model's entry).",
            **whose,
            seen=len(rows),
            count=count,
        )
    if isinstance(rows[0], dict):
        by_place = {int(one.get("index", place)): one["embedding"] for place, one in enumerate(rows)}
        rows = [by_place[place] for place in range(count)]
    cells = np.array(rows, dtype=object).reshape(count, -1)
    if not cells.size:
        raise ValueError(cells.shape)
    return cells


def _tell_none(cells: Cells, found: Array, texts: Sequence[str], whose: Mapping[str, str]) -> None:
    """Raises BadModel where a cell is no finite number."""
    if np.isfinite(found).all():
        return
    row, column = map(int, np.argwhere(~np.isfinite(found))[0])
    raise BadModel(
        "{name}: {url} answered {seen}, which is no finite number (float32), in the vector of the text {text!r}. "
        "Nothing of this request is kept, but all that it answered before. Look at the model that it serves, or leave "
        "the text out.",
        **whose,
        seen=_short(json.dumps(cells[row, column])),
        text=_short(texts[row]),
    )


def _tell_zeros(found: Array, texts: Sequence[str], whose: Mapping[str, str]) -> None:
    """Raises BadModel where a text has zeros alone: by cosine it is as near to every text as to any other."""
    zeros = [place for place in np.flatnonzero(~found.any(axis=1)).tolist() if texts[place].strip()]
    if zeros:
        raise BadModel(
            "{name}: {url} answers zeros alone in place of the vector of the text {text!r} ({zeros} of {count} texts "
            "of this request): no two texts can be told apart by such vectors. Nothing of this request is kept, but "
            "all that it answered before. Look at the model that it serves, or leave the text out.",
            **whose,
            text=_short(texts[zeros[0]]),
            zeros=len(zeros),
            count=len(texts),
        )


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
