"""How good is one model on one dataset?"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

import numpy.typing as npt

from engine import config, plugins
from engine.datasets import library
from engine.encoding import paces
from engine.encoding.encode import Encoded, encode
from engine.encoding.health import footprint, health
from engine.models import catalogue
from engine.models.variants import Kept
from engine.pipelines import rankers, stages
from engine.pipelines.measured import Measured
from engine.results import frames
from engine.results.store import Results
from engine.runs import circumstances, preflight
from engine.runs.instructions import told
from engine.runs.plans import Estimate as Estimate
from engine.runs.plans import check_fit
from engine.runs.plans import estimate as estimate
from engine.runs.plans import identity as identity
from engine.statistics import intervals, paired_tests, stability
from engine.statistics.draws import EQUAL
from engine.types import Dataset, Encoder, Message, ModelEntry, Result, Role, Step, Task, Texts, UserError, Vectors

Found: TypeAlias = tuple[Result, npt.NDArray[Any] | None]
Measure: TypeAlias = Callable[["Run"], Found]
_ENCODING = 0.8
_JUDGED = 0.9


@dataclass(frozen=True)
class Run:
    """One model on one dataset, and what it is known by."""

    entry: ModelEntry
    dataset: Dataset
    task: Task
    precision: str
    step: Step

    @property
    def identity(self) -> dict[str, Any]:
        return {"dataset": self.dataset.name, "precision": self.precision} | identity(self.entry)


def work(arguments: Mapping[str, Any], step: Step) -> dict[str, str]:
    """Does a job of the kind `evaluate`: model and dataset by name, precision and force where they are given."""
    entry, dataset = catalogue.find(arguments["model"]), library.load(arguments["dataset"])
    precision, force = arguments.get("precision"), bool(arguments.get("force"))
    return {"run": with_parts(entry, dataset, precision=precision, step=step, force=force)}


def with_parts(
    entry: ModelEntry, dataset: Dataset, *, precision: str | None = None, step: Step, force: bool = False
) -> str:
    """As `evaluate`; behind a pipeline's run also those of its retrievers, with which people want to compare it.

    Only where nothing is encoded for them: the pipeline has just stored the vectors of whole documents.
    """
    pipeline = entry.pipeline
    if pipeline is None or pipeline.splitter:
        return evaluate(entry, dataset, precision=precision, step=step, force=force)
    parts, own = [catalogue.find(name) for name in pipeline.retrievers], 0.9
    run = evaluate(entry, dataset, precision=precision, step=lambda share, said: step(own * share, said), force=force)
    for place, part in enumerate(parts):

        def tell(share: float, said: Message, done: float = own + (1 - own) * place / len(parts)) -> None:
            step(done + (1 - own) / len(parts) * share, said)

        if not (part.source or part.endpoint) or not estimate(part, dataset, precision=precision).texts:
            evaluate(part, dataset, precision=precision, step=tell)
    return run


def evaluate(
    entry: ModelEntry,
    dataset: Dataset,
    *,
    precision: str | None = None,
    step: Step | None = None,
    force: bool = False,
    measure: Measure | None = None,
) -> str:
    """The id of the run of this model on this dataset: the stored one if nothing has changed since, or a new one.

    A run of an earlier version, whose items do not say what intervals need, is judged anew from its stored vectors.

    measure: what does the work, in the place of `measured`.

    Raises:
        BadModel: the model's kind does not fit the task, or the model cannot be loaded.
    """
    entry = told(entry, dataset)
    precision = (precision or config.PRECISION) if entry.source or entry.pipeline else ""  # words are counted in any
    run = run_of(entry, dataset, precision, step or (lambda share, message: None))
    results = Results()
    known = None if force else results.known(entry.name, dataset.fingerprint, run.identity)
    if known is None or not results.files.complete(known, run.task):
        known = results.save(*(measure or measured)(run))
    compare(run.task, dataset.name, dataset.fingerprint, results)
    run.step(1.0, Message("{model} is measured on {dataset}", {"model": entry.name, "dataset": dataset.name}))
    return known


def run_of(entry: ModelEntry, dataset: Dataset, precision: str, step: Step) -> Run:
    """A model with its instructions on a dataset; raises BadModel where they do not fit."""
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    check_fit(entry, task)
    return Run(entry, dataset, task, precision, step)


def measured(run: Run) -> Found:
    """What comes of a run, and the resampled main metric, (draws,); nothing but vectors is stored."""
    start = time.perf_counter()
    run.step(0.0, paces.loading(run.entry))
    found = _ranked(run) if rankers.ranks(run.entry) else _embedded(run)
    metrics, judged = run.task.metrics(found.items), time.perf_counter()
    run.step(0.95, Message("Resampling {n} items", {"n": len(found.items)}))
    resampled = intervals.resamples(run.task, found.items)
    ends, accelerated = stability.intervals(run.task, found.items, resampled, metrics)
    end = time.perf_counter()
    result = Result(
        model=run.entry.name,
        dataset=run.dataset.name,
        task=run.dataset.task,
        metrics=metrics,
        items=found.items,
        fingerprint=run.dataset.fingerprint,
        encoder_key=found.key,
        intervals=ends,
        accelerated=accelerated,
        timings={**found.timings, "statistics": end - judged, "total": end - start},
        settings=run.identity
        | circumstances.of(run.entry, run.dataset, run.task)
        | {"warnings": _warnings(run)}
        | dict(found.settings),
    )
    return result, resampled.get(run.task.main_metric)


def _ranked(run: Run) -> Measured:
    """What a model gives that ranks without a vector of each text."""

    def part(share: float, message: Message) -> None:
        run.step(_JUDGED * share, message)

    if run.entry.pipeline is None:
        return rankers.measure(run.entry, run.dataset, run.precision, part)
    return stages.measure(run.entry, run.dataset, run.precision, tell=lambda entry: told(entry, run.dataset), step=part)


def _embedded(run: Run) -> Measured:
    """What a model's vectors give."""
    start = time.perf_counter()
    encoder = paces.load(run.entry, run.precision)
    texts = run.task.texts(run.dataset)
    plain, encoder = encoder, encoder.fit(documents(texts))
    loaded = time.perf_counter()
    found = _encode(encoder, texts, run.step)
    encoded = time.perf_counter()
    run.step(_ENCODING, Message("Judging {dataset}", {"dataset": run.dataset.name}))
    kept = Kept.of(run.entry)
    vectors = kept.applied(_by_field(found, texts), encoder.similarity)
    items = run.task.judge(run.dataset, vectors, kept.similarity(encoder.similarity))
    figures = health(texts, vectors) | footprint(texts, vectors, kept.precision)
    timings = {"load": loaded - start, "encode": encoded - loaded, "judge": time.perf_counter() - encoded}
    said = {
        "prompts": {role or "none": encoder.prompt(role) for role in ("query", "document", None)},
        "sided": bool(getattr(encoder, "sided", False)),
        "similarity": kept.similarity(encoder.similarity),
        "fitted": encoder is not plain,
        "vectors": figures,
    }
    return Measured(items, kept.key(encoder.key), timings | _counts(found, texts, run.entry), said)


