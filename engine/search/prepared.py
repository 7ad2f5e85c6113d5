"""Which documents score highest for one query after another, once they were made ready, as in a server?"""

from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from engine.rankings import Ranking, Request
from engine.search.similarity import POWERS
from engine.search.top_k import CHUNK, best_keys, keys_of, ready, search, unfolded
from engine.types import Similarity, Vectors


class Prepared:
    """The vectors of a request's documents (D, d), read and put to length once; words stand with their documents."""

    def __init__(self, request: Request, documents: Vectors, similarity: Similarity) -> None:
        self.request, self.documents, self.similarity = request, documents, similarity
        self.chunks: list[Any] = []
        self.by_word: Any = None
        if request.candidates is not None:
            return
        if sparse.issparse(documents) and similarity not in POWERS:
            self.by_word = ready(documents, similarity).T.tocsr()
        else:
            number = documents.shape[0]
            self.chunks = [ready(documents[at : at + CHUNK], similarity) for at in range(0, number, CHUNK)]

    def rank(self, place: int, query: Vectors) -> Ranking:
        """What the query at this place of the request ranks first, by its vector (1, d): as in `search`."""
        if self.request.candidates is not None:
            return search(only(self.request, place), query, self.documents, similarity=self.similarity)
        asked, order = ready(query, self.similarity), np.asarray(self.request.order, np.int64)
        k = min(self.request.depth, len(order))
        if self.by_word is None:
            return unfolded(best_keys(asked, self.chunks, order, k, similarity=self.similarity), order)
        keys = keys_of((asked @ self.by_word).toarray().astype(np.float32), order)
        return unfolded(np.partition(keys, k - 1, axis=1)[:, :k], order)


def only(request: Request, place: int) -> Request:
    """The request of one of its queries."""
    own = request.candidates and [request.candidates[place]]
    rows = request.query_rows[place : place + 1]
    return replace(request, queries=[request.queries[place]], query_rows=rows, candidates=own)
