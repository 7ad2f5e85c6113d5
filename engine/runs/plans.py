"""Is this run there already, and if not, what will it take?"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import plugins
from engine.encoding import paces
from engine.encoding.encode import text_keys
from engine.encoding.stored import Remembered
from engine.encoding.vector_store import VectorStore
from engine.models import catalogue, quantisation, variants
from engine.models.identity import identity as identity
from engine.pipelines import checks, rankers
from engine.results import frames
from engine.results.store import Results
from engine.runs.instructions import told
from engine.texts.text_columns import Chosen
from engine.types import BadModel, Dataset, Encoder, Message, ModelEntry, Pipeline, Task, Texts

_CHARACTERS_A_TOKEN = 3.5
_FLOPS = 3e11  # what two processor cores reach in float32
_PARAMETERS = 110_000_000
_LEXICAL_CHARACTERS_A_SECOND = 3e6
_ENDPOINT_CHARACTERS_A_SECOND = 5e4
_SPARSE_BYTES = 400


@dataclass(frozen=True)
class Estimate:
    """What a run will take: texts to encode that are not stored, seconds, bytes of new vectors on disk.

    `known` means that its result is there and nothing will be done; `basis` says what the seconds rest on.
    """

    known: bool
    texts: int
    seconds: float
    bytes: int
    basis: Message
    price: float | None = None
    """What the endpoint will charge, at the entry's price for a million tokens; None where there is no price."""
    unloaded: bool = False
    """Whether loading the model comes on top of the seconds: it was not timed on this machine yet."""


def estimate(entry: ModelEntry, dataset: Dataset, *, precision: str | None = None, anew: bool = False) -> Estimate:
    """What evaluating this model on this dataset will take, at the speed that was last measured on this machine.

    anew: whatever results are there, for those who ask for the vectors alone.

    Raises:
        BadModel: the model's kind does not fit the task.
    """
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    check_fit(entry, task)
    results, entry = Results(), told(entry, dataset)
    wanted = identity(entry) | ({"precision": precision} if precision and (entry.source or entry.pipeline) else {})
    known = None if anew else results.known(entry.name, dataset.fingerprint, wanted | {"dataset": dataset.name})
    if known and results.files.complete(known, task):
        return Estimate(True, 0, 0.0, 0, Message("measured already"))
    runs = results.runs()
    runs = runs[runs["example"] == ""]  # which took its time on another machine
    if rankers.ranks(entry):
        return _of_stages(entry, dataset, task, precision)
    earlier = _earlier(runs, entry, wanted, results, fingerprint=dataset.fingerprint)
    missing = _missing(task.texts(dataset), earlier[0] if earlier else None)
    characters = sum(map(len, missing))
    seconds, basis = _encoding(characters, entry, earlier[1] if earlier else {})
    same = runs["id"][runs["fingerprint"] == dataset.fingerprint]
    after = results.notes(same.iloc[-1])[1] if len(same) and not anew else {}  # what is judged takes its time too
    seconds += after.get("judge", 0.0) + after.get("statistics", 0.0)
    family = plugins.pick(plugins.families(), entry.family, "family")
    size: float = 4 * entry.dimension if entry.dimension and not family.sparse else _SPARSE_BYTES
    if family.tokens:
        size *= _vectors_a_text(entry, missing) * quantisation.BITS[entry.asked.vectors] / 32
    charge = None if entry.price is None else entry.price * characters / _CHARACTERS_A_TOKEN / 1e6
    unloaded = _unloaded(entry, earlier[1] if earlier else {})
    return Estimate(False, len(missing), seconds, round(len(missing) * (16 + size)), basis, charge, unloaded)


def encoding(entry: ModelEntry, characters: int) -> tuple[float, Message]:
    """Seconds in which a model encodes so many characters, as it last did on this machine, and what that rests on."""
    return _encoding(characters, entry, _timings(entry))


def characters(entry: ModelEntry, lengths: npt.NDArray[np.int64]) -> int:
    """How many characters of texts of these lengths a model reads, about."""
    return int(np.minimum(lengths, (entry.reads or np.inf) * _CHARACTERS_A_TOKEN).sum())


def _of_stages(entry: ModelEntry, dataset: Dataset, task: Task, precision: str | None) -> Estimate:
    """What the retrievers of a pipeline take, and all the pairs of its reranker, as if none were scored."""
    parts = [estimate(catalogue.find(name), dataset, precision=precision) for name in
             (entry.pipeline.retrievers if entry.pipeline else ())]  # fmt: skip
    assert task.ranked
    request = task.ranked.request(dataset)
    pipeline = entry.pipeline or Pipeline(reranker=entry.name)
    depth = pipeline.depth if entry.pipeline else max((len(own) for own in request.candidates or ()), default=0)
    pairs = len(request.queries) * depth if pipeline.reranker else 0
    characters = pairs * (_mean(request.queries) + _mean(request.corpus))
    reranker = catalogue.find(pipeline.reranker) if entry.pipeline and pairs else entry
    seconds, charge, basis = 0.0, None, parts[-1].basis if parts else Message("from the last run on this machine")
    timings = _timings(reranker) if pairs else {}
    if pairs:
        seconds, basis = _encoding(int(characters), reranker, timings)
        charge = None if reranker.price is None else reranker.price * characters / _CHARACTERS_A_TOKEN / 1e6
    charges = [one for one in (charge, *(part.price for part in parts)) if one is not None]
    return Estimate(
        False,
        sum(part.texts for part in parts) + pairs,
        seconds + sum(part.seconds for part in parts),
        sum(part.bytes for part in parts) + 20 * pairs,
        basis,
        sum(charges) if charges else None,
        unloaded=any(part.unloaded for part in parts) or bool(pairs and _unloaded(reranker, timings)),
    )


