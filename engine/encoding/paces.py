"""How long does a model take to load and to encode here, and under which key do its vectors stand, run or no run?

Not only runs load models: maps, searches, studies of chunks and judges do too. What that took is kept for estimates.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xxhash

from engine import config
from engine.models import catalogue
from engine.models.identity import identity
from engine.storage import documents
from engine.storage.failures import Damaged, DiskRefuses
from engine.storage.files import locked
from engine.types import Encoder, Message, ModelEntry

FOLDER = "paces"
WORTH_SAYING = 2.0
"""Seconds of loading from which on somebody who waits wants to know how many there will be."""
MOST_NAMES = 20
"""Ways in which one model is kept in mind: by the prompts of so many datasets."""


@dataclass(frozen=True)
class Pace:
    """A model as it was loaded: its name, its encoder's key, as what it is known, and what it took in seconds.

    settings: what a run of it would hold of the entry (`identity`), of precision and of prompts; timings: `load`, the
    longest, and once something was encoded, in how many seconds (`encode`) how many `characters`.
    """

    model: str
    key: str
    settings: Mapping[str, Any]
    timings: Mapping[str, float]


def load(entry: ModelEntry, precision: str | None = None) -> Encoder:
    """As `catalogue.load`; what it took is kept."""
    start = time.perf_counter()
    encoder = catalogue.load(entry, precision)
    if entry.source:  # counting words takes no time to begin
        _keep(entry, encoder, precision or config.PRECISION, time.perf_counter() - start)
    return encoder


def loading(entry: ModelEntry) -> Message:
    """That the model is being loaded, and how long that has taken here at most, where it is known."""
    name = catalogue.encoded(entry).name
    seconds = max((one.timings.get("load", 0.0) for one in paces() if one.model == name), default=0.0)
    if seconds < WORTH_SAYING:
        return Message("Loading {model}", {"model": entry.name})
    return Message("Loading {model}: up to {n} s, as before", {"model": entry.name, "n": round(seconds)})


def encoded(key: str, characters: int, seconds: float) -> None:
    """Keep how fast the encoder of this key encoded, if `load` has loaded it.

    In short pieces of work the start counts more: half as much as before is the least that takes its place.
    """
    path = _path(key)
    with suppress(DiskRefuses, Damaged, FileNotFoundError), locked(path):
        known = documents.read(path)
        if 2 * characters >= known["timings"].get("characters", 0):
            timings = known["timings"] | {"encode": seconds, "characters": characters}
            documents.write(path, known | {"timings": timings})


def paces() -> Iterator[Pace]:
    """Every model that has been loaded here, once for each way in which it was known then."""
    for path in sorted((config.home() / FOLDER).glob("[!.]*.json")):
        with suppress(Damaged, FileNotFoundError):
            known = documents.read(path)
            for settings in known["settings"]:
                yield Pace(known["model"], known["key"], settings, known["timings"])


def _keep(entry: ModelEntry, encoder: Encoder, precision: str, seconds: float) -> None:
    settings = identity(entry) | {
        "precision": precision,
        "prompts": {role or "none": encoder.prompt(role) for role in ("query", "document", None)},
        "sided": bool(getattr(encoder, "sided", False)),
        "fitted": False,
    }
    path = _path(encoder.key)
    known: dict[str, Any] = {"model": encoder.name, "key": encoder.key, "settings": [], "timings": {}}
    with suppress(DiskRefuses), locked(path):  # an estimate is worth no failure
        with suppress(Damaged, FileNotFoundError):
            known = documents.read(path)
        longest = max(seconds, known["timings"].get("load", 0.0))  # a model that was held in memory took none
        names = [one for one in known["settings"] if one != settings]
        fresh = {"settings": [*names, settings][-MOST_NAMES:], "timings": known["timings"] | {"load": longest}}
        if known | fresh != known:
            documents.write(path, known | fresh)


def _path(key: str) -> Path:
    return config.home() / FOLDER / f"{xxhash.xxh3_128_hexdigest(key.encode())}.json"
