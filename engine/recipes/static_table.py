"""A table of token vectors distilled from a model: about a hundred times as fast, and less good (model2vec)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.training import Base, Examples, Recipe, Setting, Settings
from engine.types import BadModel, Message, Step

Array = npt.NDArray[np.float32]
BATCH = 256
UNUSED = re.compile(r"\[unused\d+\]")


def compute(base: Base, examples: Sequence[Examples], settings: Settings, step: Step) -> Any:
    """A model of nothing but a table: a text's vector is the mean of its tokens'.

    Raises:
        BadModel: the base has no fast tokenizer.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Normalize
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    tokenizer = getattr(base.model.tokenizer, "backend_tokenizer", None)
    if tokenizer is None:
        raise BadModel("{name} has no fast tokenizer to distil the words of.", name=base.entry.name)
    words = Tokenizer.from_str(tokenizer.to_str())
    words.no_truncation()
    words.no_padding()
    rows = token_vectors(base.model, words.get_vocab_size(), step)
    said = spoken(words, base.model.tokenizer.all_special_ids)
    found = principal(rows[said], int(settings["dimensions"]))
    table = np.zeros((len(rows), found.shape[1]), np.float32)  # special and unknown words say nothing
    table[said] = found * weights(len(said), float(settings["coefficient"]))[:, None]
    module = StaticEmbedding(words, embedding_weights=table)
    return SentenceTransformer(modules=[module, Normalize()], device="cpu", similarity_fn_name="cosine")


def spoken(words: Any, special: Sequence[int]) -> npt.NDArray[np.int64]:
    """The ids of the tokens that stand in texts, in the order of the vocabulary: no special, no unused ones."""
    tokens = (words.id_to_token(one) for one in range(words.get_vocab_size()))
    left_out = {one for one, token in enumerate(tokens) if UNUSED.fullmatch(token or "")} | set(special)
    return np.setdiff1d(np.arange(words.get_vocab_size()), sorted(left_out))


def token_vectors(model: Any, count: int, step: Step) -> Array:
    """The mean of what the transformer gives for each token alone between its special ones, (count, d)."""
    import torch

    transformer, framed, found = model[0].auto_model.eval(), model.tokenizer("a", return_special_tokens_mask=True), []
    frame, inner = framed["input_ids"], [at for at, mark in enumerate(framed["special_tokens_mask"]) if not mark]
    for start in range(0, count, BATCH):
        ids = range(start, min(start + BATCH, count))
        rows = [[*frame[: inner[0]], one, *frame[inner[-1] + 1 :]] for one in ids]
        with torch.inference_mode():
            read = torch.tensor(rows, device=transformer.device)
            found.append(transformer(input_ids=read).last_hidden_state.float().mean(1).cpu().numpy())
        step(start / count, Message("{done} of {total} tokens", {"done": start, "total": count}))
    return np.concatenate(found)


def principal(rows: Array, size: int) -> Array:
    """The first principal components of the rows, (n, size); fewer where there are not so many."""
    from sklearn.decomposition import PCA

    places: Array = PCA(min(size, *rows.shape), random_state=0).fit_transform(rows)
    return places


def weights(count: int, coefficient: float) -> npt.NDArray[np.float64]:
    """coefficient / (coefficient + p), p by Zipf's law as 1 / (rank + 1), the vocabulary being sorted by frequency."""
    shares = 1 / np.arange(2, count + 2)
    chances = shares / shares.sum()
    result: npt.NDArray[np.float64] = coefficient / (coefficient + chances)
    return result


RECIPE = Recipe(
    name="static_table",
    title="Table of token vectors (model2vec)",
    question="Distils a model into a table of token vectors: about a hundred times as fast, without a graphics card.",
    shapes=(),
    source="MinishLab/model2vec distill: tokens alone, PCA, weights by Zipf's law (SIF coefficient 1e-4)",
    settings={
        "dimensions": Setting("Dimensions", 256, 2, 4_096),
        "coefficient": Setting("SIF coefficient", 1e-4, 1e-8, 1.0),
    },
    costs="One pass over the vocabulary, each token alone: a minute or two.",
    fails="Wherever the order of words or their sense in a context matters (MiniLM's Spearman of 0.82 on the English "
    "STS benchmark became 0.66); vocabularies that are not sorted by frequency get wrong weights.",
    compute=compute,
)
