"""Which values does a cell of a table hold: one, or a list of them?"""

import json
from typing import Any

import numpy as np


def list_in(cell: Any) -> list[Any] | None:
    """The list that a cell holds, be it written as JSON; None where it holds one value alone."""
    if isinstance(cell, str) and cell.startswith("[") and cell.endswith("]"):
        try:
            cell = json.loads(cell)
        except json.JSONDecodeError:
            return None
    return list(cell) if isinstance(cell, list | tuple | np.ndarray) else None


def values_in(cell: Any) -> list[Any]:
    """The values of a cell: those of its list, or the one that it holds."""
    found = list_in(cell)
    return [cell] if found is None else found
