"""What is one query after another ranked by, from its text to the last stage: a pipeline, or a model by itself?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine import plugins
from engine.models import catalogue
from engine.pipelines import fusion, kept, reranking
from engine.pipelines.checks import cut
from engine.pipelines.retrieval import Chunked, Opened, place, search_with
from engine.rankings import Ranking, Request
from engine.search.prepared import only
from engine.types import Message, ModelEntry, Pipeline, Step


class Answering(NamedTuple):
    """A model that is loaded, with its documents made ready.

    key: as its run has it; alone: the place of a query in the request -> its ranking, every stage done anew.
    """

    key: str
    alone: Callable[[int], Ranking]


@dataclass(frozen=True)
class _Asked:
    """Whom the queries go to, and what is asked of it."""

    request: Request
    precision: str
    tell: Callable[[ModelEntry], ModelEntry]
    step: Step


def answering(
    entry: ModelEntry,
    request: Request,
    fingerprint: str,
    *,
    precision: str,
    tell: Callable[[ModelEntry], ModelEntry],
    step: Step,
) -> Answering:
    """A model or a pipeline, ready for one query of the request at a time.

    Documents whose vectors are not stored any more are encoded first.

    tell: an entry -> that with the prompts for the dataset.

    Raises:
        BadModel: a part is missing or cannot be loaded.
    """
    asked = _Asked(request, precision, tell, step)
    if entry.pipeline is not None:
        return _pipeline(entry.pipeline, asked, fingerprint)
    entry = tell(entry)
    if plugins.pick(plugins.families(), entry.family, "family").gives != "pair scores":
        opened = search_with(entry, request, precision=precision, step=step)
        return Answering(opened.key, opened.alone)
    found = reranking.candidates(entry.name, request)
    scoring = reranking.scoring(entry, found, request, depth=found.rows.shape[1], precision=precision, step=step)
    return Answering(scoring.key, lambda one: scoring.alone(one, _line(found, one)))


def _pipeline(pipeline: Pipeline, asked: _Asked, fingerprint: str) -> Answering:
    how = cut(pipeline)
    chunks = Chunked(how, pipeline.best) if how else None
    parts = [asked.tell(catalogue.find(name)) for name in pipeline.retrievers]
    share = (0.6 if pipeline.reranker else 1.0) / len(parts)
    lists: list[Opened] = []
    for number, part in enumerate(parts):

        def step(done: float, said: Message, start: float = number * share) -> None:
            asked.step(start + share * done, said)

        lists.append(search_with(part, asked.request, precision=asked.precision, step=step, chunks=chunks))
    stems = [place(part, asked.request.depth, fingerprint, asked.precision, chunks).stem for part in parts]

    def first(one: int) -> Ranking:
        return _fused(pipeline, [each.alone(one) for each in lists], only(asked.request, one))

    if not pipeline.reranker:
        return Answering(kept.pipeline_key(pipeline, stems), first)
    found = _fused(pipeline, [each.ranking for each in lists], asked.request)
    scoring = reranking.scoring(
        asked.tell(catalogue.find(pipeline.reranker)), found, asked.request, depth=pipeline.depth,
        precision=asked.precision, step=lambda done, said: asked.step(0.6 + 0.4 * done, said),
    )  # fmt: skip

    def whole(one: int) -> Ranking:
        first(one)  # whose last places may differ by rounding from what was found for all queries together
        return scoring.alone(one, _line(found, one))

    return Answering(kept.pipeline_key(pipeline, stems, scoring.key), whole)


def _fused(pipeline: Pipeline, lists: list[Ranking], request: Request) -> Ranking:
    """The lists as one; a weight that is tuned in a run is taken for a half: another would take as long."""
    if len(lists) == 1:
        return lists[0]
    if pipeline.fusion == "rrf":
        return fusion.reciprocal(lists, request)
    weight = 0.5 if pipeline.weight is None else pipeline.weight
    return fusion.weighted(fusion.unions(lists), np.full(len(request.queries), weight), request)


def _line(found: Ranking, row: int) -> Ranking:
    return Ranking(found.rows[row : row + 1], found.scores[row : row + 1])
