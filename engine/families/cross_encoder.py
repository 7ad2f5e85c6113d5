"""How are the rerankers of the sentence-transformers library loaded, and how do they score pairs of texts?

A pair goes through the encoder as one text (`engine.texts.pairs`), so that it is stored, sorted, batched and told of as
texts are; its vector has one number, the score that `CrossEncoder.predict` gives.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from engine import config
from engine.compute import packed, transfers
from engine.families import checkpoints, configuration, kinds, opening
from engine.texts import pairs
from engine.types import BadModel, Family, ModelEntry, Role, Similarity, Vectors

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

VERSION = 1  # raise it when a change here changes scores: stored ones are then left behind
BUDGETS = {"cpu": (1_024, 2_048, 4_096), "cuda": (16_384, 32_768, 65_536), "mps": (2_048, 8_192, 32_768)}
"""Tokens in a batch."""
AHEAD = 256
"""Pairs that the library prepares at once."""
SECOND = 1 << 30
"""Added to the id of a token of the second kind (`token_type_ids`): vocabularies are far smaller."""


class PairEncoder:
    """A cross-encoder; prompts are the entry's, or the model's default one."""

    similarity: Similarity = "dot"
    sided = False

    def __init__(
        self, entry: ModelEntry, model: CrossEncoder, key: str, *, elsewhere: Callable[[str], PairEncoder]
    ) -> None:
        import torch

        self.name, self.key, self.model = entry.name, key, model
        self.prompts = entry.prompts
        self._elsewhere, self._others = elsewhere, list[PairEncoder]()
        here = model.device.type == "cpu"
        self.budgets = BUDGETS.get(model.device.type, BUDGETS["cpu"])
        self.streams = torch.get_num_threads() if here else 2
        self.lanes = transfers.Lanes(model.device, self.streams, apart=not entry.remote_code)
        self.clock = time.thread_time if here else time.perf_counter
        tokenizer: Any = model.tokenizer
        self._pad, self._left = tokenizer.pad_token_id or 0, tokenizer.padding_side == "left"
        self._types = "token_type_ids" in tokenizer.model_input_names
        self._plain = _plain(model)
        # the library's own way of preparing pairs sets the tokenizer that all share
        self._tokenizer = copy.deepcopy(tokenizer.backend_tokenizer) if self._plain else None
        self._packs = self._plain and packed.packs_pairs(model[0].model) and len(list(model)) == 1
        self._extra: dict[str, Any] = {}

    def prompt(self, role: Role | None) -> str:
        """What is put before a pair."""
        told = self.prompts.get("query")
        if told is not None:
            return told
        return str(self.model.prompts.get(self.model.default_prompt_name or "") or "")

    def fit(self, documents: Sequence[str]) -> PairEncoder:
        """Itself: it does not learn from a corpus."""
        return self

    def encode(self, texts: Sequence[str], role: Role | None = None) -> Vectors:
        """The scores of the pairs, (len(texts), 1), float32."""
        tokens = self.tokenise(texts, role)
        order = np.argsort([-len(one) for one in tokens], kind="stable").tolist()
        scores, start = np.zeros((len(tokens), 1), np.float32), 0
        while start < len(order):
            stop = start + max(1, max(self.budgets) // len(tokens[order[start]]))
            scores[order[start:stop]] = self.forward([tokens[place] for place in order[start:stop]])
            start = stop
        return scores

    def tokenise(self, texts: Sequence[str], role: Role | None) -> list[npt.NDArray[np.int32]]:
        """The token ids of each pair, truncated as the library does it, those of the second kind marked."""
        parted, prompt = [pairs.parted(text) for text in texts], self.prompt(role)
        if self._tokenizer is None or prompt:
            parts = (parted[start : start + AHEAD] for start in range(0, len(parted), AHEAD))
            return [one for part in parts for one in self._prepared(part, prompt)]
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        limit = self.model.tokenizer.model_max_length
        if limit < configuration.UNLIMITED:
            self._tokenizer.enable_truncation(limit, direction=self.model.tokenizer.truncation_side)
        found = self._tokenizer.encode_batch_fast(parted)
        if not self._types:
            return [np.array(one.ids, dtype=np.int32) for one in found]
        return [np.array(one.ids, np.int32) + SECOND * np.array(one.type_ids, np.int32) for one in found]

    def forward(self, batch: Sequence[npt.NDArray[np.int32]]) -> npt.NDArray[np.float32]:
        """Scores (len(batch), 1), after the model's own activation.

        Raises:
            MemoryError: the device cannot hold the batch.
        """
        import torch

        with opening.memory_told(self.model.device.type), torch.inference_mode(), self.lanes.one():
            if self._packs:
                found = packed.forward_pairs(self.model[0].model, [one % SECOND for one in batch],
                                             [one // SECOND for one in batch])  # fmt: skip
            else:
                found = self.model(self._padded(batch))["scores"]
            scores = transfers.fetched(self.model.activation_fn(found.float()))
        return np.asarray(scores, np.float32).reshape(len(batch), -1)

    def others(self) -> Sequence[PairEncoder]:
        """The same model on the other devices of the machine, loaded when first asked for."""
        if not self._others:
            devices = config.machine().devices[1:]
            self._others += [self._elsewhere(one) for one in devices if one.startswith(self.model.device.type)]
        return self._others

    def _prepared(self, parted: Sequence[tuple[str, str]], prompt: str) -> list[npt.NDArray[np.int32]]:
        """The token ids that the library makes of pairs, by a chat template where the model has one."""
        made = self.model.preprocess(list(parted), prompt=prompt or None)
        self._extra = {name: one for name, one in made.items() if name in ("modality", "logits_to_keep")}
        ids, there = made["input_ids"].numpy(), made["attention_mask"].numpy().astype(bool)
        kinds = made["token_type_ids"].numpy() if "token_type_ids" in made else np.zeros_like(ids)
        marked = (ids + SECOND * kinds).astype(np.int32)
        return [row[own] for row, own in zip(marked, there, strict=True)]

    def _padded(self, batch: Sequence[npt.NDArray[np.int32]]) -> dict[str, Any]:
        import torch

        ids = transfers.padded(batch, fill=self._pad, left=self._left)
        parts = {
            "input_ids": ids % SECOND,
            "attention_mask": transfers.padded([np.ones_like(one) for one in batch], left=self._left),
        }
        parts |= {"token_type_ids": ids // SECOND} if self._types else {}
        features = self._extra | {name: transfers.sent(one, self.model.device) for name, one in parts.items()}
        return features if not self._left else features | {"position_ids": _positions(torch, features)}


def _positions(torch: Any, features: dict[str, Any]) -> Any:
    """Counted from each pair's first token, as in a batch that holds no other."""
    return (torch.cumsum(features["attention_mask"], dim=1) - 1).clamp(min=0)


