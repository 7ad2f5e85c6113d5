"""How do BERT-shaped encoders run on a processor without computing a single padded token?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from engine.compute import kernels

if TYPE_CHECKING:
    import torch

TILE = 16
"""Attention is two to three times as fast over widths that fill the registers and matrix tiles of the processor."""
Tokens: TypeAlias = npt.NDArray[np.int32]
HEADS = {"Linear", "RobertaClassificationHead", "XLMRobertaClassificationHead", "CamembertClassificationHead"}
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


def packs_pairs(model: Any) -> bool:
    """Whether this is a classifier on a processor: a transformer of BERT's shape, and a head on its first token."""
    body = getattr(model, model.base_model_prefix, None)
    plain = type(body).__name__ in SHAPES and not model.config.is_decoder and not model.config.output_hidden_states
    head = type(getattr(model, "classifier", None)).__name__ in HEADS
    return bool(plain and head and model.device.type == "cpu")


def reads_first(modules: Sequence[Any]) -> bool:
    """Whether of the transformer's last layer only each text's first token is read."""
    return [getattr(module, "pooling_mode", None) for module in modules[1:2]] == ["cls"]


def forward(module: Any, batch: Sequence[Tokens], *, first: bool = False) -> dict[str, Any]:
    """What the module gives for texts laid end to end: token embeddings (1, tokens, d) and where each text starts.

    first: for the first token of each text alone, as if it were all of it.
    """
    import torch

    hidden, ends = _hidden(module.model, batch, None, first=first)
    return {"token_embeddings": hidden[None].float(), "cu_seq_lens_q": torch.from_numpy(ends)}


def learning(module: Any, batch: Sequence[Tokens]) -> dict[str, Any]:
    """As `forward`, with gradients and, while the module is in training mode, its dropout: the model's own layers."""
    import torch

    model = module.model
    lengths = np.array([len(one) for one in batch])
    ends = np.concatenate([[0], np.cumsum(lengths)])
    places = np.concatenate([np.arange(length) for length in lengths]) + _first_position(model)
    ids, positions = (torch.from_numpy(one.astype(np.int64))[None] for one in (np.concatenate(batch), places))
    embedded = model.embeddings(input_ids=ids, position_ids=positions, token_type_ids=torch.zeros_like(ids))
    hidden, spans = embedded[0], None
    for layer in model.encoder.layer:
        own = layer.attention.self
        parts = torch.stack([one(hidden) for one in (own.query, own.key, own.value)], dim=1)
        spans = spans or _spans(lengths, parts.dtype)
        dropout = own.dropout.p if own.training else 0.0
        mixed = torch.cat([_attended(own, parts, span, dropout) for span in spans])
        hidden = layer.attention.output(mixed, hidden)
        hidden = layer.output(layer.intermediate(hidden), hidden)
    return {"token_embeddings": hidden[None].float(), "cu_seq_lens_q": torch.from_numpy(ends)}


def _attended(attention: Any, parts: torch.Tensor, span: _Span, dropout: float) -> torch.Tensor:
    """What attention makes of a span's texts, (tokens, d); parts: query, key and value of every token."""
    import torch

    shape = 3, attention.num_attention_heads, attention.attention_head_size
    query, key, value = (
        parts[span.tokens].index_select(0, span.take).view(-1, span.width, *shape).permute(2, 0, 3, 1, 4)
    )
    found = torch.nn.functional.scaled_dot_product_attention(query, key, value, span.mask, dropout)
    return found.transpose(1, 2).reshape(-1, parts.shape[2]).index_select(0, span.own)


def forward_pairs(model: Any, batch: Sequence[Tokens], types: Sequence[Tokens]) -> torch.Tensor:
    """What the head of a classifier says of each pair, (pairs, labels): ids and kinds (`token_type_ids`) by pair."""
    body = getattr(model, model.base_model_prefix)
    first = _hidden(body, batch, types, first=True)[0][:, None]  # (pairs, 1, d)
    found: torch.Tensor = model.classifier(first if body.pooler is None else body.pooler(first))
    return found


