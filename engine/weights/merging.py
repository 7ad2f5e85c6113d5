"""What lies between two sets of weights? A mix of an old and a new model (LM-Cocktail)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.types import BadModel

if TYPE_CHECKING:
    from torch import Tensor

IGNORED = ("architectures", "transformers_version", "torch_dtype", "dtype")
"""What configurations of one and the same model may differ in."""


def mixed(old: dict[str, Tensor], new: dict[str, Tensor], share: float) -> dict[str, Tensor]:
    """(1 - share) old + share new of all floating-point tensors: exactly the old ones at 0, the new ones at 1.

    Raises:
        ValueError: share not in 0..1, or tensors that do not correspond.

    Source: LM-Cocktail, https://arxiv.org/abs/2311.13534, with two models.
    """
    import torch

    if not 0 <= share <= 1 or old.keys() != new.keys():
        raise ValueError(f"share {share}, or tensors that do not correspond")
    return {
        name: torch.lerp(one.float(), new[name].float(), share).to(one.dtype) if one.is_floating_point() else one
        for name, one in old.items()
    }


def merge(old: Any, new: Any, share: float) -> Any:
    """A SentenceTransformer whose weights are mixed; modules, prompts and lengths are those that both have.

    Raises:
        BadModel: the two differ in more than their weights.
    """
    from copy import deepcopy

    for what, one, other in _compared(old, new):
        if one != other:
            raise BadModel(
                "The two models cannot be mixed: they differ in {what} ({one} and {other}).",
                what=what,
                one=str(one)[:80],
                other=str(other)[:80],
            )
    model = deepcopy(new)
    model.load_state_dict(mixed(old.state_dict(), new.state_dict(), share))
    return model


def _compared(old: Any, new: Any) -> list[tuple[str, Any, Any]]:
    """What must be equal, which the library does not ask: it keeps the first model's settings in silence."""
    return [
        ("modules", _modules(old), _modules(new)),
        ("shapes", _shapes(old), _shapes(new)),
        ("vocabulary", _words(old), _words(new)),
        ("prompts", dict(old.prompts), dict(new.prompts)),
        ("default_prompt_name", old.default_prompt_name, new.default_prompt_name),
        ("max_seq_length", old.max_seq_length, new.max_seq_length),
        ("truncate_dim", old.truncate_dim, new.truncate_dim),
        ("similarity_fn_name", old.similarity_fn_name, new.similarity_fn_name),
    ]


def _modules(model: Any) -> list[tuple[str, str]]:
    return [
        (type(one).__name__, str(sorted(one.get_config_dict().items(), key=str)) + _architecture(one)) for one in model
    ]


def _architecture(module: Any) -> str:
    config = getattr(getattr(module, "auto_model", None), "config", None)
    said = config.to_dict() if config else {}
    return str(sorted((key, str(value)) for key, value in said.items() if key not in IGNORED and key[0] != "_"))


def _shapes(model: Any) -> dict[str, tuple[int, ...]]:
    return {name: tuple(one.shape) for name, one in model.state_dict().items()}


def _words(model: Any) -> dict[str, int]:
    tokenizer = model.tokenizer
    return dict(tokenizer.get_vocab()) if hasattr(tokenizer, "get_vocab") else {}
