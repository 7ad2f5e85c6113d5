"""Which values does a cell of a table hold: one, or a list of them?"""

import json
from typing import Any

import numpy as np


def values_in(cell: Any) -> list[Any]:
    """The values of a cell that holds a list, a list written as JSON, or one value alone."""
    if isinstance(cell, str) and cell.startswith("[") and cell.endswith("]"):
        try:
            cell = json.loads(cell)
        except json.JSONDecodeError:
            return [cell]
    return list(cell) if isinstance(cell, list | tuple | np.ndarray) else [cell]