def _plain(model: CrossEncoder) -> bool:
    """Whether pairs go straight through a fast tokenizer: no chat template."""
    first: Any = model[0]
    if type(first).__name__ != "Transformer" or not getattr(first.tokenizer, "is_fast", False):
        return False
    return list(first.modality_config) == ["text"] and not first.processing_kwargs


def load(entry: ModelEntry, device: str, precision: str) -> PairEncoder:
    """The reranker of the entry on the device.

    Raises:
        BadModel: it is not here, holds no safetensors, wants to run code, does not load, or gives several scores.
    """
    from sentence_transformers import CrossEncoder

    folder = checkpoints.fetch(entry)
    _refuse_others(entry, folder)
    model: Any = opening.opened(CrossEncoder, entry, folder, device, precision=precision)
    if model.num_labels != 1:
        raise BadModel(
            "{name} gives {labels} scores for a pair; a reranker gives one.", name=entry.name, labels=model.num_labels
        )
    _refuse_mute(entry, folder, model)
    key = opening.key(folder, opening.limited(entry, model), precision, type(model.activation_fn).__name__)
    return PairEncoder(
        entry, model, f"cross_encoder-{VERSION}-{key}", elsewhere=lambda other: load(entry, other, precision)
    )


def _refuse_others(entry: ModelEntry, folder: Path) -> None:
    """Raises BadModel where the library would draw the layer that scores at random, which it does without an error."""
    shapes = configuration.read(folder / "config.json").get("architectures") or [""]
    decoder = not checkpoints.modules(folder) and str(shapes[0]).endswith("ForCausalLM")
    if not decoder and kinds.kind(folder) not in ("cross_encoder", *kinds.OTHERS):
        raise BadModel(
            "{name}: {folder} holds no reranker: nobody trained a layer of it that scores pairs.",
            name=entry.name,
            folder=folder,
        )


def _refuse_mute(entry: ModelEntry, folder: Path, model: Any) -> None:
    """Raises BadModel where nothing says how a decoder is asked for a score, and the library would read it off anyway.

    So it is with decoders that their makers ask in a way of their own (bge-reranker-v2-gemma, Qwen3-Reranker before it
    came with a chat template for pairs).
    """
    first = model[0]
    if getattr(first, "transformer_task", "") != "text-generation":
        return
    mute = not checkpoints.modules(folder) and "message" not in first.modality_config
    if not mute:
        try:
            model.preprocess([("a", "b")])
        except ValueError:  # its template does not carry both texts
            mute = True
    if mute:
        raise BadModel(
            "{name}: {folder} does not say how the model is asked about a query and a document (a chat template with "
            "both): its scores would mean nothing. Take a copy that is made for sentence-transformers, or serve it "
            "behind a rerank endpoint.",
            name=entry.name,
            folder=folder,
        )


FAMILY = Family(
    "cross_encoder",
    "Cross-encoder (reranker)",
    load,
    tasks=("retrieval", "reranking"),
    changes=("prompts", "max_length"),
    missing=checkpoints.missing,
    gives="pair scores",
)
