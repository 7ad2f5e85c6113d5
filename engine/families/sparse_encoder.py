"""How are learned sparse models (SPLADE and its kin) loaded and run?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from engine.families import checkpoints, opening
from engine.families.sentence_transformer import SentenceTransformerEncoder
from engine.types import Family, ModelEntry, Role, Vectors

if TYPE_CHECKING:
    pass

VERSION = 1  # raise it when a change here changes vectors
BATCH = 8  # texts: a row of logits over the whole vocabulary for every token is held at once


class LearnedSparseEncoder(SentenceTransformerEncoder):
    """A weight for each word piece of the vocabulary, most of them zero; two texts are compared by dot product."""

    def __init__(self, entry: ModelEntry, model: Any, key: str) -> None:
        super().__init__(entry, model, key)
        self.similarity = entry.similarity or model.similarity_fn_name or "dot"

    def encode(self, texts: Sequence[str], role: Role | None = None) -> Vectors:
        """CSR rows of shape (len(texts), vocabulary), float32.

        Raises:
            MemoryError: the device cannot hold so many texts at once.
        """
        methods: dict[str | None, Any] = {"query": self.model.encode_query, "document": self.model.encode_document}
        method = methods.get(role if self.sided else None, self.model.encode)
        with opening.memory_told(self.model.device.type):
            found = method(list(texts), prompt=self.prompt(role), batch_size=BATCH, show_progress_bar=False)
        rows, columns = found.coalesce().indices().cpu().numpy()
        values = found.coalesce().values().float().cpu().numpy()
        ends = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(texts)))]).astype(np.int32)
        return sparse.csr_array((values, columns.astype(np.int32), ends), shape=(len(texts), found.shape[1]))


def load(entry: ModelEntry, device: str, precision: str) -> LearnedSparseEncoder:
    """The model of the entry on the device.

    Raises:
        BadModel: it is not here, holds no safetensors, wants to run code, or does not load.
    """
    from sentence_transformers import SparseEncoder

    folder = checkpoints.fetch(entry)
    model = opening.opened(SparseEncoder, entry, folder, device, precision=precision)
    key = opening.key(folder, opening.limited(entry, model), precision, model.max_active_dims)
    return LearnedSparseEncoder(entry, model, f"sparse_encoder-{VERSION}-{key}")


FAMILY = Family("sparse_encoder", "Learned sparse", load, changes=("prompts", "max_length"), sparse=True,
                missing=checkpoints.missing)  # fmt: skip
