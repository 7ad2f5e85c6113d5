"""Which model is it, and is it still the same one? What a run is known by, without loading anything."""

import hashlib
import json
from dataclasses import asdict

from engine.families import checkpoints
from engine.models import catalogue
from engine.types import ModelEntry, UserError

# What an entry says about a model beside what changes its vectors; the last ones stand in its options.
_MERE_WORDS = ("name", "title", "parameters", "languages", "licence", "recipe", "reference", "dimension", "dimensions",
               "sha256", "variant_of", "asked", "endpoint", "pipeline")  # fmt: skip


def identity(entry: ModelEntry) -> dict[str, str]:
    """What a run's settings hold of the entry and its files: another value as soon as the model may be another one.

    `encoding` is the same for variants that differ only in what is made of the stored vectors. A pipeline is another
    one as soon as one of its models may be.
    """
    folder = checkpoints.locate(entry) if entry.source else None
    words = _MERE_WORDS if folder is None else (*_MERE_WORDS, "source")  # the files say which model it is
    plain = vars(ModelEntry("", ""))  # what is not said is left out: a field to come makes no other model of this one
    said = {name: value for name, value in vars(entry).items() if name not in words and value != plain[name]}
    said |= {
        "similarity": entry.similarity or "cosine",
        "max_length": entry.reads,
        "pooling": entry.pools,
        "options": entry.options(),
    }
    if entry.pipeline:
        parts = [_part(name) for name in entry.pipeline.parts]
        said |= {"pipeline": asdict(entry.pipeline), "parts": parts}
    return {
        "entry": _digest(said),
        "encoding": _digest(said | {"options": catalogue.encoded(entry).options()}),
        "files": _digest(checkpoints.contents(folder)) if folder else "",
    }


def _part(name: str) -> dict[str, str]:
    """What a pipeline's model is known by; nothing where it has left the catalogue."""
    try:
        return identity(catalogue.find(name))
    except UserError:
        return {}


def _digest(value: object) -> str:
    return hashlib.blake2b(json.dumps(value, sort_keys=True, default=str).encode(), digest_size=8).hexdigest()
