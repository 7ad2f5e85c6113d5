"""How are late interaction models (ColBERT and its kin) loaded and run, which give a vector for every token?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from engine.compute import packed, transfers
from engine.compute.token_pooling import Keeping
from engine.families import checkpoints, configuration, kinds, opening
from engine.families.sentence_transformer import Elsewhere, SentenceTransformerEncoder, TokenisingEncoder, reads_tokens
from engine.types import BadModel, Encoder, Family, ModelEntry, Role, TokenVectors, Vectors

if TYPE_CHECKING:
    pass

VERSION = 1  # raise it when a change here changes vectors
BATCH = 8  # texts, where the library sees to the batches
ID, ATTENDED, SCORED, ASKED = range(4)
"""Columns of a text's tokens: the id, whether others look at it, whether its vector is kept, whether it is asked."""


class LateInteractionEncoder(SentenceTransformerEncoder):
    """Any model of the library's MultiVectorEncoder, run by the library itself; compared by MaxSim.

    Queries are filled up and documents lose their punctuation, whatever the prompts: the sides are never alike.
    """

    def __init__(self, entry: ModelEntry, model: Any, key: str) -> None:
        super().__init__(entry, model, key)
        self.sided, self.keeping = True, keeping(entry)

    def encode(self, texts: Sequence[str], role: Role | None = None) -> Vectors:
        """Many vectors for each text.

        Raises:
            MemoryError: the device cannot hold so many texts at once.
        """
        return encoded(self, texts, role)


class TokenisingLateInteractionEncoder(TokenisingEncoder):
    """A transformer whose texts are tokenised apart from the forward pass, so that batches hold texts of one length."""

    def __init__(self, entry: ModelEntry, model: Any, key: str, *, elsewhere: Elsewhere) -> None:
        super().__init__(entry, model, key, elsewhere=elsewhere)
        self.sided, self.keeping = True, keeping(entry)
        self._mask: Any = next((module for module in model if type(module).__name__ == "MultiVectorMask"), None)
        self._packs = packed.packs([module for module in model if module is not self._mask])

    def tokenise(self, texts: Sequence[str], role: Role | None) -> list[npt.NDArray[np.int32]]:
        """Each text's tokens with its prompt, truncated, a query's filled up as its checkpoint says, (tokens, 4)."""
        prompt, limit = self.prompt(role), self._limit(role)
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        if limit and limit < configuration.UNLIMITED:
            self._tokenizer.enable_truncation(limit, direction=self.model.tokenizer.truncation_side)
        found = self._tokenizer.encode_batch_fast([prompt + text for text in texts])
        return [self._marked(np.array(one.ids, dtype=np.int32), role) for one in found]

    def forward(self, batch: Sequence[npt.NDArray[np.int32]]) -> TokenVectors:
        """Many vectors for each text.

        Raises:
            MemoryError: the device cannot hold the batch.
        """
        import torch

        there = [place for place, one in enumerate(batch) if len(one)]
        counts, values = np.zeros(len(batch), np.int64), np.empty((0, self.model.get_embedding_dimension()), np.float32)
        with opening.memory_told(self.model.device.type), torch.inference_mode(), self.lanes.one():
            if there:
                features = self._run([batch[place] for place in there])
                scored = features["attention_mask"].bool()
                values = transfers.fetched(features["token_embeddings"][scored])
                counts[there] = scored.sum(dim=1).cpu().numpy()
        found = TokenVectors(values, np.concatenate([[0], np.cumsum(counts)]))
        return self.keeping(found, asked=any(len(one) and one[0, ASKED] for one in batch))

    def encode(self, texts: Sequence[str], role: Role | None = None) -> Vectors:
        """Many vectors for each text."""
        return encoded(self, texts, role)

    def _limit(self, role: Role | None) -> int | None:
        """The most tokens of a text, as the library has it."""
        first: Any = self.model[0]
        own, whole = (
            {"query": first.query_length, "document": first.document_length}.get(role or ""),
            first.max_seq_length,
        )
        expansion = first.query_expansion if role == "query" else None
        if expansion is None:
            return own or whole
        if expansion["strategy"] == "fixed":
            return int(expansion["length"])
        return max(own, expansion["length"]) if own else whole

    def _marked(self, ids: npt.NDArray[np.int32], role: Role | None) -> npt.NDArray[np.int32]:
        first: Any = self.model[0]
        tokens = np.ones((len(ids), 4), dtype=np.int32)
        tokens[:, ID], tokens[:, ASKED] = ids, role == "query"
        expansion = first.query_expansion if role == "query" else None
        if expansion and len(ids) < expansion["length"]:
            more = np.ones((expansion["length"] - len(ids), 4), dtype=np.int32)
            more[:, ID], more[:, ATTENDED] = self._filling(expansion), expansion["attend"]
            more[:, SCORED] = self._mask is not None or expansion["attend"]
            tokens = np.concatenate([more, tokens] if self.model.tokenizer.padding_side == "left" else [tokens, more])
        if self._mask is None:
            return tokens
        skipped = self._mask._skiplist_ids
        if (role or "document") in self._mask.skiplist_tasks and skipped is not None:
            tokens[np.isin(tokens[:, ID], skipped.numpy()), SCORED] = 0
        if role != "query" and self._mask.keep_only_token_ids:
            tokens[~np.isin(tokens[:, ID], self._mask.keep_only_token_ids), SCORED] = 0
        return tokens

    def _filling(self, expansion: dict[str, Any]) -> int:
        """The token that short queries are filled up with."""
        tokenizer: Any = self.model.tokenizer
        if expansion["token"] is not None:
            return int(tokenizer.convert_tokens_to_ids(expansion["token"]))
        return int(tokenizer.eos_token_id if tokenizer.mask_token_id is None else tokenizer.mask_token_id)

    def _run(self, batch: list[npt.NDArray[np.int32]]) -> dict[str, Any]:
        ids = [one[:, ID] for one in batch]
        if self._packs and all(one[:, ATTENDED].all() for one in batch):
            return self._without_padding(batch, ids)
        features = self._padded(ids) | {"attention_mask": self._beside(batch, ATTENDED)}
        features = self.model[0](features) | {"attention_mask": self._beside(batch, SCORED)}
        task = "query" if batch[0][0, ASKED] else "document"
        for module in list(self.model)[1:]:
            if module is not self._mask:
                more = {"task": task} if "task" in getattr(module, "forward_kwargs", ()) else {}
                features = module(features, **more)
        return features

    def _without_padding(
        self, batch: Sequence[npt.NDArray[np.int32]], ids: Sequence[npt.NDArray[np.int32]]
    ) -> dict[str, Any]:
        """As `_run`, each module computing texts laid end to end."""
        import torch

        features = packed.forward(self.model[0], ids)
        for module in list(self.model)[1:]:
            features = features if module is self._mask else module(features)
        parts = features["token_embeddings"][0].split([len(one) for one in batch])
        marks = [torch.from_numpy(one[:, SCORED]) for one in batch]
        padded = torch.nn.utils.rnn.pad_sequence
        return {"token_embeddings": padded(parts, True), "attention_mask": padded(marks, True)}

    def _beside(self, batch: Sequence[npt.NDArray[np.int32]], column: int) -> Any:
        """A column of the tokens in the places of `_padded`, zero where there is no token."""
        found = transfers.padded([one[:, column] for one in batch], left=self._left)
        return transfers.sent(found, self.model.device)


