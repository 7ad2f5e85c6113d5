"""How are the models of the sentence-transformers library loaded and run?"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from engine import config
from engine.compute import packed, transfers
from engine.families import checkpoints, configuration, opening
from engine.types import BadModel, Family, ModelEntry, Role, Similarity, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

VERSION = 1  # raise it when a change here changes vectors: stored ones are then left behind
BUDGETS = {"cpu": (256, 512, 1_024, 2_048), "cuda": (16_384, 32_768, 65_536), "mps": (2_048, 8_192, 32_768)}
"""Tokens in a batch: small ones stay in a processor's cache, large ones keep a graphics card busy, but are padded more.

Of 131,072 tokens a quarter would be padding where texts are short, of 65,536 an eighth, of 16,384 a twenty-fifth.
"""


Elsewhere: TypeAlias = Callable[[str], Any]
"""Loads the same model on another device."""


TABLES = ("position_embeddings", "wpe", "embed_positions", "position_embedding")
"""What tables of positions are called."""


class SentenceTransformerEncoder:
    """Any model of the library, run by the library itself."""

    def __init__(self, entry: ModelEntry, model: Any, key: str) -> None:
        self.name, self.key = entry.name, key
        self.similarity: Similarity = entry.similarity or model.similarity_fn_name or "cosine"
        self.model = model
        self.sided = _sided(model)
        self.prompts = entry.prompts

    def prompt(self, role: Role | None) -> str:
        """The entry's own prompt for the role, or else the one in the model's configuration."""
        if (role or "none") in self.prompts:
            return self.prompts[role or "none"]
        # a prompt called `passage` is never used by the library, which mteb relies on
        return self.model.prompts.get(role or self.model.default_prompt_name or "") or ""

    def fit(self, documents: Sequence[str]) -> SentenceTransformerEncoder:
        """Itself: it does not learn from a corpus."""
        return self

    def encode(self, texts: Sequence[str], role: Role | None = None) -> Vectors:
        """Vectors of shape (len(texts), d), float32."""
        methods = {"query": self.model.encode_query, "document": self.model.encode_document}
        method = methods[role] if role and self.sided else self.model.encode
        vectors = method(list(texts), prompt=self.prompt(role), show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), -1)


class TokenisingEncoder(SentenceTransformerEncoder):
    """A transformer whose texts are tokenised apart from the forward pass, so that batches hold texts of one length."""

    def __init__(self, entry: ModelEntry, model: SentenceTransformer, key: str, *, elsewhere: Elsewhere) -> None:
        import torch

        super().__init__(entry, model, key)
        self._elsewhere = elsewhere
        self._others: list[TokenisingEncoder] = []
        here = model.device.type == "cpu"
        self.budgets = BUDGETS.get(model.device.type, BUDGETS["cpu"])
        # beside a device, the second stream prepares a batch and fetches the last one's vectors
        self.streams = torch.get_num_threads() if here else 2
        self.lanes = transfers.Lanes(model.device, self.streams, apart=not entry.remote_code)
        self.clock = time.thread_time if here else time.perf_counter
        tokenizer: Any = model.tokenizer
        self._pad, self._left = tokenizer.pad_token_id or 0, pads_left(model)
        self._types = "token_type_ids" in tokenizer.model_input_names
        self._tokenizer = tokenizer.backend_tokenizer
        self._packs = packed.packs(list(model))

    def tokenise(self, texts: Sequence[str], role: Role | None) -> list[npt.NDArray[np.int32]]:
        """The token ids of each text with its prompt, truncated."""
        prompt, limits = self.prompt(role), self.model.tokenizer
        self._tokenizer.no_padding()  # the library sets both anew whenever it encodes by itself
        self._tokenizer.no_truncation()
        if limits.model_max_length < configuration.UNLIMITED:
            self._tokenizer.enable_truncation(limits.model_max_length, direction=limits.truncation_side)
        found = self._tokenizer.encode_batch_fast([prompt + text for text in texts])
        return [np.array(one.ids, dtype=np.int32) for one in found]

    def forward(self, batch: Sequence[npt.NDArray[np.int32]]) -> Vectors:
        """Vectors of shape (len(batch), d); a text without any token has the zero vector.

        Raises:
            MemoryError: the device cannot hold the batch.
        """
        import torch

        some = [place for place, one in enumerate(batch) if len(one)]
        vectors = np.zeros((len(batch), self.model.get_embedding_dimension() or 0), dtype=np.float32)
        with opening.memory_told(self.model.device.type), torch.inference_mode(), self.lanes.one():
            if some:
                found = self._run([batch[place] for place in some])
                vectors[some] = transfers.fetched(found[:, : self.model.truncate_dim])
        return vectors

    def others(self) -> Sequence[TokenisingEncoder]:
        """The same model on the other devices of the machine, loaded when first asked for.

        Raises:
            BadModel: one of them has no room for it.
        """
        if not self._others:  # copies of this encoder with other prompts share the list
            devices = config.machine().devices[1:]
            self._others += [self._elsewhere(one) for one in devices if one.startswith(self.model.device.type)]
        return self._others

    def _run(self, batch: list[npt.NDArray[np.int32]]) -> Any:
        if not self._packs:
            return self.model(self._padded(batch))["sentence_embedding"]
        features = packed.forward(self.model[0], batch, first=packed.reads_first(list(self.model)))
        for module in list(self.model)[1:]:
            features = module(features)
        return features["sentence_embedding"]

    def _padded(self, batch: list[npt.NDArray[np.int32]]) -> dict[str, Any]:
        import torch

        parts = {
            "input_ids": transfers.padded(batch, fill=self._pad, left=self._left),
            "attention_mask": transfers.padded([np.ones_like(one) for one in batch], left=self._left),
        }
        features = {name: transfers.sent(values, self.model.device) for name, values in parts.items()}
        if self._types:
            features["token_type_ids"] = torch.zeros_like(features["input_ids"])
        return features


def load(entry: ModelEntry, device: str, precision: str) -> SentenceTransformerEncoder:
    """The model of the entry on the device.

    Raises:
        BadModel: it is not here, holds no safetensors, wants to run code, or does not load.
    """
    from sentence_transformers import SentenceTransformer

    folder = checkpoints.fetch(entry)
    model: Any = opening.opened(SentenceTransformer, entry, folder, device, precision=precision)
    _pool(entry, folder, model)
    pooling = [getattr(module, "pooling_mode", None) for module in model]
    turned = ["right"] if model.tokenizer and _side(model) == "left" and not pads_left(model) else []
    key = opening.key(folder, opening.limited(entry, model), precision, pooling, *turned)
    key = f"sentence_transformer-{VERSION}-{key}"
    if not _tokenises(model):
        return SentenceTransformerEncoder(entry, model, key)
    return TokenisingEncoder(entry, model, key, elsewhere=lambda other: load(entry, other, precision))


def _pool(entry: ModelEntry, folder: Path, model: SentenceTransformer) -> None:
    """Set the pooling that a variant asks for, or the entry's where the folder does not say: the library guesses."""
    told = "" if checkpoints.modules(folder) or entry.pooling not in ("mean", "cls", "lasttoken") else entry.pooling
    wanted = entry.asked.pooling or told
    if not wanted:
        return
    pooling: Any = next((module for module in model if type(module).__name__ == "Pooling"), None)
    if pooling is None:
        raise BadModel("{name} has no pooling that could be changed.", name=entry.name)
    pooling.pooling_mode = wanted


