"""How does a model come to read texts longer than those it was trained on?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.types import BadModel

if TYPE_CHECKING:
    from torch import Tensor

TABLES = ("position_embeddings", "wpe", "embed_positions")
"""What tables of learned positions are called, and stay called after saving."""
WINDOWED = "sliding_attention"
"""What the library calls layers that see a window only, where a model has rotary positions of several kinds."""
BUFFERS = ("position_ids", "token_type_ids")
"""What else is as long as the table."""


def decomposed(table: Tensor, rows: int, alpha: float = 0.4) -> Tensor:
    """A table of positions of shape (rows, d): the old rows to the last bit, then what two of them stand for together.

    With n old rows p: u_i = (p_i - alpha p_0) / (1 - alpha), and row i n + j is alpha u_i + (1 - alpha) u_j.

    Args:
        rows: from n to n².
        alpha: above 0 and below 1, and not 0.5, at which (i, j) and (j, i) would be one.

    Raises:
        ValueError: rows or alpha out of range.

    Source: Su Jianlin, https://kexue.fm/archives/7947 (alpha 0.4); stella takes 0.2.
    """
    import torch

    old = len(table)
    if not old <= rows <= old**2 or not 0 < alpha < 1 or alpha == 0.5:
        raise ValueError(f"{old} rows cannot become {rows} with alpha {alpha}")
    place = torch.arange(old, rows)
    wide = table.double()
    base = (wide - alpha * wide[0]) / (1 - alpha)
    further = alpha * base[place // old] + (1 - alpha) * base[place % old]
    return torch.cat([table, further.to(table.dtype)])


def extend(model: Any, length: int, *, alpha: float = 0.4) -> str:
    """Let a loaded SentenceTransformer read `length` tokens; gives the way: `decomposed` or `rotary`.

    Raises:
        BadModel: it reads that many already, or its positions are of a kind that cannot be extended.
    """
    transformer: Any = getattr(model[0], "auto_model", None)
    holder, name = _table(transformer) if transformer is not None else (None, "")
    if holder is None and not _rotary(getattr(transformer, "config", None)):
        raise BadModel(
            "The positions of this model ({kind}) are neither a table nor rotary: they cannot be extended.",
            kind=type(transformer or model[0]).__name__,
        )
    known = _known(transformer, holder, name)
    if length <= known:
        raise BadModel(
            "This model has positions for {known} tokens already; its length can be set to {length} without training.",
            known=known,
            length=length,
        )
    if holder is not None and length > known**2:
        raise BadModel("Of {known} positions at most {most} can be made.", known=known, most=known**2)
    if holder is None:
        _scale(transformer.config, known, length)
        _rebuild(transformer)
    else:
        _lengthen(transformer, holder, name, length, alpha)
    model.max_seq_length = length
    return "rotary" if holder is None else "decomposed"


def _table(transformer: Any) -> tuple[Any, str]:
    """The module that holds the table of learned positions, and under which name."""
    for module in transformer.modules():
        for name in TABLES:
            if type(getattr(module, name, None)).__name__ == "Embedding":
                return module, name
    return None, ""


def _unused(holder: Any) -> int:
    """How many rows in front no token ever gets: models after RoBERTa count from behind the padding index."""
    padding = getattr(holder, "padding_idx", None)
    return padding + 1 if isinstance(padding, int) else 0


def _known(transformer: Any, holder: Any, name: str) -> int:
    if holder is None:
        return int(transformer.config.max_position_embeddings)
    return int(getattr(holder, name).num_embeddings) - _unused(holder)


def _lengthen(transformer: Any, holder: Any, name: str, length: int, alpha: float) -> None:
    import torch

    table, skipped = getattr(holder, name), _unused(holder)
    with torch.no_grad():
        rows = decomposed(table.weight[skipped:], length, alpha)
        table.weight = torch.nn.Parameter(torch.cat([table.weight[:skipped], rows]))
    table.num_embeddings = skipped + length
    for module in transformer.modules():
        for buffer in BUFFERS:
            there = getattr(module, buffer, None)
            if isinstance(there, torch.Tensor) and there.ndim == 2:
                whole = torch.arange(skipped + length, device=there.device)[None]
                setattr(module, buffer, whole if buffer == "position_ids" else torch.zeros_like(whole))
    config = transformer.config
    config.max_position_embeddings = skipped + length


def _rotary(config: Any) -> bool:
    return bool(getattr(config, "rope_parameters", None))


def _scale(config: Any, known: int, length: int) -> None:
    """YaRN, which is the same for every text; dynamic scaling would let a text hang on the longest one beside it.

    Layers that see a window of neighbours only meet no greater distance in longer texts: they stay as they are.
    """
    rotary = config.rope_parameters
    said = {"rope_type": "yarn", "factor": length / known, "original_max_position_embeddings": known}
    kinds = {name: one for name, one in rotary.items() if isinstance(one, dict)}
    parts = [one for name, one in kinds.items() if name != WINDOWED] if kinds else [rotary]
    if any(one.get("rope_type", "default") != "default" for one in parts):
        raise BadModel("The rotary positions of this model are scaled already.")
    for one in parts:
        one.update(said)
    config.max_position_embeddings = length


def _rebuild(transformer: Any) -> None:
    """Make the rotary modules anew from the changed configuration."""
    for module in list(transformer.modules()):
        for name, child in list(module.named_children()):
            if type(child).__name__.endswith("RotaryEmbedding"):
                setattr(module, name, type(child)(transformer.config))