def keeping(entry: ModelEntry) -> Keeping:
    """How an entry wants its vectors kept."""
    return Keeping(entry.asked.pool_factor or 1.0, entry.asked.vectors)


def encoded(encoder: Any, texts: Sequence[str], role: Role | None) -> TokenVectors:
    """The vectors of texts by the library's own way."""
    model = encoder.model
    method = {"query": model.encode_query, "document": model.encode_document}.get(role or "", model.encode)
    with opening.memory_told(model.device.type):
        found = method(list(texts), prompt=encoder.prompt(role), batch_size=BATCH, show_progress_bar=False)
    if not found:
        return TokenVectors(np.empty((0, model.get_embedding_dimension() or 0), np.float32), np.zeros(1, np.int64))
    vectors = TokenVectors.of([one.float().cpu().numpy() for one in found])
    kept: TokenVectors = encoder.keeping(vectors, asked=role == "query")
    return kept


def load(entry: ModelEntry, device: str, precision: str) -> Encoder:
    """The model of the entry on the device.

    Raises:
        BadModel: it is not here, holds no safetensors, is no late interaction model, wants to run code, does not load,
            or its vectors cannot be kept as the entry asks.
    """
    from sentence_transformers import MultiVectorEncoder

    folder = checkpoints.fetch(entry)
    if kinds.kind(folder) != "multi_vector":
        raise BadModel(
            "{name}: {folder} holds no late interaction model; the library would draw its last layer at random.",
            name=entry.name,
            folder=folder,
        )
    model: Any = opening.opened(MultiVectorEncoder, entry, folder, device, precision=precision)
    _refuse_lengths(entry, model)
    asked = entry.asked
    key = opening.key(folder, *_limits(entry, model), precision, asked.pool_factor, asked.vectors)
    key = f"multi_vector-{VERSION}-{key}"
    if not _tokenises(model):
        return LateInteractionEncoder(entry, model, key)
    return TokenisingLateInteractionEncoder(entry, model, key, elsewhere=lambda other: _again(entry, other, precision))


def _again(entry: ModelEntry, device: str, precision: str) -> TokenisingLateInteractionEncoder:
    found = load(entry, device, precision)
    assert isinstance(found, TokenisingLateInteractionEncoder)
    return found


def _limits(entry: ModelEntry, model: Any) -> tuple[float | None, int | None]:
    """The most tokens of any text and of a document from now on: the checkpoint's own, or fewer of a document.

    Raises:
        BadModel: the entry asks for more than the model can read.
    """
    whole, first = opening.limited(replace(entry, max_length=None), model), model[0]
    own = first.document_length
    first.document_length = entry.asked.max_length or min(
        (one for one in (own, entry.max_length) if one and one != whole), default=own
    )
    return whole, first.document_length


def _refuse_lengths(entry: ModelEntry, model: Any) -> None:
    """Raises BadModel where int8, which keeps directions only, is asked of vectors that differ in length."""
    last = {type(module).__name__ for module in list(model)[1:]}
    if entry.asked.vectors == "int8" and "Normalize" not in last:
        raise BadModel(
            "{name} gives vectors of any length, of which int8 would keep the direction only; choose float16.",
            name=entry.name,
        )


def _tokenises(model: Any) -> bool:
    """Whether the vectors of a text do not hang on the texts beside it, and a fast tokenizer reads it."""
    expansion = model[0].query_expansion
    grows = bool(expansion) and expansion["strategy"] != "fixed" and model.tokenizer.padding_side == "left"
    return reads_tokens(model) and not grows


FAMILY = Family(
    "multi_vector",
    "Late interaction",
    load,
    tasks=("retrieval", "reranking"),
    changes=("prompts", "max_length", "pool_factor"),
    missing=checkpoints.missing,
    tokens=True,
)