def _hidden(
    model: Any, batch: Sequence[Tokens], types: Sequence[Tokens] | None, *, first: bool
) -> tuple[torch.Tensor, npt.NDArray[np.int64]]:
    """The last layer of texts laid end to end, (tokens, d), and where each ends, from 0.

    The model's own layers run in their own order; only attention is told apart by text. Where only the first token of
    each text is asked for, the last layer does next to nothing for the others: of six layers a sixth of the work.
    """
    import torch

    lengths = np.array([len(one) for one in batch])
    ends = np.concatenate([[0], np.cumsum(lengths)])
    offset = _first_position(model)
    rows = _even(int(ends[-1]), model.dtype)
    ids, places, kinds = (torch.zeros((1, rows), dtype=torch.long) for _ in range(3))
    ids[0, : ends[-1]] = torch.from_numpy(np.concatenate(batch))
    places += offset
    places[0, : ends[-1]] += torch.from_numpy(np.concatenate([np.arange(length) for length in lengths]))
    if types is not None:
        kinds[0, : ends[-1]] = torch.from_numpy(np.concatenate(types))
    hidden = model.embeddings(input_ids=ids, position_ids=places, token_type_ids=kinds)[0]
    spans, last = _spans(lengths, hidden.dtype), model.encoder.layer[-1]
    for layer in model.encoder.layer:
        if first and layer is last:
            mixed = _filled(_attend_first(layer.attention.self, hidden, spans, ends[:-1]))
            hidden, ends = _filled(hidden[ends[:-1]]), np.arange(len(ends))
        else:
            mixed = _attend(layer.attention.self, hidden, spans)
        hidden = _added(layer.attention.output, mixed, hidden)
        hidden = _added(layer.output, _raised(layer.intermediate, hidden), hidden)
    return hidden[: ends[-1]], ends


