"""How is a value written as JSON that every reader takes, SQLite's own among them? What is no finite number is null."""

import json
import math
from typing import Any


def dumps(value: Any, **options: Any) -> str:
    """As `json.dumps` with these options, in strict JSON."""
    try:
        return json.dumps(value, allow_nan=False, **options)
    except ValueError:
        plain = json.loads(json.dumps(value, **options))
        return json.dumps(_finite(plain), allow_nan=False, **options)


def numbers(value: Any) -> Any:
    """What was read from JSON that holds numbers and texts only: null stands for nan there."""
    if isinstance(value, dict):
        return {name: numbers(one) for name, one in value.items()}
    if isinstance(value, list):
        return [numbers(one) for one in value]
    return math.nan if value is None else value


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
