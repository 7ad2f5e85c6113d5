"""Items that each stand for themselves: two equally good models under every kind of metric, and SciPy's figures."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd

from benchmarks.calibration import Rows, both, line, table
from engine import plugins
from engine.metrics.classification import resampled_f1
from engine.statistics import intervals, paired_tests, stability
from engine.statistics.draws import groups_of, left_out
from engine.types import Task

MEAN = replace(
    plugins.tasks()["retrieval"],
    main_metric="mean",
    resampled=lambda items, counts: {"mean": counts @ items["measure"].to_numpy() / counts.sum(axis=1)},
)
STS, PAIRS, CLUSTERING = (plugins.tasks()[name] for name in ("sts", "pair_classification", "clustering"))
F1 = replace(
    STS,
    main_metric="f1",
    resampled=lambda items, counts: {
        "f1": resampled_f1(items["kinds"].to_numpy(), items[["predicted"]].to_numpy(), counts)[:, 0]
    },
)


def reciprocal(rng: np.random.Generator, n: int, model: np.ndarray | None = None) -> pd.DataFrame:
    """nDCG of one relevant document at a rank that follows the query's own difficulty."""
    difficulty = rng.exponential(1.5, n) if model is None else model
    rank = 1 + rng.poisson(difficulty)
    return table(np.where(rank <= 10, 1 / np.log2(rank + 1), 0.0))


def rated(rng: np.random.Generator, gold: np.ndarray) -> pd.DataFrame:
    """Cosines that follow human scores with noise."""
    return table(np.zeros(len(gold)), gold=gold, gold_rank=gold, cosine=gold + rng.normal(0, 0.8, len(gold)))


def labelled(rng: np.random.Generator, gold: np.ndarray) -> pd.DataFrame:
    """Similarities of pairs that are alike or not, all five of them the same number."""
    score = gold + rng.normal(0, 0.9, len(gold))
    sides = {"similarity": score, "cosine": score, "dot": score, "manhattan": -score, "euclidean": -score}
    return table(((score > 0.5) == gold).astype(float), gold=gold, **sides)


def clustered(rng: np.random.Generator, kinds: np.ndarray) -> pd.DataFrame:
    """Texts of six kinds, six in ten of which lie in the cluster of their kind, the others anywhere; three k-means."""
    n = len(kinds)
    clusters = np.where(rng.random((n, 3)) < 0.6, kinds[:, None], rng.integers(0, 6, (n, 3)))
    return table(np.zeros(n), level=0, set="", variant="fast", label=kinds.astype(str), clusters=clusters.tolist(),
                 counts=[[1, 1, 1]] * n)  # fmt: skip


def classified(rng: np.random.Generator, kinds: np.ndarray) -> pd.DataFrame:
    """Texts of six kinds, seven in ten of which are recognised, by one classifier."""
    n = len(kinds)
    predicted = np.where(rng.random(n) < 0.7, kinds, rng.integers(0, 6, n))
    return table((predicted == kinds).astype(float), kinds=kinds, predicted=predicted)


def null_pairs(rng: np.random.Generator, n: int) -> dict[str, tuple[Task, Callable[[], tuple[pd.DataFrame, ...]]]]:
    """Pairs of models that are equally good in truth, for three kinds of metric."""

    def ranks() -> tuple[pd.DataFrame, ...]:
        difficulty = rng.exponential(1.5, n)
        return reciprocal(rng, n, difficulty), reciprocal(rng, n, difficulty)

    def ratings() -> tuple[pd.DataFrame, ...]:
        gold = rng.normal(size=n)
        return rated(rng, gold), rated(rng, gold)

    def labels() -> tuple[pd.DataFrame, ...]:
        gold = (rng.random(n) < 0.4).astype(int)
        return labelled(rng, gold), labelled(rng, gold)

    def clusters() -> tuple[pd.DataFrame, ...]:
        kinds = rng.integers(0, 6, n)
        return clustered(rng, kinds), clustered(rng, kinds)

    def classes() -> tuple[pd.DataFrame, ...]:
        kinds = rng.integers(0, 6, n)
        return classified(rng, kinds), classified(rng, kinds)

    return {
        "mean (nDCG@10), randomisation": (MEAN, ranks),
        "Spearman, paired bootstrap": (STS, ratings),
        "average precision, paired bootstrap": (PAIRS, labels),
        "v-measure, paired bootstrap": (CLUSTERING, clusters),
        "macro F1, paired bootstrap": (F1, classes),
    }


def bca(task: Task, items: pd.DataFrame, resampled: np.ndarray, score: float) -> tuple[float, float]:
    """The BCa interval of the main metric."""
    without = intervals.over(task.resampled, items, left_out(groups_of(items)))
    return stability.bca(resampled, score, without[task.main_metric])


KINDS = tuple(null_pairs(np.random.default_rng(0), 8))
SCORES = ("mean", "Spearman")


