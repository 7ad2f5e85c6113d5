"""Where do a model's entry and its files leave something out, or say two things: prompts, pooling, lengths?"""

from dataclasses import replace
from pathlib import Path

from engine import plugins
from engine.families import checkpoints, configuration
from engine.models import catalogue, variants
from engine.types import Asked, Dataset, Message, ModelEntry, Role, Task


def about(entry: ModelEntry, dataset: Dataset, *, opened: bool) -> list[Message]:
    """What a person should know of them before a run; opened: whether its tokenizer could be opened."""
    return [*_about_prompts(entry, dataset), *_about_vectors(entry), *_about_files(entry, opened)]


def _about_prompts(entry: ModelEntry, dataset: Dataset) -> list[Message]:
    """Whether a prompt is missing that the model, or one of its name, was trained with."""
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    roles: set[Role] = {side.role for side in task.texts(dataset).values() if side.role}
    known = _original(entry)
    missing = sorted(role for role in roles & set(known.prompts) if not entry.prompts.get(role)) if known else []
    if "document" in roles and (unused := unused_prompt(entry)):
        return [unused]
    if not known or not missing:
        return []
    values = {"name": known.name, "role": missing[0], "prompt": known.prompts[missing[0]]}
    return [Message("{name} was trained with a prompt before each {role}, which is not set here: {prompt!r}", values)]


def unused_prompt(entry: ModelEntry) -> Message | None:
    """What to do about a prompt for documents under a name that the library does not know."""
    place = checkpoints.locate(entry) if entry.source else None
    if place is None or "document" in entry.prompts:
        return None
    for name, prompt in configuration.unused_prompts(place).items():
        return Message(
            "Its folder has a prompt called {name}, {prompt!r}, which the library (and so mteb) never puts before a "
            "document. If it was trained with it, set it as the document prompt (--document-prompt).",
            {"name": name, "prompt": prompt},
        )
    return None


def _original(entry: ModelEntry) -> ModelEntry | None:
    """The model of the catalogue that this is a variant of, or that its name says it was made from."""
    said, known = f"{entry.name} {Path(entry.source).name}".lower(), catalogue.entries()
    if variants.root(entry) in known:
        return known[variants.root(entry)]
    named = [one for one in known.values() if one.source and one.name.lower() in said]
    return max(named, key=lambda one: len(one.name), default=None)


def _about_vectors(entry: ModelEntry) -> list[Message]:
    found = []
    if entry.similarity == "dot" and entry.normalize is False and not _sparse(entry):
        found.append(
            Message(
                "It ranks by dot product and its vectors differ in length, so long ones win: right only if trained so."
            )
        )
    place = checkpoints.locate(entry) if entry.source else None
    if place and not checkpoints.modules(place) and not entry.asked.pooling:
        found.append(
            Message(
                "Its folder does not say how to pool: {pooling} is taken, without normalisation.",
                {"pooling": entry.pools or "mean"},
            )
        )
    return found


def _about_files(entry: ModelEntry, opened: bool) -> list[Message]:
    """Where the model's own files say something else than the entry, or cannot be looked into."""
    place = checkpoints.locate(entry) if entry.source else None
    if place is None:
        return []
    found, own = [], configuration.describe(replace(entry, asked=Asked()), place)
    if not opened:
        found.append(Message("Its tokenizer cannot be opened before the run, so what it will cut off is unknown."))
    if entry.max_length and own.max_length and entry.max_length > own.max_length and not entry.asked.max_length:
        values = {"said": entry.max_length, "own": own.max_length}
        found.append(Message("Its entry says {said} tokens; its files say {own}, and so many it reads.", values))
    if entry.pooling and own.pooling and entry.pooling != own.pooling and checkpoints.modules(place):
        text = Message(
            "Its entry says {said} pooling; its files say {own}, and that is what runs. A variant can change it.",
            {"said": entry.pooling, "own": own.pooling},
        )
        found += [] if entry.asked.pooling else [text]
    return found


def _sparse(entry: ModelEntry) -> bool:
    return bool(plugins.pick(plugins.families(), entry.family, "family").sparse)