def documents(texts: Mapping[str, Texts]) -> Sequence[str]:
    """The texts from which corpus statistics are learnt: the documents, or all texts where none are called so."""
    sides = [one.items for one in texts.values() if one.role == "document"] or [one.items for one in texts.values()]
    return sides[0] if len(sides) == 1 else [text for side in sides for text in side]


def _encode(encoder: Encoder, texts: Mapping[str, Texts], step: Step) -> dict[Role | None, Encoded]:
    """The vectors of all fields by their role; the share of the work is by characters.

    Fields of one role go together, so that texts which a model reads as the same have the same vector on both sides.
    """
    sides = {one.role: _of_role(texts, one.role) for one in texts.values()}
    weights = {role: 1 + sum(map(len, items)) for role, items in sides.items()}
    total, done = sum(weights.values()), 0
    found = {}
    for role, items in sides.items():
        start, width = _ENCODING * done / total, _ENCODING * weights[role] / total

        def part(share: float, message: Message, start: float = start, width: float = width) -> None:
            step(start + width * share, message)

        found[role] = encode(encoder, Texts(items, role), part)
        done += weights[role]
    return found


def _of_role(texts: Mapping[str, Texts], role: Role | None) -> Sequence[str]:
    """The texts of all fields that have this role, one field behind the other."""
    fields = [one.items for one in texts.values() if one.role == role]
    return fields[0] if len(fields) == 1 else [text for items in fields for text in items]


def _by_field(found: Mapping[Role | None, Encoded], texts: Mapping[str, Texts]) -> dict[str, Vectors]:
    """The vectors of each field, row for row."""
    vectors, starts = {}, dict.fromkeys(found, 0)
    for name, one in texts.items():
        start = starts[one.role]
        starts[one.role] += len(one.items)
        vectors[name] = found[one.role].vectors[start : starts[one.role]]
    return vectors


def _counts(found: Mapping[Role | None, Encoded], texts: Mapping[str, Texts], entry: ModelEntry) -> dict[str, float]:
    """Texts, distinct and cached ones, fresh tokens and their price; encoded texts and about how many characters."""
    names = ("texts", "distinct", "cached", "tokens")
    counts = {name: sum(getattr(one, name) for one in found.values()) for name in names}
    fresh = {role: (one.distinct - one.cached) / max(one.distinct, 1) for role, one in found.items()}
    characters = sum(fresh[one.role] * sum(map(len, one.items)) for one in texts.values())
    paid = {} if entry.price is None else {"price": counts["tokens"] * entry.price / 1e6}
    return counts | {"encoded": counts["distinct"] - counts["cached"], "characters": characters} | paid


def _warnings(run: Run) -> list[dict[str, Any]]:
    """What there was to say before the run, to stand beside its score."""
    found = preflight.warnings(run.entry, run.dataset, preflight.reading(run.entry, run.dataset))
    return [{"template": one.template, "values": dict(one.values)} for one in found]


def compare(task: Task, dataset: str, fingerprint: str, results: Results) -> None:
    """Paired tests between the newest runs on this state of the dataset, unless all were compared together before.

    A copy of it under another name is another dataset: its runs are not looked at together with these.
    """
    runs = frames.latest(results.runs())
    mine = (runs["dataset"] == dataset) & (runs["fingerprint"] == fingerprint) & (runs["task"] == task.name)
    ids = sorted(runs[mine]["id"])
    known = results.comparisons(fingerprint)
    sure = (known["high"] - known["low"]) < EQUAL  # an earlier version's, of items that all were alike
    known = known[(known["family"] == len(ids) * (len(ids) - 1) // 2) & (known["groups"] > 0) & ~sure]
    pairs = list(combinations(ids, 2))
    if set(pairs) <= set(zip(known["a"], known["b"], strict=True)):
        return
    with suppress(UserError):  # another process has just replaced one of the runs, and will compare the new one
        # A mean over items that each stand for themselves needs nothing but their measures.
        plain = task.mean_measure and task.repeated is None
        tables = {one: results.measures(one) if plain else results.items(one) for one in ids}
        resampled = {one: found for one in ids if (found := results.resampled(one)) is not None}
        results.save_comparisons(paired_tests.compare_all(task, tables, resampled=resampled))