def tests(studies: int, seed: int, n: int = 60) -> Rows:
    """How often a test at 5 % cries wolf over pairs without a difference, and how often the interval holds 0."""
    for kind in KINDS:
        task, draw = null_pairs(np.random.default_rng((n, seed)), n)[kind]
        found = [paired_tests.compare(task, *draw(), seed=seed * studies + one) for one in range(studies)]
        yield from both(f"{n} items: {kind}", found)


def scores(studies: int, seed: int, n: int = 60) -> Rows:
    """How often the interval of one score holds the truth, percentile and BCa."""
    for kind in SCORES:
        rng = np.random.default_rng((7, seed))
        held: dict[str, list[bool]] = {"percentile": [], "BCa": []}
        truth = mean_truth() if kind == "mean" else spearman_truth()
        for _study in range(studies):
            task, items = (MEAN, reciprocal(rng, n)) if kind == "mean" else (STS, rated(rng, rng.normal(size=n)))
            drawn = intervals.resamples(task, items)[task.main_metric]
            score = items["measure"].mean() if kind == "mean" else task.metrics(full(items))[task.main_metric]
            percentile = intervals.intervals(task, items, {task.main_metric: drawn}, {task.main_metric: score})[
                task.main_metric
            ]
            for way, (low, high) in {"percentile": percentile, "BCa": bca(task, items, drawn, score)}.items():
                held[way].append(low <= truth <= high)
        for way, one in held.items():
            yield line(f"{n} items: one {kind}, {way}", "coverage", one, 0.95)


def full(items: pd.DataFrame) -> pd.DataFrame:
    """Items with the other similarities that the metrics of the task ask for."""
    return items.assign(similarity=items["cosine"], manhattan=-items["cosine"], euclidean=-items["cosine"])


@lru_cache
def mean_truth() -> float:
    """The mean of `reciprocal`, by four million of its items."""
    return float(reciprocal(np.random.default_rng(7), 4_000_000)["measure"].mean())


def spearman_truth() -> float:
    """Of two normal variables with correlation r: 6 / π · arcsin(r / 2)."""
    r = 1 / np.sqrt(1 + 0.8**2)
    return float(6 / np.pi * np.arcsin(r / 2))


def agreement() -> Iterator[dict[str, object]]:
    """Our figures beside SciPy's on the same data."""
    from scipy import stats as theirs

    rng = np.random.default_rng(11)
    a, b = reciprocal(rng, 200, difficulty := rng.exponential(1.5, 200)), reciprocal(rng, 200, difficulty)
    gaps = (a["measure"] - b["measure"]).to_numpy()
    found = paired_tests.compare(MEAN, a, b)
    swapped = theirs.permutation_test((gaps,), np.mean, permutation_type="samples", n_resamples=99_999, rng=rng)
    yield beside("p of the paired randomisation test, 200 items", found.p, swapped.pvalue)
    few = paired_tests.compare(MEAN, a.head(10), b.head(10))
    exact = theirs.permutation_test((gaps[:10],), np.mean, permutation_type="samples", n_resamples=np.inf)
    yield beside("the same by all swaps, 10 items", few.p, exact.pvalue)
    boot = theirs.bootstrap((gaps,), np.mean, method="percentile", n_resamples=99_999, rng=rng).confidence_interval
    yield beside("interval of the gap, low", found.low, boot.low)
    yield beside("interval of the gap, high", found.high, boot.high)
    measure = a["measure"].to_numpy()
    ours = bca(MEAN, a, intervals.resamples(MEAN, a)["mean"], float(measure.mean()))
    boot = theirs.bootstrap((measure,), np.mean, method="BCa", n_resamples=99_999, rng=rng).confidence_interval
    yield beside("BCa interval of a mean, low", ours[0], boot.low)
    yield beside("BCa interval of a mean, high", ours[1], boot.high)
    items = rated(rng, rng.normal(size=100))
    low, high = np.quantile(intervals.resamples(STS, items)["cosine_spearman"], [0.025, 0.975])
    paired = (items["gold"].to_numpy(), items["cosine"].to_numpy())
    boot = theirs.bootstrap(
        paired, lambda x, y: theirs.spearmanr(x, y).statistic, paired=True, vectorized=False, n_resamples=5_000,
        method="percentile", rng=rng,
    ).confidence_interval  # fmt: skip
    yield beside("interval of Spearman, low", low, boot.low)
    yield beside("interval of Spearman, high", high, boot.high)
    scores = pd.DataFrame(rng.random((5, 20)))
    friedman, mean = theirs.friedmanchisquare(*scores.to_numpy()), stability.mean_ranks(scores)
    yield beside("Friedman's statistic, 5 models on 20 datasets", mean.statistic, friedman.statistic)
    yield beside("its p", mean.p, friedman.pvalue)


def beside(what: str, ours: float, theirs: float) -> dict[str, object]:
    """One line of the table of agreement."""
    return {"figure": what, "Parallax": f"{ours:.4f}", "SciPy": f"{theirs:.4f}", "apart": f"{abs(ours - theirs):.4f}"}
