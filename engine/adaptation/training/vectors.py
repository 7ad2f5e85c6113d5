"""How do the texts of a batch become vectors with gradients, without computing what is only padding?

sentence-transformers runs one column after another, each padded to its longest text. Here the texts of all columns go
together: laid end to end where the model has BERT's shape and the processor computes, else in mini-batches of texts of
one length. Their vectors are joined before the loss, which is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from engine.compute import packed
from engine.families.configuration import UNLIMITED
from engine.families.sentence_transformer import reads_tokens
from engine.training import Base, Lesson

if TYPE_CHECKING:
    import torch

MINI = {"cpu": 16, "cuda": 128, "mps": 32}
"""Texts of a mini-batch of one length."""


@dataclass(frozen=True)
class Item:
    """One text as it is read: with its prompt, cut after so many tokens (None: as the model cuts it)."""

    text: str
    prompt: str
    limit: int | None


def items(base: Base, lesson: Lesson, rows: pd.DataFrame, most: int = 0) -> list[Item]:
    """The texts of all columns, one column behind the other; most: tokens of any of them, 0: all."""
    found = []
    for name, role in lesson.columns.items():
        limits = [one for one in (most, lesson.lengths.get(name)) if one]
        limit, prompt = min(limits, default=None), base.prompt(role)
        found += [Item(text, prompt, limit) for text in rows[name].tolist()]
    return found


def vectors(model: Any, texts: Sequence[Item]) -> torch.Tensor:
    """Vectors of the texts, (texts, d), with gradients."""
    import torch

    if packs(model):
        tokens = tokenised(model, texts)
        order = np.argsort([len(one) for one in tokens], kind="stable")
        features = packed.learning(model[0], [tokens[place] for place in order])
        for module in list(model)[1:]:
            features = module(features)
        found = [features["sentence_embedding"]]
    else:
        order = np.argsort([len(one.text) for one in texts], kind="stable")
        size = MINI.get(model.device.type, MINI["cpu"])
        found = [_padded(model, [texts[place] for place in part]) for part in _parts(texts, order, size)]
        order = np.concatenate(list(_parts(texts, order, size)))
    back = torch.from_numpy(np.argsort(order)).to(found[0].device)
    return torch.cat(found).index_select(0, back)


def packs(model: Any) -> bool:
    """Whether texts can be laid end to end, tokenised apart from the model."""
    first, *others = model
    plain = reads_tokens(model) and all(getattr(one, "include_prompt", True) for one in others)
    return plain and packed.packs([first, *others])


def tokenised(model: Any, texts: Sequence[Item]) -> list[packed.Tokens]:
    """The token ids of each text with its prompt, cut where it or the model says."""
    tokenizer = model.tokenizer.backend_tokenizer
    tokenizer.no_padding()
    found: list[Any] = [None] * len(texts)
    own = model.tokenizer.model_max_length
    own = min((one for one in (model.max_seq_length, own) if one and one < UNLIMITED), default=None)
    for limit in {one.limit for one in texts}:
        places = [place for place, one in enumerate(texts) if one.limit == limit]
        tokenizer.no_truncation()
        if least := min((one for one in (limit, own) if one), default=None):
            tokenizer.enable_truncation(least, direction=model.tokenizer.truncation_side)
        encoded = tokenizer.encode_batch_fast([texts[place].prompt + texts[place].text for place in places])
        for place, one in zip(places, encoded, strict=True):
            found[place] = np.array(one.ids, dtype=np.int32)
    return found


def _parts(texts: Sequence[Item], order: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Places of texts of about one length and with one prompt and limit, so many at once."""
    kinds = {(one.prompt, one.limit) for one in texts}
    for kind in sorted(kinds, key=str):
        same = np.array([place for place in order if (texts[place].prompt, texts[place].limit) == kind])
        yield from (same[start : start + size] for start in range(0, len(same), size))


def _padded(model: Any, texts: Sequence[Item]) -> torch.Tensor:
    """Vectors of texts with one prompt and limit, the way of the library."""
    with _shortened(model, texts[0].limit):
        features = model.preprocess([one.text for one in texts], prompt=texts[0].prompt or None)
    features = {name: one.to(model.device) if hasattr(one, "to") else one for name, one in features.items()}
    found: torch.Tensor = model(features)["sentence_embedding"]
    return found


@contextmanager
def _shortened(model: Any, limit: int | None) -> Iterator[None]:
    """The model reads so many tokens at most in here."""
    own = model.max_seq_length
    if limit and (own is None or limit < own):
        model.max_seq_length = limit
    try:
        yield
    finally:
        if model.max_seq_length != own:
            model.max_seq_length = own
