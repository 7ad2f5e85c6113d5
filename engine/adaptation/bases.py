"""Which models can be adapted, and how is one loaded for that?"""

from collections.abc import Sequence
from typing import Any

from engine import config, plugins
from engine.families import checkpoints, opening
from engine.models import catalogue
from engine.runs.instructions import told
from engine.training import Base
from engine.types import BadModel, Dataset, Message, ModelEntry

TRAINABLE = ("sentence_transformer", "static")
WORDS = Message("{name} counts words: it has no weights that could be trained.")
WHY = {
    "openai_compatible": Message("{name} is asked at an endpoint: its weights are not here, so it cannot be trained."),
    "rerank_endpoint": Message("{name} is asked at an endpoint: its weights are not here, so it cannot be trained."),
    "sparse_encoder": Message("{name} gives sparse vectors of words: these recipes train dense vectors."),
    "tfidf": WORDS,
    "bm25": WORDS,
    "multi_vector": Message(
        "{name} gives a vector for every token (late interaction): these recipes train one vector a text."
    ),
    "cross_encoder": Message(
        "{name} scores pairs of texts and gives no vectors: these recipes start from a model of vectors."
    ),
    "pipeline": Message("{name} is a pipeline: adapt one of its models, {parts}."),
}


def check(entry: ModelEntry) -> None:
    """Raises BadModel, with the reason, where a model cannot be adapted."""
    if entry.family not in TRAINABLE:
        parts = ", ".join(entry.pipeline.parts) if entry.pipeline else ""
        raise BadModel(WHY[entry.family].template, name=entry.name, parts=parts)
    if entry.variant_of:
        raise BadModel(
            "{name} is a variant of {model}: adapt {model} itself, and make a variant of the result.",
            name=entry.name, model=entry.variant_of,
        )  # fmt: skip
    said = plugins.families()[entry.family].missing(entry)
    if said is not None:
        raise BadModel(said.template, **said.values)
    checkpoints.fetch(entry)


def names() -> list[str]:
    """The models of the catalogue that are here and can be adapted."""
    known = catalogue.entries().values()
    return [
        entry.name for entry in known
        if entry.family in TRAINABLE and not entry.variant_of and catalogue.available(entry) is True
    ]  # fmt: skip


def base(name: str, dataset: Dataset, *, old: Sequence[str] = (), seed: int = 0) -> Base:
    """The model of that name, with its prompts for this dataset.

    Raises:
        BadModel: it cannot be adapted or loaded.
    """
    entry = told(catalogue.find(name), dataset)
    check(entry)
    model = _opened(entry)
    prompts = {"none": _prompt(model, entry, "none", model.default_prompt_name)}
    prompts |= {role: _prompt(model, entry, role, role) for role in ("query", "document")}
    return Base(entry, model, checkpoints.fetch(entry), _fresh, prompts, tuple(old), seed)


def _fresh(name: str) -> Any:
    """Another model of the catalogue, loaded likewise."""
    entry = catalogue.find(name)
    check(entry)
    return _opened(entry)


def _opened(entry: ModelEntry) -> Any:
    """The library's own model in float32 on this machine's device."""
    from sentence_transformers import SentenceTransformer

    device = config.machine().device
    model = opening.opened(SentenceTransformer, entry, checkpoints.fetch(entry), device, precision="float32")
    opening.limited(entry, model)
    return model


def _prompt(model: Any, entry: ModelEntry, role: str, name: str | None) -> str:
    """As a run of the entry has it: the entry's own, or else the one in the model's configuration."""
    if role in entry.prompts:
        return entry.prompts[role]
    return str(model.prompts.get(name or "") or "")
