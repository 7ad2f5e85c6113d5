"""How alike are texts by the runs of characters that they share?"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import sparse

from engine.families.corpus import Corpus, fitted
from engine.types import Encoder, Family, ModelEntry, Role, Similarity, Vectors

VERSION = 1  # raise it when a change here changes vectors


class Tfidf:
    """Runs of one to four characters within words: no word list, so any language will do, Chinese included."""

    similarity: Similarity = "cosine"

    def __init__(self, name: str, corpus: Corpus | None = None) -> None:
        self.name, self._corpus = name, corpus
        self.key = f"tfidf-{VERSION}-{corpus.digest if corpus else 'unfitted'}"

    def prompt(self, role: Role | None) -> str:
        """Nothing: it has no prompts."""
        return ""

    def fit(self, documents: Sequence[str]) -> Encoder:
        """The encoder for these documents; it reads them only once vectors are asked for that nobody has stored."""
        return Tfidf(self.name, Corpus(documents))

    def encode(self, texts: Sequence[str], role: Role | None = None) -> Vectors:
        """CSR rows of length 1, shape (len(texts), runs in the documents); float32."""
        found = sparse.csr_array(_learn(fitted(self.name, self._corpus)).transform(texts))
        found.sort_indices()
        return found


@lru_cache(maxsize=2)
def _learn(corpus: Corpus) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    runs = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True, dtype=np.float32)
    return runs.fit(corpus.documents)


def load(entry: ModelEntry, device: str, precision: str) -> Encoder:
    """The encoder, not fitted yet; device and precision make no difference to it."""
    return Tfidf(entry.name)


FAMILY = Family("tfidf", "Lexical, runs of characters", load, sparse=True)
