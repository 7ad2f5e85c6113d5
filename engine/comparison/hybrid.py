"""What would two models find together, and is that better than the better one alone?

Each side hands over its first 100 documents, as search engines do, and these lists are fused: what stands at place 101
or later on one side counts as not found there, and so does what has score 0, for it shares nothing with the query.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.metrics.groups import COLUMNS as TOGETHER
from engine.metrics.ranked_items import answers
from engine.metrics.ranking import measures
from engine.notation import NIL, interval
from engine.pipelines import fusion
from engine.pipelines.fusion import RRF_K, WEIGHTS, normed
from engine.statistics import multiple, paired_tests
from engine.statistics.draws import FEWEST, groups_of
from engine.types import Message, Task

SEED = 0
COLUMNS = ("item", "measure", *TOGETHER, "top_ids", "top_scores", "relevant_ids", "relevant_grades")
Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Fusion:
    """What fusing models a and b gives on n queries.

    ways: one row each for `a`, `b`, `reciprocal rank`, `weighted sum` and `best of two`, with score, gap (to the better
    single model), low, high (95 % interval of the gap) and p; weights: of a in the sum, tuned on either half of the
    queries and used on the other; curve: score by weight on all queries (columns weight, score); alike: the mean share
    of the first ten that both found.
    """

    n: int
    better: str
    ways: pd.DataFrame
    weights: tuple[float, float]
    curve: pd.DataFrame
    alike: float


def fuse(task: Task, a: pd.DataFrame, b: pd.DataFrame, *, seed: int = SEED) -> Fusion:
    """Fuses the item tables of two runs on one retrieval set.

    `reciprocal rank` is 1 / (60 + rank), summed over the sides (https://doi.org/10.1145/1571941.1572114). For the
    weighted sum each list's scores are put between 0, its least, and 1, its greatest; the weight is tuned on one half
    of the queries and tested on the other, and the other way round. `best of two` takes each query's better model.
    """
    a, b = (table.sort_values("item", ignore_index=True) for table in (a, b))
    both = a["item"].isin(b["item"]), b["item"].isin(a["item"])
    a, b = (table[there].reset_index(drop=True) for table, there in zip((a, b), both, strict=True))
    lists = Lists.of(a, b)
    single = {name: table["measure"].to_numpy(np.float64) for name, table in (("a", a), ("b", b))}
    better = max(single, key=lambda name: single[name].mean())
    weighted = np.stack([lists.judged(weight * lists.norms[0] + (1 - weight) * lists.norms[1], task.main_metric)
                         for weight in WEIGHTS])  # fmt: skip
    tuned, weights = _cross_tuned(weighted, groups_of(a).codes, seed)
    points = [np.where(ranks > 0, 1 / (RRF_K + ranks), 0.0) for ranks in lists.ranks]
    ranked = lists.judged(points[0] + points[1], task.main_metric)
    ways = single | {
        "reciprocal rank": ranked,
        "weighted sum": tuned,
        "best of two": np.maximum(single["a"], single["b"]),
    }
    rows = [_row(task, name, values, single[better], a) for name, values in ways.items()]
    curve = pd.DataFrame({"weight": WEIGHTS, "score": weighted.mean(axis=1)})
    return Fusion(len(a), better, pd.DataFrame(rows), weights, curve, _alike(a, b))


def verdict(found: Fusion, labels: tuple[str, str], metric: str) -> Message:
    """Is it worth fusing the two? The way that scored higher is judged, its p corrected for there being two."""
    ways = found.ways.set_index("way")
    fused = ways.loc[["reciprocal rank", "weighted sum"]]
    best = str(fused["score"].idxmax())
    p = float(multiple.holm(fused["p"].to_numpy())[fused.index.get_loc(best)])
    gain, low, high = (float(fused.loc[best, name]) for name in ("gap", "low", "high"))
    values = {
        "n": found.n,
        "a": labels[0],
        "b": labels[1],
        "better": labels[0] if found.better == "a" else labels[1],
        "metric": metric,
        "way": Message("by reciprocal rank") if best == "reciprocal rank" else Message("by weighted sum"),
        "score": float(fused.loc[best, "score"]),
        "gap": interval(gain, low, high, sign=True),
        "p": p,
        "most": float(ways.loc["best of two", "gap"]),
    }
    still = bool(fused.loc[best, "same"]) and ways.loc["best of two", "gap"] > NIL
    if best == "weighted sum" and still:
        return Message(
            "On {n} queries, {better} is best left alone: no share of {worse} in the weighted sum finds more; at most "
            "{most:.3f} {metric} could be had by knowing the better side of each query.",
            values | {"worse": labels[1] if found.better == "a" else labels[0]},
        )
    if np.isnan(low + high):
        return Message(
            "{n} queries are too few, or hang together too much, to say whether fusing {a} and {b} helps: below "
            "{fewest} that do not hang together no interval is given.",
            values | {"fewest": FEWEST},
        )
    return _judged(values, p, gain)


def _judged(values: dict[str, object], p: float, gain: float) -> Message:
    """What a fusion that uses both sides gives."""
    if p >= multiple.ALPHA:
        return Message(
            "On {n} queries, fusing {a} and {b} changes nothing that could not be luck: {way} {metric} {gap} against "
            "{better} alone (p = {p:p} after Holm); at most {most:.3f} could be had by knowing the better side of each "
            "query.",
            values,
        )
    if gain > 0:
        return Message(
            "On {n} queries, {a} and {b} find more together: {way} {score:.3f} {metric}, {gap} against {better} alone "
            "(p = {p:p} after Holm), of {most:.3f} that could be had by knowing the better side of each query.",
            values,
        )
    return Message(
        "On {n} queries, {better} is better alone: fusing {a} and {b} {way} changes the score: "
        "{metric} {gap} (p = {p:p} after Holm).",
        values,
    )


def _row(task: Task, name: str, values: Floats, alone: Floats, items: pd.DataFrame) -> dict[str, object]:
    told = items[[name for name in ("item", *TOGETHER, "relevant_ids") if name in items]]
    tables = (told.assign(measure=one) for one in (values, alone))
    found = paired_tests.compare(task, *tables)
    ends = (0.0, 0.0) if values is alone else (found.low, found.high)
    p = np.nan if name == "best of two" or values is alone else found.p
    told = {"way": name, "score": values.mean(), "gap": found.gap, "low": ends[0], "high": ends[1], "p": p}
    return told | {"same": found.tied == found.n}


def _cross_tuned(weighted: Floats, codes: Rows, seed: int) -> tuple[Floats, tuple[float, float]]:
    """Each query's measure under the weight that is best on the other half; weighted is (weights, queries).

    codes: the group of each query; a group is never torn.
    """
    chosen = fusion.cross_tuned(weighted, codes, seed)
    return weighted[chosen, np.arange(len(chosen))], fusion.of_halves(WEIGHTS[chosen], codes, seed)


def _alike(a: pd.DataFrame, b: pd.DataFrame) -> float:
    shares = [len({*one[:10]} & {*other[:10]}) / 10 for one, other in zip(a["top_ids"], b["top_ids"], strict=True)]
    return float(np.mean(shares)) if shares else float("nan")


@dataclass(frozen=True)
class Lists:
    """The documents that either side handed over, per query, and the relevant ones among them.

    ranks and norms: per side (Q, U), 0 where the side lacks the document; documents ascend by id within a query, `none`
    marks the empty places. Relevant documents (J,): their query, their column (−1: handed over by neither), grade.
    """

    ranks: tuple[Floats, Floats]
    norms: tuple[Floats, Floats]
    none: npt.NDArray[np.bool_]
    queries: Rows
    columns: Rows
    grades: Rows

    @classmethod
    def of(cls, a: pd.DataFrame, b: pd.DataFrame) -> "Lists":
        """From two item tables of the same queries, row for row."""
        sides = [[_handed(ids, scores) for ids, scores in zip(table["top_ids"], table["top_scores"], strict=True)]
                 for table in (a, b)]  # fmt: skip
        unions = [sorted({*one[0], *other[0]}) for one, other in zip(*sides, strict=True)]
        shape = len(unions), max(map(len, unions), default=0)
        ranks, norms = np.zeros((2, *shape)), np.zeros((2, *shape))
        queries, columns, grades = [], [], []
        for row, union in enumerate(unions):
            place = {name: column for column, name in enumerate(union)}
            for side in (0, 1):
                ids, scores = sides[side][row]
                at = [place[name] for name in ids]
                ranks[side, row, at] = np.arange(1, len(ids) + 1)
                norms[side, row, at] = scores
            queries += [row] * len(a["relevant_ids"][row])
            columns += [place.get(name, -1) for name in a["relevant_ids"][row]]
            grades += list(a["relevant_grades"][row])
        none = np.arange(shape[1]) >= np.array([len(union) for union in unions], dtype=int)[:, None]
        told = (np.array(values, dtype=np.int64) for values in (queries, columns, grades))
        return cls((ranks[0], ranks[1]), (norms[0], norms[1]), none, *told)

    def judged(self, scores: Floats, metric: str) -> Floats:
        """The metric of each query when its documents are ordered by these scores (Q, U), equal ones by falling id."""
        scores = np.where(self.none, -np.inf, scores)
        ranks, found = np.zeros(len(self.queries), np.int64), np.flatnonzero(self.columns >= 0)
        lines, columns = scores[self.queries[found]], self.columns[found, None]
        own = np.take_along_axis(lines, columns, axis=1)
        ahead = (lines > own) | ((lines == own) & (np.arange(scores.shape[1]) > columns))
        ranks[found] = 1 + ahead.sum(axis=1)
        return measures(self.queries, ranks, self.grades, number=len(scores))[metric]


def _handed(ids: Sequence[str], scores: Sequence[float]) -> tuple[list[str], Floats]:
    """The documents that a model has found, and their scores between 0 and 1."""
    known = np.asarray(scores, np.float64)
    return answers(ids, scores), normed(known[known != 0])
