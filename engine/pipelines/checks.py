"""Do the stages of a pipeline fit together, and are its parts there? Known before anything is searched or stored."""

from collections.abc import Iterator

from engine import plugins
from engine.models import catalogue
from engine.pipelines.chunks import Cut
from engine.pipelines.reranking import reranks
from engine.types import BadModel, ModelEntry, Pipeline, UserError

FUSIONS = ("rrf", "weighted")


def cut(pipeline: Pipeline) -> Cut | None:
    """How a pipeline cuts documents; None where it leaves them whole. Raises UserError where that is no way to cut."""
    return Cut(pipeline.splitter, pipeline.size, pipeline.overlap, pipeline.title) if pipeline.splitter else None


def add(entry: ModelEntry) -> None:
    """Puts a pipeline into the user's own catalogue.

    Raises:
        UserError: as `check`; or its name is empty, taken or looks like a path.
    """
    if "/" in entry.name or "\\" in entry.name or ".." in entry.name:
        raise BadModel("The name {name!r} looks like a path: leave out slashes and two dots in a row.", name=entry.name)
    check(entry)
    catalogue.add(entry)


def check(entry: ModelEntry) -> None:
    """Raises UserError where the stages do not fit together, or a part is missing or cannot do what its stage asks."""
    pipeline = entry.pipeline or Pipeline()
    cut(pipeline)
    for wrong in _misfits(entry.name, pipeline):
        raise wrong
    for name in pipeline.parts:
        try:
            part = catalogue.find(name)
        except UserError as error:
            raise BadModel("{pipeline} needs {part}. {reason}", pipeline=entry.name, part=name, reason=error) from error
        _check_part(part, retrieves=name in pipeline.retrievers, chunks=bool(pipeline.splitter))
        if name == pipeline.reranker and not reranks(part):
            raise BadModel(
                "{name} cannot rerank: it is of the kind {family}, which scores no pairs of query and document.",
                name=name,
                family=plugins.families()[part.family].title,
            )


def _misfits(name: str, pipeline: Pipeline) -> Iterator[BadModel]:
    """What is wrong with the stages, whatever their models are."""
    several = len(pipeline.retrievers)
    if not several:
        yield BadModel("The pipeline {name} has no retriever: it takes one, or several with a fusion.", name=name)
    for place, one in enumerate(pipeline.retrievers):
        if one in pipeline.retrievers[:place]:
            yield BadModel("{name} has the retriever {part} twice: once is enough.", name=name, part=one)
    if several > 1 and not pipeline.fusion:
        yield BadModel(
            "{name} has {n} retrievers and no fusion: choose rrf, or weighted for two.", name=name, n=several
        )
    if several == 1 and pipeline.fusion:
        yield BadModel("{name} has one retriever, and nothing to fuse: leave the fusion out.", name=name)
    if pipeline.fusion and pipeline.fusion not in FUSIONS:
        yield BadModel(
            "{name} asks for the fusion {fusion!r}; there are {known}.",
            name=name, fusion=pipeline.fusion, known=", ".join(FUSIONS),
        )  # fmt: skip
    if pipeline.fusion == "weighted" and several != 2:
        yield BadModel("{name} fuses {n} retrievers by a weight, which takes two: choose rrf.", name=name, n=several)
    if pipeline.weight is not None and pipeline.fusion != "weighted":
        yield BadModel("{name} has a weight, which only the weighted fusion reads: leave it out.", name=name)
    if not 0 <= (pipeline.weight or 0) <= 1:
        yield BadModel("{name} has the weight {weight}; give one from 0 to 1.", name=name, weight=pipeline.weight)
    if pipeline.best < 1:
        yield BadModel(
            "{name} scores a document by its best {best} chunks; give 1 or more.", name=name, best=pipeline.best
        )
    if pipeline.depth < 1:
        yield BadModel(
            "{name} has a reranker that reads {depth} documents; give 1 or more.", name=name, depth=pipeline.depth
        )


def _check_part(part: ModelEntry, *, retrieves: bool, chunks: bool) -> None:
    """Raises BadModel for a pipeline within a pipeline, and for what cannot retrieve, from chunks or at all."""
    if part.pipeline:
        raise BadModel("{name} is a pipeline itself: name the models that it is made of.", name=part.name)
    gives = str(plugins.pick(plugins.families(), part.family, "family").gives)
    if retrieves and gives == "pair scores":
        raise BadModel(
            "{name} cannot retrieve: it reranks what others have found. Give it as the reranker.", name=part.name
        )
    if retrieves and chunks and gives != "vectors":
        raise BadModel(
            "{name} gives no vector of a text, and cannot search chunks: leave the splitter out.", name=part.name
        )
