"""Which models are there, and how is each of them found, added and loaded?"""

import copy
import gc
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from engine import config, plugins
from engine.families import checkpoints, configuration, kinds
from engine.models import entry_files
from engine.storage.files import locked
from engine.types import Asked, BadModel, Encoder, Message, ModelEntry, UserError

BUILT_IN = config.ROOT / "data" / "models.toml"
HUB = "https://huggingface.co/"
HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")

_loaded: list[tuple[tuple[Any, ...], Encoder]] = []
"""The model that is kept in this process, and what it was loaded from."""


def entries() -> dict[str, ModelEntry]:
    """Every model by name: those that come with Parallax, then the user's own, unless `damaged` says why not."""
    found = {entry.name: entry for entry in entry_files.read(BUILT_IN)}
    with suppress(BadModel):
        own = entry_files.read(_own())
        found |= {entry.name: entry for entry in own if not _unusable(entry, own)}
    return found


def damaged() -> list[Message]:
    """Why the user's own models are left out, or which of them."""
    try:
        own = entry_files.read(_own())
    except BadModel as error:
        return [Message(error.template, error.values)]
    return [said for entry in own if (said := _unusable(entry, own))]


def own() -> list[str]:
    """The names of the models that the user has added; none where their file cannot be read."""
    with suppress(BadModel):
        return [entry.name for entry in entry_files.read(_own())]
    return []


def _unusable(entry: ModelEntry, own: Sequence[ModelEntry]) -> Message | None:
    """Why an entry that somebody has written by hand is none that can be used, alone or beside the others."""
    about = {"name": entry.name, "path": _own()}
    if entry.family not in plugins.families():
        known = ", ".join(plugins.families())
        return Message(
            "The model {name} in {path} is left out: {family!r} is no family; there are {known}.",
            {**about, "family": entry.family, "known": known},
        )
    pipelines = {one.name for one in own if one.pipeline}
    if entry.pipeline and (inner := pipelines.intersection(entry.pipeline.parts)):
        return Message(
            "The pipeline {name} in {path} is left out: {part} is a pipeline itself; name the models that it is made "
            "of.",
            {**about, "part": min(inner)},
        )
    return None


def find(name: str) -> ModelEntry:
    """The entry of that name or hub id; a folder, or a hub id that the catalogue lacks, becomes one on the fly.

    Raises:
        UserError: nothing is called so.
        BadModel: the folder holds no model.
    """
    known = entries()
    folder = _folder(name)
    entry = known.get(name) or next((one for one in known.values() if one.source in (name, str(folder))), None)
    if entry:
        return entry
    if folder:
        return inspect(name)
    if HUB_ID.fullmatch(name):
        entry = _from_hub(name)
        place = checkpoints.locate(entry)
        return configuration.describe(entry, place) if place else entry
    entry_files.read(_own())  # it may stand in there, where nobody can read it
    here = [] if name in known else [one for one, entry in known.items() if available(entry) is True]
    found: ModelEntry = plugins.pick(known, name, "model", here)
    return found


def find_pipeline(name: str) -> ModelEntry:
    """The entry of that name; raises UserError where nothing is called so, naming the pipelines alone."""
    known = entries()
    pipelines = {one: entry for one, entry in known.items() if entry.pipeline}
    if name in known or _folder(name) or HUB_ID.fullmatch(name):
        return find(name)
    if not pipelines:
        raise UserError(
            "No pipeline is called {name!r}, and none has been added yet: `python -m engine pipeline` adds one.",
            name=name,
        )
    found: ModelEntry = plugins.pick(pipelines, name, "pipeline")
    return found


def inspect(source: str) -> ModelEntry:
    """What the configuration in a folder, or of a hub model that is on this machine, says about it.

    Raises:
        BadModel: there is no such folder, or no model in it.
    """
    source, folder = source.removeprefix(HUB), _folder(source)
    if folder:
        entry = ModelEntry(_free(folder.name, str(folder)), "sentence_transformer", str(folder))
    elif HUB_ID.fullmatch(source):
        entry = next((one for one in entries().values() if one.source == source), _from_hub(source))
    else:
        raise BadModel("{source} is neither a folder on this machine nor a hub id such as ORG/NAME.", source=source)
    place = checkpoints.locate(entry) or checkpoints.preview(entry)
    told = kinds.kind(place)
    entry = replace(entry, family=told) if told in plugins.families() else entry
    kinds.refuse_others(entry, place)
    if not checkpoints.configured(place):
        raise BadModel("{folder} holds no model: neither config.json nor modules.json is in it.", folder=place)
    checkpoints.refuse_pickles(entry, place)
    if folder:
        checkpoints.fetch(entry)
    return configuration.describe(entry, place)


