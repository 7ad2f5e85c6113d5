"""How far does a model read a text, and which texts does it not read to their end? Only its tokenizer is opened."""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.families import checkpoints
from engine.types import ModelEntry, UserError


def limit(entry: ModelEntry) -> int | None:
    """How many tokens the model reads; None where it reads all, or does not say."""
    if entry.max_length or not entry.source:
        return entry.max_length
    folder = checkpoints.locate(entry)
    file = folder / "sentence_bert_config.json" if folder else None
    return json.loads(file.read_text(encoding="utf-8")).get("max_seq_length") if file and file.exists() else None


def cut_off(entry: ModelEntry, texts: Sequence[str]) -> npt.NDArray[np.bool_] | None:
    """Whether each text has more tokens than the model reads, with its longest prompt; None where nobody can say."""
    folder = checkpoints.locate(entry) if entry.source else None
    length = entry.options.get("max_length") or entry.max_length
    path = next((one for one in (folder, folder / "0_Transformer") if (one / "tokenizer.json").exists()), None) if (
        folder) else None  # fmt: skip
    if path is None or not length:
        return None
    tokenizer, prompt = _tokenizer(path / "tokenizer.json"), max(entry.prompts.values(), key=len, default="")
    # A token has at least a character, and there are a few special ones: short texts need not be read.
    long = np.array([len(prompt) + len(text) + 8 > length for text in texts], bool)
    found = tokenizer.encode_batch_fast([prompt + texts[place] for place in np.flatnonzero(long).tolist()])
    long[long] = [len(one.ids) > length for one in found]
    return long


def ends(entry: ModelEntry, texts: Sequence[str], prompt: str = "") -> list[int | None]:
    """At which character of each text the model stops reading; None where it reads all, or where it cannot be told."""
    most, file = limit(entry), _tokenizer_file(entry)
    if most is None or file is None:
        return [None] * len(texts)
    found: list[int | None] = [None] * len(texts)
    for place, one in enumerate(_tokenizer(file).encode_batch([prompt + text for text in texts])):
        if len(one.ids) > most:
            marks = sum(one.special_tokens_mask)
            words = [end for (_, end), mark in zip(one.offsets, one.special_tokens_mask, strict=True) if not mark]
            found[place] = max(0, max(words[: max(0, most - marks)], default=0) - len(prompt))
    return found


def _tokenizer_file(entry: ModelEntry) -> Path | None:
    try:
        folder = checkpoints.locate(entry) if entry.source else None
    except UserError:
        return None
    file = folder / "tokenizer.json" if folder else None
    return file if file and file.exists() else None


@lru_cache(maxsize=4)
def _tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
