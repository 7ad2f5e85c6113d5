"""Which words say that two texts are alike, that they are not, that nobody has judged yet, or how much something is?"""

import tomllib
from collections.abc import Sequence
from functools import cache
from typing import Any

from engine import config
from engine.texts.column_names import plain


@cache
def words(meaning: str) -> frozenset[str]:
    """The words of `alike`, `unlike`, `unjudged` or `stages`, as `column_names.plain` writes them."""
    return frozenset(plain(one) for one in _listed()[meaning])


def ranks(labels: Sequence[str]) -> dict[str, float]:
    """{label: how much it is}, by the first known order that holds them all and tells three of them apart; else {}.

    The least is 0 where it is the least of the order, else 1; labels that mean the same are as much.
    """
    for order in _orders():
        places = {one: order.get(plain(one), -1) for one in labels}
        different = sorted({*places.values()})
        if different[:1] != [-1] and len(different) > 2:
            return {one: float(different.index(place) + (different[0] > 0)) for one, place in places.items()}
    return {}


def is_grade(label: str) -> bool:
    """Whether a word grades in any known order."""
    return any(plain(label) in order for order in _orders())


@cache
def _orders() -> tuple[dict[str, int], ...]:
    return tuple(
        {plain(word): place for place, level in enumerate(order) for word in level.split("|")}
        for order in _listed()["orders"]
    )


@cache
def _listed() -> dict[str, Any]:
    return tomllib.loads((config.ROOT / "data" / "label_words.toml").read_text(encoding="utf-8"))
