"""Which approximate indexes do people deploy, as faiss builds them, and at which efforts are they searched?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from engine.types import Message

LINKS = 32
PER_LIST = 39
"""Vectors in a list of an inverted file below which faiss warns that its k-means has too few to learn from."""


@dataclass(frozen=True)
class Kind:
    """A kind of index. `effort` is the setting of a search that buys recall with time; empty where there is none."""

    name: str
    title: Message
    recipe: Callable[[int, int], str]
    """(vectors, dimension) -> faiss's own name of it; empty for signs, which are rescored here.

    `np` spares the training of polysemous codes, which no search here uses and which takes most of the time.
    """
    effort: Literal["", "efSearch", "nprobe", "candidates"] = ""
    efforts: tuple[int, ...] = ()
    full: bool = False
    """Whether the full vectors must lie somewhere beside it, on disk for instance: they are not counted."""


def lists(vectors: int) -> int:
    """How many lists an inverted file of so many vectors has: four times the square root, as faiss advises."""
    return max(1, min(round(4 * vectors**0.5), vectors // PER_LIST))


def parts(dimension: int) -> int:
    """Bytes that product quantisation makes of a vector: one for eight numbers or more."""
    return max(one for one in range(1, max(dimension // 8, 1) + 1) if dimension % one == 0)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("flat", Message("exact"), lambda vectors, dimension: "Flat"),
        Kind(
            "hnsw",
            Message("HNSW graph"),
            lambda vectors, dimension: f"HNSW{LINKS},Flat",
            "efSearch",
            (16, 32, 64, 128, 256, 512),
        ),
        Kind(
            "ivf",
            Message("inverted file (IVF)"),
            lambda vectors, dimension: f"IVF{lists(vectors)},Flat",
            "nprobe",
            (1, 2, 4, 8, 16, 32, 64, 128),
        ),
        Kind(
            "ivf_pq",
            Message("inverted file of product codes (IVF-PQ)"),
            lambda vectors, dimension: f"IVF{lists(vectors)},PQ{parts(dimension)}np",
            "nprobe",
            (1, 2, 4, 8, 16, 32, 64, 128),
        ),
        Kind("sq8", Message("8 bits a number (SQ8)"), lambda vectors, dimension: "SQ8"),
        Kind("sq4", Message("4 bits a number (SQ4)"), lambda vectors, dimension: "SQ4"),
        Kind(
            "binary",
            Message("signs, rescored by the float query"),
            lambda vectors, dimension: "",
            "candidates",
            (20, 40, 100, 200, 400),
        ),
        Kind(
            "binary_full",
            Message("signs, rescored by the full vectors"),
            lambda vectors, dimension: "",
            "candidates",
            (20, 40, 100, 200, 400),
            full=True,
        ),
    )
}
