"""Which documents share the rare words of a query?"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from scipy import sparse

from engine.families.corpus import Corpus, fitted
from engine.types import BadModel, Encoder, Family, ModelEntry, Role, Similarity, Vectors

VERSION = 2  # raise it when a change here changes vectors
IDEOGRAPHS = r"\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
RUNS = re.compile(rf"([{IDEOGRAPHS}]+)|[^\W_{IDEOGRAPHS}]+")


class Bm25:
    """A query is the counts of its words, a document their BM25 weights: their dot product is the score."""

    similarity: Similarity = "dot"
    sided = True

    def __init__(self, name: str, corpus: Corpus | None = None) -> None:
        self.name, self._corpus = name, corpus
        self.key = f"bm25-{VERSION}-{corpus.digest if corpus else 'unfitted'}"

    def prompt(self, role: Role | None) -> str:
        """Nothing: it has no prompts."""
        return ""

    def fit(self, documents: Sequence[str]) -> Encoder:
        """The encoder for these documents; it reads them only once vectors are asked for that nobody has stored."""
        return Bm25(self.name, Corpus(documents))

    def encode(self, texts: Sequence[str], role: Role | None = None) -> Vectors:
        """CSR rows, shape (len(texts), words in the documents); float32. Without a role a text is a document.

        Raises:
            BadModel: a document is not among those it was fitted to.
        """
        index = _learn(fitted(self.name, self._corpus))
        return index.queries(texts) if role == "query" else index.documents(self.name, texts)


class _Index:
    """What BM25 knows of a corpus: a column for each word, a row of weights for each distinct document."""

    def __init__(self, corpus: Corpus) -> None:
        import bm25s

        words = [list(split(text)) for text in corpus.documents]
        # sorted, for columns are stored and must mean the same in the next process
        self.columns = {word: column for column, word in enumerate(sorted({word for text in words for word in text}))}
        library = bm25s.BM25()
        ids = [[self.columns[word] for word in text] for text in words]
        library.index((ids, self.columns), create_empty_token=False, show_progress=False)
        parts = (library.scores["data"], library.scores["indices"], library.scores["indptr"])
        self.weights = sparse.csc_array(parts, shape=(len(words), len(self.columns))).tocsr()
        self.rows = {text: row for row, text in enumerate(corpus.documents)}

    def queries(self, texts: Sequence[str]) -> sparse.csr_array:
        counts = [Counter(self.columns[word] for word in split(text) if word in self.columns) for text in texts]
        ends = np.cumsum([0, *map(len, counts)])
        values = np.array([count for one in counts for _, count in sorted(one.items())], dtype=np.float32)
        places = np.array([column for one in counts for column in sorted(one)], dtype=np.int32)
        return sparse.csr_array((values, places, ends), shape=(len(texts), len(self.columns)))

    def documents(self, name: str, texts: Sequence[str]) -> sparse.csr_array:
        strange = [text for text in texts if text not in self.rows]
        if strange:
            raise BadModel(
                "{name} can weigh only the documents it was fitted to; {text!r} is not one of them.",
                name=name,
                text=strange[0][:60],
            )
        return self.weights[[self.rows[text] for text in texts]]


@lru_cache(maxsize=2)
def _learn(corpus: Corpus) -> _Index:
    return _Index(corpus)


def split(text: str) -> Iterator[str]:
    """The words of a text in lower case; Chinese by a dictionary, characters that it does not know one by one.

    Letters and digits of full width are those of half width (NFKC).
    """
    import jieba

    jieba.setLogLevel("ERROR")
    for run in RUNS.finditer(unicodedata.normalize("NFKC", text).lower()):
        if run[1]:
            yield from jieba.cut(run[1], HMM=False)
        else:
            yield run[0]


def load(entry: ModelEntry, device: str, precision: str) -> Encoder:
    """The encoder, not fitted yet; device and precision make no difference to it."""
    return Bm25(entry.name)


FAMILY = Family("bm25", "Lexical, words", load, tasks=("retrieval", "reranking"), sparse=True)