def _even(tokens: int, dtype: torch.dtype) -> int:
    """So many tokens, or in half precision up to an eighth more, and 16 at least.

    For every number of rows that a product in half precision has not seen, the processor's library first compiles
    code, which takes longer than the product itself.
    """
    import torch

    if dtype == torch.float32:
        return tokens
    step = 1 << max(4, tokens.bit_length() - 4)
    return -(-tokens // step) * step


def _filled(rows: torch.Tensor) -> torch.Tensor:
    """The rows and zeros behind them, an even number in all."""
    import torch

    return torch.nn.functional.pad(rows, (0, 0, 0, _even(len(rows), rows.dtype) - len(rows)))


class _Span(NamedTuple):
    """Texts that stand side by side and go through attention together, each filled up to `width` tokens."""

    tokens: slice
    width: int
    take: torch.Tensor
    """The token at each place, (texts * width,), counted from the first of the span."""
    own: torch.Tensor
    """Which of these places hold the span's tokens, in their order."""
    mask: torch.Tensor | None
    """What is added to the scores, (texts, 1, 1, width): minus infinity where there is no token."""


def _spans(lengths: npt.NDArray[np.int64], dtype: torch.dtype) -> list[_Span]:
    import torch

    widths = -(-lengths // TILE) * TILE
    edges = [0, *(np.flatnonzero(np.diff(widths)) + 1).tolist(), len(lengths)]
    ends = np.concatenate([[0], np.cumsum(lengths)])
    spans = []
    for first, last in pairwise(edges):
        there = np.arange(widths[first]) < lengths[first:last, None]
        take = np.where(there, ends[first:last, None] - ends[first] + np.arange(widths[first]), 0)
        mask = None if there.all() else torch.zeros((last - first, 1, 1, int(widths[first])), dtype=dtype)
        if mask is not None:
            mask[:, 0, 0].masked_fill_(torch.from_numpy(~there), -torch.inf)
        tokens, width = slice(int(ends[first]), int(ends[last])), int(widths[first])
        places = torch.from_numpy(take.reshape(-1)), torch.from_numpy(np.flatnonzero(there))
        spans.append(_Span(tokens, width, *places, mask))
    return spans


def _attend(attention: Any, hidden: torch.Tensor, spans: Sequence[_Span]) -> torch.Tensor:
    """What the tokens take from one another, (tokens, d)."""
    import torch

    shape = 3, attention.num_attention_heads, attention.attention_head_size
    parts = _product(attention, hidden, _joined(attention))
    mixed = []
    for span in spans:
        there = parts[span.tokens].index_select(0, span.take).view(-1, span.width, *shape)
        query, key, value = there.permute(2, 0, 3, 1, 4)
        found = torch.nn.functional.scaled_dot_product_attention(query, key, value, span.mask)
        mixed.append(found.transpose(1, 2).reshape(-1, hidden.shape[1]).index_select(0, span.own))
    return torch.cat([*mixed, hidden[spans[-1].tokens.stop :]])


def _attend_first(
    attention: Any, hidden: torch.Tensor, spans: Sequence[_Span], starts: npt.NDArray[np.int64]
) -> torch.Tensor:
    """What the first token of each text takes from the text, (texts, d), without a key or a value for any token.

    A query times (weight times token) is (query times weight) times token: the weight is met once a text. A bias of
    the keys adds the same to all scores of a query, which the softmax takes away again.
    """
    import torch

    heads = attention.num_attention_heads, attention.attention_head_size
    weights, biases = (one.chunk(3) for one in _joined(attention))
    query = torch.nn.functional.linear(hidden[starts], weights[0], biases[0]).unflatten(1, heads)
    asks = torch.einsum("ths,hsd->thd", query, weights[1].unflatten(0, heads))
    mixed, start = [], 0
    for span in spans:
        there = hidden[span.tokens].index_select(0, span.take).view(-1, 1, span.width, hidden.shape[1])
        own, start = asks[start : start + len(there), None], start + len(there)
        found = torch.nn.functional.scaled_dot_product_attention(own, there, there, span.mask, scale=heads[1] ** -0.5)
        mixed.append(found[:, 0])  # (texts, heads, d)
    return torch.einsum("thd,hsd->ths", torch.cat(mixed), weights[2].unflatten(0, heads)).flatten(1) + biases[2]


def _raised(intermediate: Any, hidden: torch.Tensor) -> torch.Tensor:
    """The first half of the feed-forward network."""
    dense = intermediate.dense
    if type(intermediate.intermediate_act_fn).__name__ == "GELUActivation":
        return _product(dense, hidden, (dense.weight, dense.bias), then="gelu")
    found: torch.Tensor = intermediate(hidden)
    return found


def _added(output: Any, rows: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
    """What comes out of attention or of the feed-forward network, added to what went in."""
    import torch

    if not _fuses(hidden.dtype):
        both = output.dense(rows) + hidden
    else:
        weight = _packed(output.dense, output.dense.weight)
        both = torch.ops.mkldnn._linear_pointwise.binary(rows, hidden, weight, output.dense.bias, "add")
    found: torch.Tensor = output.LayerNorm(both)
    return found


def _product(
    owner: Any, rows: torch.Tensor, layer: tuple[torch.Tensor, torch.Tensor], *, then: str = "none"
) -> torch.Tensor:
    """rows @ weight.T + bias, or the gelu of it.

    With oneDNN the weight is brought into the order of the processor's units only once, and what follows the product
    is done before it is rounded and leaves the cache: in bfloat16 together a third of a feed-forward network's time.
    """
    import torch

    weight, bias = layer
    if not _fuses(rows.dtype):
        product = torch.nn.functional.linear(rows, weight, bias)
        return torch.nn.functional.gelu(product) if then == "gelu" else product
    found: torch.Tensor = torch.ops.mkldnn._linear_pointwise(rows, _packed(owner, weight), bias, then, [], "none")
    return found


def _fuses(dtype: torch.dtype) -> bool:
    """Whether a product and what follows it are done in one go."""
    return kernels.product(dtype) == "onednn"


def _packed(owner: Any, weight: torch.Tensor) -> torch.Tensor:
    """The weight in the order of the matrix units, kept with the module that it belongs to."""
    import torch

    if not hasattr(owner, "packed"):
        owner.packed = torch.ops.mkldnn._reorder_linear_weight(weight.detach())
    found: torch.Tensor = owner.packed
    return found


def _joined(attention: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights and biases of query, key and value in one product; the three layers keep theirs as parts of it."""
    import torch

    layers = (attention.query, attention.key, attention.value)
    if not hasattr(attention, "joined"):
        weight, bias = (torch.cat([getattr(layer, name).data for layer in layers]) for name in ("weight", "bias"))
        for layer, rows, values in zip(layers, weight.chunk(3), bias.chunk(3), strict=True):
            layer.weight.data, layer.bias.data = rows, values
        attention.joined = weight, bias
    found: tuple[torch.Tensor, torch.Tensor] = attention.joined
    return found


def _first_position(model: Any) -> int:
    """0, or what the RoBERTa family begins to count at."""
    padding = getattr(model.embeddings, "padding_idx", None)
    return padding + 1 if isinstance(padding, int) else 0
