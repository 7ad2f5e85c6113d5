"""How alike are texts that have many vectors each: MaxSim, exactly, without ever holding all the products?

For every vector of the query its greatest product with one of the document's, summed (ColBERT,
https://arxiv.org/abs/2004.12832) or on average, as sentence-transformers scores late interaction. Products are taken
tile by tile, and a tile is reduced to its greatest ones while it is still near the processor.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.compute.compiled import compiled
from engine.types import Similarity, TokenVectors

QUERY_TOKENS = 512
"""Vectors of queries in a tile, where no single query has more."""
TILE = 1 << 18
"""Products in a tile, where no single document has more: a megabyte."""
EMPTY = np.float32(-1e9)
"""What a document without any vector scores, as in sentence-transformers: below every other."""


def every(queries: TokenVectors, documents: TokenVectors, similarity: Similarity) -> npt.NDArray[np.float32]:
    """The MaxSim of every query with every document, (queries, documents), float32."""
    import torch

    reduce, found = compiled(_reduce), np.empty((len(queries), len(documents)), np.float32)
    asked = [(some, torch.from_numpy(queries[some].floats()), _starts(queries[some])) for some in _parts(
        queries, QUERY_TOKENS)]  # fmt: skip
    widest = max((len(vectors) for _, vectors, _ in asked), default=1)
    parts = list(_parts(documents, TILE // max(1, widest)))
    space = torch.empty(widest * max((int(documents[part].counts.sum()) for part in parts), default=0))
    for part in parts:
        vectors, starts = torch.from_numpy(documents[part].floats()), _starts(documents[part])
        for some, query_vectors, query_starts in asked:
            shape = len(vectors), len(query_vectors)
            products = torch.mm(vectors, query_vectors.T, out=space[: shape[0] * shape[1]].view(shape))
            reduce(products.numpy(), starts, query_starts, found[some, part])
    if similarity == "meanmaxsim":
        found /= np.maximum(queries.counts, 1).astype(np.float32)[:, None]
    return found


def paired(queries: TokenVectors, documents: TokenVectors, similarity: Similarity) -> npt.NDArray[np.float32]:
    """The MaxSim of every query with the document beside it, (queries,), float32."""
    pairs = (slice(row, row + 1) for row in range(len(queries)))
    return np.array([every(queries[one], documents[one], similarity)[0, 0] for one in pairs], np.float32)


def _parts(vectors: TokenVectors, tokens: int) -> Iterator[slice]:
    """Runs of texts that have so many vectors together at most, but one text at least."""
    start, ends = 0, vectors.ends
    while start < len(vectors):
        stop = max(start + 1, int(np.searchsorted(ends, ends[start] + tokens, side="right")) - 1)
        yield slice(start, stop)
        start = stop


def _starts(vectors: TokenVectors) -> npt.NDArray[np.int64]:
    return vectors.ends - vectors.ends[0]


def _reduce(products: Any, starts: Any, query_starts: Any, found: Any) -> None:
    """products: (vectors of the documents, vectors of the queries); found: (queries, documents)."""
    width = products.shape[1]
    best = np.empty(width, np.float32)
    for document in range(len(starts) - 1):
        first, last = starts[document], starts[document + 1]
        if first == last:
            found[:, document] = EMPTY
            continue
        best[:] = products[first]
        for row in range(first + 1, last):
            line = products[row]
            for place in range(width):
                best[place] = line[place] if line[place] > best[place] else best[place]
        for query in range(len(query_starts) - 1):
            total = 0.0
            for place in range(query_starts[query], query_starts[query + 1]):
                total += best[place]
            found[query, document] = total