def pads_left(model: SentenceTransformer) -> bool:
    """Whether short texts of a batch are filled up before their first token.

    Not where positions are counted from the left and looked up in a table: there a text's vector would depend on the
    longest one beside it. Relative positions, such as rotary ones, do not mind.
    """
    modules = list(model[0].modules())
    table = any(type(getattr(one, name, None)).__name__ == "Embedding" for one in modules for name in TABLES)
    return _side(model) == "left" and not table


def _side(model: SentenceTransformer) -> str:
    return str(getattr(model.tokenizer, "padding_side", "right"))


def _sided(model: SentenceTransformer) -> bool:
    """Whether queries and documents are handled differently beyond their prompts."""
    first: Any = model[0]
    lengths = getattr(first, "query_length", None) or getattr(first, "document_length", None)
    routed = any(type(module).__name__ == "Router" for module in model)
    return routed or bool(lengths) or "message" in getattr(first, "modality_config", {})


def _tokenises(model: SentenceTransformer) -> bool:
    """Whether texts go straight through a fast tokenizer: no roles, no prompt that is left out."""
    first: Any = model[0]
    if not reads_tokens(model) or first.query_expansion or first.query_length or first.document_length:
        return False
    return all(getattr(module, "include_prompt", True) for module in model)


def reads_tokens(model: Any) -> bool:
    """Whether the first module is a transformer with a fast tokenizer that is used as it is: no chat template."""
    first = model[0]
    if type(first).__name__ != "Transformer" or not getattr(first.tokenizer, "is_fast", False):
        return False
    plain = list(first.modality_config) == ["text"] and first.modality_config["text"]["method"] == "forward"
    return plain and not first.processing_kwargs and not any(first.tokenizer.backend_tokenizer.encode("a b").type_ids)


FAMILY = Family(
    "sentence_transformer",
    "Transformer encoder",
    load,
    changes=("prompts", "max_length", "pooling"),
    missing=checkpoints.missing,
)
