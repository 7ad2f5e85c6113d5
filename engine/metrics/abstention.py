"""Do a model's scores tell on which queries it fails, so that it could hold its tongue there? Normalised area under the
abstention curve (nAUC), Gisserot-Boukhlef et al. 2024, https://arxiv.org/abs/2402.12997, with mteb's arithmetic."""

import heapq

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.metrics.ranking import names

CONFIDENCES = ("max", "std", "diff1")
FAMILIES = ("ndcg", "map", "recall", "precision", "mrr")
RATES = np.linspace(0, 1, 11)[:-1]

DEFINITIONS = dict.fromkeys(
    (f"nauc_{family}" for family in FAMILIES),
    "How much the measure's mean would gain if the model held its tongue on the queries that it is least sure of, as"
    " a share of what holding it on the worst would gain: at most 1, 0 is no gain, below 0 sureness misleads; nan where"
    " no query is worse than another. Sure by its highest score (max), the spread of its scores (std), or the lead of"
    " the first over the second (diff1).",
)


def confidences(scores: npt.NDArray[np.float32]) -> dict[str, npt.NDArray[np.float64]]:
    """Per query: the highest score, the standard deviation of all, the first less the second; 0 where there are none.

    `scores` is (queries, k), falling, nan where a query has fewer results.
    """
    exact = scores.astype(np.float64)
    counts = np.isfinite(exact).sum(axis=1)
    spread = np.zeros(len(exact))
    for count in np.unique(counts[counts > 0]):
        rows = np.flatnonzero(counts == count)
        for block in np.array_split(rows, -(-len(rows) // 1000)):
            spread[block] = np.ascontiguousarray(exact[block][:, _heap_order(count)]).std(axis=1)
    first = np.where(counts > 0, exact[:, 0], 0.0)
    lead = first - exact[:, 1] if exact.shape[1] > 1 else np.zeros(len(exact))
    return {"max": first, "std": spread, "diff1": np.where(counts > 1, lead, 0.0)}


def naucs(items: pd.DataFrame) -> dict[str, float]:
    """Every nAUC of an item table that has the measures and `confidence_max`, `confidence_std`, `confidence_diff1`."""
    sure = {name: items[f"confidence_{name}"].to_numpy(np.float64) for name in CONFIDENCES}
    orders = {name: np.argsort(values, stable=True) for name, values in sure.items()}
    result = {}
    for name in (name for name in names(items) if name.startswith(FAMILIES)):
        values = items[name].to_numpy(np.float64)
        oracle = _curve(values, values, np.argsort(values, stable=True))
        for confidence in CONFIDENCES:
            curve = _curve(sure[confidence], values, orders[confidence])
            result[f"nauc_{name}_{confidence}"] = _normalised(curve, oracle)
    return result


def nauc(sureness: npt.NDArray[np.float64], values: npt.NDArray[np.float64]) -> float:
    """The nAUC of one measure under one sureness, both (queries,); at most 1, nan where all values are equal."""
    curves = (_curve(by, values, np.argsort(by, stable=True)) for by in (sureness, values))
    return _normalised(*curves)


def _curve(
    sureness: npt.NDArray[np.float64], values: npt.NDArray[np.float64], order: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """The mean left when the least sure 0 %, 10 % … 90 % are dropped; equally sure queries count as their mean."""
    sure, values = sureness[order], values[order]
    starts = np.flatnonzero(np.r_[True, sure[1:] != sure[:-1]])
    sizes = np.diff(np.r_[starts, len(sure)])
    values = np.repeat(np.add.reduceat(values, starts) / sizes, sizes)
    dropped = [min(round(rate * len(values)), len(values) - 1) for rate in RATES]
    return np.array([values[count:].mean() for count in dropped])


def _normalised(curve: npt.NDArray[np.float64], oracle: npt.NDArray[np.float64]) -> float:
    flat = oracle[0] * (RATES[-1] - RATES[0])
    best = np.trapezoid(oracle, RATES)
    return float("nan") if best == flat else float((np.trapezoid(curve, RATES) - flat) / (best - flat))


def _heap_order(count: int) -> list[int]:
    """Where falling scores lie after they were pushed onto a heap one by one.

    mteb takes the deviation in this order; summing in another changes its last bit, and with it which queries tie.
    """
    heap: list[int] = []
    for place in range(count):
        heapq.heappush(heap, -place)
    return [-place for place in heap]
