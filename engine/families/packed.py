"""How do BERT-shaped encoders run on a processor without computing a single padded token?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import torch

SHAPES = {"BertModel", "RobertaModel", "XLMRobertaModel", "CamembertModel", "ErnieModel"}


def packs(modules: Sequence[Any]) -> bool:
    """Whether these are a transformer of BERT's shape on a processor, and modules that take texts laid end to end.

    A graphics card prefers one padded batch to a call of attention for every length.
    """
    first, *others = modules
    model = first.model
    plain = type(model).__name__ in SHAPES and not model.config.is_decoder and not model.config.output_hidden_states
    behind = {type(module).__name__ for module in others}
    return plain and model.device.type == "cpu" and behind <= {"Pooling", "Dense", "LayerNorm", "Normalize"}


def forward(module: Any, batch: Sequence[npt.NDArray[np.int32]]) -> dict[str, Any]:
    """What the module gives for texts laid end to end: token embeddings (1, tokens, d) and where each text starts.

    The model's own layers run in their own order; only attention is told apart by text, with texts of one length that
    stand side by side in one call.
    """
    import torch

    lengths = np.array([len(one) for one in batch])
    ends = np.concatenate([[0], np.cumsum(lengths)])
    model, offset = module.model, _first_position(module.model)
    ids = torch.from_numpy(np.concatenate(batch).astype(np.int64))[None]
    places = torch.from_numpy(np.concatenate([np.arange(length) for length in lengths]) + offset)[None]
    hidden = model.embeddings(input_ids=ids, position_ids=places, token_type_ids=torch.zeros_like(ids))[0]
    spans = _spans(lengths, ends)
    for layer in model.encoder.layer:
        hidden = layer.attention.output(_attend(layer.attention.self, hidden, spans), hidden)
        hidden = layer.output(layer.intermediate(hidden), hidden)
    return {"token_embeddings": hidden[None].float(), "cu_seq_lens_q": torch.from_numpy(ends)}


def _attend(attention: Any, hidden: torch.Tensor, spans: list[tuple[int, int, int]]) -> torch.Tensor:
    import torch

    heads, size = attention.num_attention_heads, attention.attention_head_size
    parts = [part(hidden) for part in (attention.query, attention.key, attention.value)]
    mixed = torch.empty_like(parts[0])
    for start, texts, width in spans:
        end = start + texts * width
        query, key, value = (part[start:end].view(texts, width, heads, size).transpose(1, 2) for part in parts)
        found = torch.nn.functional.scaled_dot_product_attention(query, key, value)
        mixed[start:end] = found.transpose(1, 2).reshape(texts * width, heads * size)
    return mixed


def _spans(lengths: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """(first token, texts, tokens each) of the runs of texts of one length."""
    starts = np.flatnonzero(np.concatenate([[True], lengths[1:] != lengths[:-1]]))
    counts = np.diff(np.concatenate([starts, [len(lengths)]]))
    return [(int(ends[place]), int(count), int(lengths[place])) for place, count in zip(starts, counts, strict=True)]


def _first_position(model: Any) -> int:
    """0, or what the RoBERTa family begins to count at."""
    padding = getattr(model.embeddings, "padding_idx", None)
    return padding + 1 if isinstance(padding, int) else 0
