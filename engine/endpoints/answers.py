"""Which vectors, and what charge, does an answer of a service hold?"""

import json
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from engine.endpoints.services import Service

Array: TypeAlias = npt.NDArray[np.float32]
STRANGE = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)
"""What reading an answer raises that holds something else than was asked for."""


def vectors(content: bytes, service: Service, count: int) -> tuple[Array, int]:
    """The rows by their index, whatever order they came in, shape (count, d), and the tokens that were charged.

    Raises:
        STRANGE: it holds something else.
    """
    answer = json.loads(content)
    rows = inside(answer, service.vectors)
    if len(rows) and isinstance(rows[0], dict):
        by_place = {int(one.get("index", place)): one["embedding"] for place, one in enumerate(rows)}
        rows = [by_place[place] for place in range(count)]
    return np.array(rows, dtype=np.float32).reshape(count, -1), whole(answer, service.tokens)


def inside(answer: Any, path: Sequence[str]) -> Any:
    """What stands at that place in an answer; raises KeyError, TypeError."""
    for name in path:
        answer = answer[name]
    return answer


def whole(answer: Any, path: Sequence[str]) -> int:
    """A number within an answer; 0 where it is not there."""
    try:
        return int(inside(answer, path) or 0)
    except (KeyError, TypeError, ValueError):
        return 0
