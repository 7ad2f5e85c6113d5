"""How far does a model read a text, and which texts does it not read to their end? Only its tokenizer is opened."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.families import checkpoints, configuration
from engine.types import ModelEntry, UserError

_AROUND = 8
"""More special tokens than any model puts around a text."""


def limit(entry: ModelEntry) -> int | None:
    """How many tokens of a text the model reads, with those put around it; None where it reads all, or nobody says."""
    return configuration.limit(entry, _folder(entry))


def limit_of_pairs(entry: ModelEntry) -> int | None:
    """How many tokens of a query and a document together a cross-encoder made of the model reads; None: nobody says."""
    folder = _folder(entry)
    return configuration.limit_of_pairs(folder) if folder else None


def tokenizer(entry: ModelEntry) -> Any:
    """The model's fast tokenizer, neither cutting nor padding; None where none is on this machine or can be opened."""
    folder = _folder(entry)
    return _opened(folder, checkpoints.stamp(folder)) if folder else None


def cut_off(entry: ModelEntry, texts: Sequence[str]) -> npt.NDArray[np.bool_] | None:
    """Whether each text has more tokens than the model reads, with its longest prompt; None where nobody can say."""
    most, prompt = limit(entry), max(entry.prompts.values(), key=len, default="")
    opened = tokenizer(entry) if most else None
    if opened is None or most is None:
        return None
    # a token has at least a character: short texts need not be read
    long = np.array([len(prompt) + len(text) + _AROUND > most for text in texts], bool)
    found = opened.encode_batch_fast([prompt + texts[place] for place in np.flatnonzero(long).tolist()])
    long[long] = [len(one.ids) > most for one in found]
    return long


def ends(entry: ModelEntry, texts: Sequence[str], prompt: str = "") -> list[int | None]:
    """At which character of each text the model stops reading; None where it reads all, or where it cannot be told."""
    most = limit(entry)
    opened = tokenizer(entry) if most else None
    if opened is None or most is None:
        return [None] * len(texts)
    found: list[int | None] = [None] * len(texts)
    for place, one in enumerate(opened.encode_batch([prompt + text for text in texts])):
        if len(one.ids) > most:
            marks = sum(one.special_tokens_mask)
            words = [end for (_, end), mark in zip(one.offsets, one.special_tokens_mask, strict=True) if not mark]
            found[place] = max(0, max(words[: max(0, most - marks)], default=0) - len(prompt))
    return found


def _folder(entry: ModelEntry) -> Path | None:
    try:
        return checkpoints.locate(entry) if entry.source else None
    except UserError:
        return None


@lru_cache(maxsize=4)
def _opened(folder: Path, stamp: object) -> Any:
    place = configuration.first_module(folder)
    path = next((one for one in (place / "tokenizer.json", folder / "tokenizer.json") if one.exists()), None)
    found = _from_file(path) if path else _converted(place)
    if found is not None:
        found.no_truncation()
        found.no_padding()
        if configuration.lowers(folder):
            _lower(found)
    return found


def _from_file(path: Path) -> Any:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(path))


def _converted(place: Path) -> Any:
    """What the library makes of older files, such as vocab.txt or sentencepiece.bpe.model; None where it cannot."""
    from transformers import AutoTokenizer

    try:
        made = AutoTokenizer.from_pretrained(str(place), local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, TypeError, AttributeError):
        return None
    special = made.all_special_tokens
    return getattr(made, "backend_tokenizer", None) if len(made) > len(special) else None


def _lower(tokenizer: Any) -> None:
    from tokenizers import normalizers

    before = [normalizers.Lowercase()] + ([tokenizer.normalizer] if tokenizer.normalizer else [])
    tokenizer.normalizer = normalizers.Sequence(before)
