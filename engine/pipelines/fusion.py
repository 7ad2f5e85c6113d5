"""How do the lists of several retrievers become one?

Each side hands over its first 100 documents, as search engines do, and these lists are fused: what stands at place 101
or later on one side counts as not found there, and so does what has score 0, for it shares nothing with the query.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.rankings import Ranking, Request, ranked

SEED = 0
RRF_K = 60
HANDED = 100
"""Documents that each side hands over."""
WEIGHTS = np.linspace(0, 1, 21)
Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Union:
    """Of one query, the documents that any of S sides handed over, (U,), with ranks (0: not handed over) and scores
    between 0, each side's least, and 1, its greatest; both (S, U)."""

    documents: Rows
    ranks: Floats
    norms: Floats

    def reciprocal(self) -> Floats:
        """The sum of 1 / (60 + rank) over the sides (https://doi.org/10.1145/1571941.1572114), (U,)."""
        return np.where(self.ranks > 0, 1 / (RRF_K + self.ranks), 0.0).sum(axis=0)

    def weighted(self, weight: float) -> Floats:
        """The sum of the scores of two sides, the first with this weight, (U,)."""
        mixed: Floats = weight * self.norms[0] + (1 - weight) * self.norms[1]
        return mixed


def unions(rankings: Sequence[Ranking]) -> list[Union]:
    """What the sides hand over, by query."""
    return [_union([_handed(one, row) for one in rankings]) for row in range(len(rankings[0].rows))]


def reciprocal(rankings: Sequence[Ranking], request: Request) -> Ranking:
    """The lists fused by reciprocal rank."""
    found = unions(rankings)
    return _ranking(found, [one.reciprocal() for one in found], request)


def weighted(found: Sequence[Union], weights: Floats, request: Request) -> Ranking:
    """Two lists fused by a weighted sum; weights: of the first side, by query (Q,)."""
    scores = [one.weighted(weight) for one, weight in zip(found, weights.tolist(), strict=True)]
    return _ranking(found, scores, request)


def tuned(
    found: Sequence[Union], request: Request, measured: Callable[[Ranking], Floats], codes: Rows
) -> tuple[Ranking, tuple[float, float]]:
    """Fused by the weight that is best on the other half of the queries; and the two weights.

    measured: a ranking -> how well each query went, (Q,); codes: of each query's group (Q,), which is never torn.
    """
    each = [np.full(len(found), weight) for weight in WEIGHTS]
    by_weight = np.stack([measured(weighted(found, weights, request)) for weights in each])
    chosen = cross_tuned(by_weight, codes, SEED)
    return weighted(found, WEIGHTS[chosen], request), of_halves(WEIGHTS[chosen], codes, SEED)


def cross_tuned(weighted: Floats, codes: Rows, seed: int) -> Rows:
    """For each query which row of `weighted` (weights, queries) is best on the other half of the queries, (Q,)."""
    half = halves(codes, seed)
    found = np.empty(weighted.shape[1], np.int64)
    for tuning in (half, ~half):
        found[~tuning] = int(weighted[:, tuning].mean(axis=1).argmax()) if tuning.any() else len(WEIGHTS) // 2
    return found


def halves(codes: Rows, seed: int) -> npt.NDArray[np.bool_]:
    """Which queries are of the first half; no group is torn."""
    groups = int(codes.max(initial=-1)) + 1
    return np.isin(codes, np.random.default_rng(seed).permutation(groups)[: groups // 2])


def of_halves(weights: Floats, codes: Rows, seed: int) -> tuple[float, float]:
    """The weights that were tuned on the first and on the second half, out of those of the queries (Q,)."""
    half = halves(codes, seed)
    first, second = (float(weights[~one][0]) if (~one).any() else float("nan") for one in (half, ~half))
    return first, second


def _union(sides: Sequence[tuple[Rows, Floats]]) -> Union:
    documents = np.unique(np.concatenate([rows for rows, _ in sides]))
    ranks, norms = np.zeros((2, len(sides), len(documents)))
    for side, (rows, scores) in enumerate(sides):
        at = np.searchsorted(documents, rows)
        ranks[side, at], norms[side, at] = np.arange(1, len(rows) + 1), scores
    return Union(documents, ranks, norms)


def _handed(ranking: Ranking, row: int) -> tuple[Rows, Floats]:
    rows, scores = ranking.rows[row, :HANDED], ranking.scores[row, :HANDED].astype(np.float64)
    there = (rows >= 0) & (scores != 0)
    return rows[there], normed(scores[there])


def normed(scores: Floats) -> Floats:
    """Scores between 0, the least, and 1, the greatest; all 1 where they are equal."""
    width = np.ptp(scores) if len(scores) else 0.0
    return (scores - scores.min()) / width if width > 0 else np.ones(len(scores))


def _ranking(found: Sequence[Union], scores: Sequence[Floats], request: Request) -> Ranking:
    return ranked([one.documents for one in found], scores, request.order, request.depth)
