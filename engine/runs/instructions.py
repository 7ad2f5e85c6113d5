"""What is put before the texts of this dataset for models that are told their task?

As mteb does it (https://github.com/embeddings-benchmark/mteb): a model's prompts may go by task, by type of task, or by
side, the most particular one first; a model that takes instructions gets that of the task in its own template, before
queries and before texts without a side, never before documents.
"""

from dataclasses import replace

from engine import plugins
from engine.benchmarks import registry
from engine.benchmarks.mteb_tasks import PREFIX
from engine.endpoints import services
from engine.types import Dataset, ModelEntry, Role, Task

TYPES = {
    "bitext_mining": "BitextMining",
    "classification": "Classification",
    "clustering": "Clustering",
    "pair_classification": "PairClassification",
    "reranking": "Reranking",
    "retrieval": "Retrieval",
    "sts": "STS",
    "summarization": "Summarization",
}
"""Our tasks in the words of mteb."""
GENERAL = {
    "bitext_mining": "Retrieve parallel sentences.",
    "classification": "Classify user passages.",
    "clustering": "Identify categories in user passages.",
    "pair_classification": "Retrieve text that are semantically similar to the given text.",
    "sts": "Retrieve semantically similar text.",
    "summarization": "Given a news summary, retrieve other semantically similar summaries.",
}
"""mteb's instructions for tasks that bring none; in retrieval and reranking the model's own prompt goes before it."""


def told(entry: ModelEntry, dataset: Dataset) -> ModelEntry:
    """The entry with the prompts for this dataset under `query`, `document` and `none` (texts without a side)."""
    entry = _typed(entry, dataset)
    if not entry.instruction and set(entry.prompts) <= {"query", "document", "none"}:
        return entry
    roles = _roles(dataset)
    found = {role or "none": _prompt(entry, dataset, role) for role in roles}
    return replace(entry, prompts={role: text for role, text in sorted(found.items()) if text is not None})


def _typed(entry: ModelEntry, dataset: Dataset) -> ModelEntry:
    """The entry with what its endpoint is told that these texts are; the service's names for that go by task too."""
    if entry.endpoint is None:
        return entry
    known = entry.endpoint.input_types or services.service(entry.endpoint).input_types
    found: dict[str, str] = {}
    for role in _roles(dataset):
        own, others = _names(dataset, role)
        said = next((known[name] for name in [*own, *others] if name in known), "")
        found |= {role or "none": said} if said else {}
    return replace(entry, endpoint=replace(entry.endpoint, input_types=dict(sorted(found.items()))))


def _roles(dataset: Dataset) -> set[Role | None]:
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    return {side.role for side in task.texts(dataset).values()}


def _prompt(entry: ModelEntry, dataset: Dataset, role: Role | None) -> str | None:
    """None where neither the entry nor the task says anything: then the model's own configuration does."""
    own, others = _names(dataset, role)
    instruction = _instruction(dataset, role) if entry.instruction and role != "document" else ""
    told = entry.instruction.format(instruction=instruction) if instruction else None
    said = [entry.prompts[name] for name in own if name in entry.prompts]
    said += [told] if told else [entry.prompts[name] for name in others if name in entry.prompts]
    return next(iter(said), None)


def _instruction(dataset: Dataset, role: Role | None) -> str:
    """That of the public task; else the general one, which retrieval and reranking leave to the model's own prompt."""
    if dataset.name.startswith(PREFIX):
        said = registry.entry(_public(dataset)).prompts
        found = said.get(role or "") or next(iter(said.values()), "")
        if found:
            return found
    return GENERAL.get(dataset.task, "")


def _names(dataset: Dataset, role: Role | None) -> tuple[list[str], list[str]]:
    """Under which names a prompt may stand, the most particular one first: those of the task, and the others."""
    public = _public(dataset) if dataset.name.startswith(PREFIX) else ""
    kind = registry.entry(public).type if public else TYPES[dataset.task]
    sides = [f"-{role}", ""] if role else [""]
    own = [f"{public}{side}" for side in sides] if public else []
    return own, [*(f"{kind}{side}" for side in sides), role or "none"]


def _public(dataset: Dataset) -> str:
    return dataset.name.removeprefix(PREFIX).split("/")[0]