def wants_code(entry: ModelEntry) -> bool:
    """Whether the model's files say that it runs Python code of its own."""
    place = checkpoints.locate(entry) or checkpoints.cached(entry) if entry.source else None
    return entry.remote_code or (place is not None and configuration.wants_code(place))


def add(entry: ModelEntry) -> None:
    """Put a model into the user's own catalogue.

    Raises:
        BadModel: it has no name, or the name is taken.
    """
    plugins.pick(plugins.families(), entry.family, "family")
    with locked(_own()):
        own = entry_files.read(_own())
        if not entry.name:
            raise BadModel("The model has no name: give it one.")
        if entry.name in entries() or any(entry.name == one.name for one in own):
            raise BadModel(
                "The name {name!r} is taken; choose another one, or remove the other model first.", name=entry.name
            )
        entry_files.write(_own(), [*own, entry])


def remove(name: str) -> None:
    """Take a model out of the user's own catalogue; those that come with Parallax stay."""
    with locked(_own()):
        entry_files.write(_own(), [entry for entry in entry_files.read(_own()) if entry.name != name])


def available(entry: ModelEntry) -> bool | Message:
    """True if the model can be loaded without the network, or else what to do about it."""
    for name in entry.pipeline.parts if entry.pipeline else ():
        try:
            said = available(find(name))
        except UserError as error:
            said = Message(error.template, error.values)
        if said is not True:
            return Message("{pipeline} needs {part}. {reason}", {"pipeline": entry.name, "part": name, "reason": said})
    return plugins.pick(plugins.families(), entry.family, "family").missing(entry) or True


def load(entry: ModelEntry, precision: str | None = None) -> Encoder:
    """The model, ready to encode on this machine's device; one is kept, and leaves when another is asked for.

    Raises:
        BadModel: it cannot be found, trusted or loaded.
    """
    machine, entry = config.machine(), encoded(entry)
    precision = precision or config.PRECISION
    folder = checkpoints.locate(entry)
    bare = replace(entry, prompts={}, instruction="")
    wanted = (bare, precision, machine.device, checkpoints.stamp(folder) if folder else None)
    if _loaded and _loaded[0][0] == wanted:
        return _prompted(_loaded[0][1], entry)
    if entry.source:
        _make_room()
    encoder: Encoder = plugins.pick(plugins.families(), entry.family, "family").load(entry, machine.device, precision)
    if entry.source:
        _loaded.append((wanted, encoder))
    return encoder


def _prompted(encoder: Encoder, entry: ModelEntry) -> Encoder:
    """The loaded model with the prompts of this entry."""
    if getattr(encoder, "prompts", entry.prompts) == entry.prompts:
        return encoder
    other: Any = copy.copy(encoder)
    other.prompts = entry.prompts
    return cast(Encoder, other)


def encoded(entry: ModelEntry) -> ModelEntry:
    """The model whose full vectors are stored for this entry; variants that differ in what is made of them share it.

    Prompts are part of a text's key in the store, not of the model.
    """
    asked = entry.asked
    if not plugins.pick(plugins.families(), entry.family, "family").tokens:  # those are stored as they are kept
        asked = replace(asked, dimension=None, pca=False, vectors=Asked().vectors)
    name = entry.name if asked != Asked() else entry.variant_of or entry.name
    return replace(entry, name=name, variant_of="", asked=asked)


def _make_room() -> None:
    _loaded.clear()
    gc.collect()
    torch = sys.modules.get("torch")
    if torch and torch.cuda.is_available():
        torch.cuda.empty_cache()


def _folder(name: str) -> Path | None:
    """The folder of that name, if there is one; what people type may be no path at all."""
    try:
        folder = Path(name).expanduser().resolve()
        return folder if folder.is_dir() else None
    except (OSError, RuntimeError, ValueError):
        return None


def _from_hub(source: str) -> ModelEntry:
    name = _free(source.split("/")[-1], source)
    return ModelEntry(name, "sentence_transformer", source, reference=f"{HUB}{source}")


def _free(short: str, long: str) -> str:
    """The short name, unless it is taken: models of one name would share their results."""
    return long if short in entries() else short


def _own() -> Path:
    return config.home() / "models.toml"
