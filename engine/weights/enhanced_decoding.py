"""How does a model learn to put a whole text into one vector, from texts alone (RetroMAE)?

Source: https://arxiv.org/abs/2205.12035, and its code, which draws the rows of a text's mask from a pool.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from torch import Tensor, nn

POOL = 256
"""Of how many masks at most the rows of a text are drawn."""
NONE = -100
"""The label of a token that is not to be told."""


@dataclass(frozen=True)
class Masked:
    """A batch of texts for both sides, all of shape (n, length) but `visible`, (n, length, length).

    read: what the encoder reads · told: what it is to tell · clean: the whole texts · rebuilt: what the decoder tells
    """

    read: Any
    told: Any
    clean: Any
    rebuilt: Any
    attended: Any
    visible: Any

    def to(self, device: Any) -> Masked:
        """The same on that device."""
        return Masked(*(one.to(device) for one in vars(self).values()))


def masked_words(words: Sequence[int | None], share: float, dice: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Which tokens are hidden: whole words in random order, as long as round(share × tokens) is not passed; 1 at least.

    Args:
        words: of which word each token is a piece; None for special tokens, which stay.
    """
    places: dict[int, list[int]] = {}
    for place, word in enumerate(words):
        if word is not None:
            places.setdefault(word, []).append(place)
    hidden = np.zeros(len(words), dtype=bool)
    left = max(1, round(share * len(words)))
    for word in dice.permutation(list(places)):
        if len(places[word]) <= left:
            hidden[places[word]] = True
            left -= len(places[word])
    return hidden


def visible(words: Sequence[int | None], share: float, dice: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Which tokens (columns) each position (row) of the decoder sees: never itself, column 0 being the text's vector.

    Each row is one of at most 256 draws of `masked_words`, so that positions are rebuilt from different contexts.
    """
    length = len(words)
    pool = np.stack([masked_words(words, share, dice) for _ in range(min(length, POOL))])
    seen = ~pool[dice.integers(len(pool), size=length)]
    seen[:, 0] = True
    seen[np.arange(1, length), np.arange(1, length)] = False
    return seen


def collate(
    tokenizer: Any, texts: Sequence[str], length: int, shares: tuple[float, float], dice: np.random.Generator
) -> Masked:
    """A batch: `shares` of the encoder and of the decoder are hidden; of the encoder's hidden tokens a tenth is drawn
    at random and a tenth left, as in BERT.
    """
    import torch

    found = tokenizer(list(texts), truncation=True, max_length=length, padding=True, return_tensors="np")
    ids, attended = found["input_ids"], found["attention_mask"].astype(bool)
    hidden, seen = np.zeros_like(attended), np.zeros((*ids.shape, ids.shape[1]), dtype=bool)
    inner = np.zeros_like(attended)
    for row in range(len(texts)):
        words = found.word_ids(row)
        inside = slice(0, int(attended[row].sum()))
        hidden[row, inside] = masked_words(words[inside], shares[0], dice)
        seen[row, inside, inside] = visible(words[inside], shares[1], dice)
        inner[row] = [word is not None for word in words]
    seen[..., 0] = True  # rows of padding see the vector too: nothing else would be a softmax over nothing
    read, roll = ids.copy(), dice.random(ids.shape)
    read[hidden & (roll < 0.8)] = tokenizer.mask_token_id
    swapped = hidden & (roll >= 0.9)
    read[swapped] = dice.integers(len(tokenizer), size=int(swapped.sum()))
    told, rebuilt = np.where(hidden, ids, NONE), np.where(inner, ids, NONE)
    return Masked(*(torch.from_numpy(np.ascontiguousarray(one)) for one in (read, told, ids, rebuilt, attended, seen)))


def _offset(embeddings: Any) -> int:
    """At which row positions begin: models after RoBERTa count from behind the padding index."""
    padding = getattr(embeddings, "padding_idx", None)
    return padding + 1 if isinstance(padding, int) else 0


def decoder(model: Any) -> nn.ModuleDict:
    """What is learnt beside the model and thrown away: a language head and a decoder of one layer.

    Raises:
        ValueError: the transformer has no table of positions or of words under BERT's names, or no mask token.
    """
    import torch
    from torch import nn

    transformer: Any = getattr(model[0], "auto_model", None)
    config, embeddings = getattr(transformer, "config", None), getattr(transformer, "embeddings", None)
    tables: list[Any] = [getattr(embeddings, name, None) for name in ("word_embeddings", "position_embeddings")]
    if config is None or None in tables or model.tokenizer.mask_token_id is None:
        raise ValueError("no tables of words and positions under BERT's names, or no mask token")
    width, wide = config.hidden_size, config.intermediate_size
    dropout = config.attention_probs_dropout_prob
    parts = nn.ModuleDict(
        {
            "attention": nn.MultiheadAttention(width, config.num_attention_heads, dropout, batch_first=True),
            "after_attention": nn.LayerNorm(width),
            "feeding": nn.Sequential(nn.Linear(width, wide), nn.GELU(), nn.Linear(wide, width)),
            "after_feeding": nn.LayerNorm(width),
            "head": nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width)),
        }
    )
    for one in parts.modules():
        if isinstance(one, nn.Linear):
            nn.init.normal_(one.weight, std=0.02)
            nn.init.zeros_(one.bias)
    parts.register_parameter("bias", nn.Parameter(torch.zeros(tables[0].num_embeddings)))
    return parts


def losses(model: Any, parts: nn.ModuleDict, batch: Masked) -> tuple[Tensor, Tensor]:
    """What the encoder misses of its hidden tokens, and the decoder of all; their sum is RetroMAE's loss.

    The decoder reads the vector as the model pools it: in the paper that of the first token.
    """
    attended = batch.attended.long()
    hidden = model[0].auto_model(input_ids=batch.read, attention_mask=attended).last_hidden_state
    vector = model[1]({"token_embeddings": hidden, "attention_mask": attended})["sentence_embedding"]
    decoded = rebuilt(model, parts, vector, batch)
    words = model[0].auto_model.embeddings.word_embeddings.weight
    return _missed(parts, words, hidden, batch.told), _missed(parts, words, decoded, batch.rebuilt)


def rebuilt(model: Any, parts: Any, vector: Tensor, batch: Masked) -> Tensor:
    """What the decoder makes of the vectors (n, d) and of what each position sees, shape (n, length, d)."""
    import torch

    embeddings: Any = model[0].auto_model.embeddings
    place = torch.arange(batch.clean.shape[1], device=vector.device) + _offset(embeddings)
    query = embeddings.position_embeddings(place)[None] + vector[:, None]
    keys = torch.cat([vector[:, None], embeddings(input_ids=batch.clean)[:, 1:]], dim=1)
    closed = (~batch.visible).repeat_interleave(parts["attention"].num_heads, dim=0)
    found, _ = parts["attention"](query, keys, keys, attn_mask=closed, need_weights=False)
    hidden = parts["after_attention"](query + found)
    result: Tensor = parts["after_feeding"](hidden + parts["feeding"](hidden))
    return result


def _missed(parts: Any, words: Tensor, hidden: Tensor, labels: Tensor) -> Tensor:
    """The loss of a head on the model's own word embeddings, as BERT has it."""
    from torch.nn import functional

    some = labels != NONE
    return functional.cross_entropy(parts["head"](hidden[some]) @ words.T + parts.bias, labels[some])