def _mean(texts: Sequence[str]) -> float:
    """Characters of a text, by the first thousand."""
    some = [len(texts[place]) for place in range(min(len(texts), 1_000))]
    return float(np.mean(some)) if some else 0.0


def _vectors_a_text(entry: ModelEntry, texts: Sequence[str]) -> float:
    """About how many vectors a text has, where it has one for every token, as the entry pools and cuts them."""
    tokens = min(_mean(texts) / _CHARACTERS_A_TOKEN + 3, entry.reads or np.inf)
    return tokens / (entry.asked.pool_factor or 1)


def check_fit(entry: ModelEntry, task: Task) -> None:
    """Raises BadModel unless the model's family can be used for the task, and a pipeline has all its parts."""
    family = plugins.pick(plugins.families(), entry.family, "family")
    if family.tasks and task.name not in family.tasks:
        raise BadModel(
            "{model} is of the kind {family}, which fits the tasks {tasks}; the dataset's task is {task}.",
            model=entry.name,
            family=family.title,
            tasks=", ".join(family.tasks),
            task=task.name,
        )
    if entry.pipeline:
        checks.check(entry)


def _earlier(
    runs: pd.DataFrame, entry: ModelEntry, wanted: Mapping[str, Any], results: Results, *, fingerprint: str = ""
) -> tuple[Remembered | None, dict[str, float]] | None:
    """The encoder of the newest run with these vectors that are good for this dataset, and timings of the longest.

    One that learns from a corpus is good for that one alone, which its fingerprint names.

    What used it for something else than a run counts too. Of the ten newest runs the one that encoded most tells the
    speed best: in short ones the start counts more.
    """
    notes = [
        (variants.full(str(row.encoder_key)), *results.notes(str(row.id)), row.fingerprint == fingerprint)
        for row in runs[_related(runs, entry)].tail(10).iloc[::-1].itertuples()
    ]
    notes += [(one.key, dict(one.settings), dict(one.timings), False) for one in paces.paces()]  # work that was no run
    wanted = {name: value for name, value in wanted.items() if name != "entry"}
    fitting = [one for one in notes if all(one[1].get(name) == value for name, value in wanted.items())]
    if not fitting:
        return None
    encoders = (
        Remembered(entry.name, key, settings["prompts"], settings["sided"])
        for key, settings, _timings, here in fitting
        if here or not settings["fitted"]
    )
    timings = max((one[2] for one in fitting), key=lambda timings: timings.get("characters", 0))
    load = max(one[2].get("load", 0.0) for one in fitting)  # a model that was held in memory took none
    return next(encoders, None), {**timings, "load": load}


def loading(runs: pd.DataFrame, models: Collection[str]) -> dict[str, float]:
    """The most seconds that each of these models has taken to load here, for runs (as `Results.runs`) or else."""
    found = frames.loading(runs, models)
    for one in paces.paces():
        if one.model in models:
            found[one.model] = max(one.timings.get("load", 0.0), found.get(one.model, 0.0))
    return found


def _related(runs: pd.DataFrame, entry: ModelEntry) -> pd.Series:
    """Which runs are of the model or of a variant of it."""
    name = variants.root(entry)
    return (runs["model"] == name) | runs["model"].str.startswith(f"{name} · ")


def _missing(texts: Mapping[str, Texts], encoder: Remembered | None) -> list[str]:
    """The distinct texts whose vectors are not stored."""
    if encoder is None:
        return list(dict.fromkeys(text for side in texts.values() for text in side.items))
    shelf = VectorStore(encoder.name, encoder.key)
    found: dict[bytes, str] = {}
    for side in texts.values():
        keys = text_keys(cast(Encoder, encoder), side.items, side.role)  # which asks for its prompt only
        places = np.flatnonzero(shelf.find(keys) < 0)
        found.update(zip((key.tobytes() for key in keys[places]), Chosen(side.items, places), strict=True))
    return list(found.values())


def _timings(entry: ModelEntry) -> dict[str, float]:
    """What the model took here when it was last used; nothing where it never was."""
    results = Results()
    earlier = _earlier(results.runs(), entry, identity(entry), results)
    return earlier[1] if earlier else {}


def _unloaded(entry: ModelEntry, timings: Mapping[str, float]) -> bool:
    """Whether loading the model takes nobody knows how long."""
    return bool(entry.source) and not (timings.get("load") or _timed(timings))


def _timed(timings: Mapping[str, float]) -> bool:
    """Whether they tell how fast a model encodes, and how long it takes to load."""
    return bool(timings.get("encode") and timings.get("characters"))


def _encoding(characters: int, entry: ModelEntry, timings: Mapping[str, float]) -> tuple[float, Message]:
    """Seconds to load the model and encode so many characters, and what that rests on."""
    load = timings.get("load", 0.0)
    if _timed(timings):
        rate = timings["characters"] / timings["encode"]
        return load + characters / rate, Message("from the last run on this machine")
    if entry.endpoint:
        return characters / _ENDPOINT_CHARACTERS_A_SECOND, Message("an endpoint that was not timed yet: a rough guess")
    if not entry.source:
        return characters / _LEXICAL_CHARACTERS_A_SECOND, Message("not measured on this machine yet: a rough guess")
    operations = 2 * (entry.parameters or _PARAMETERS) * characters / _CHARACTERS_A_TOKEN
    return load + operations / _FLOPS, Message("not measured on this machine yet: a guess for two processor cores")
