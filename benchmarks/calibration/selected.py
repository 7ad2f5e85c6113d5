"""Many models, and what is shown because it was selected: slices, thresholds, forms, rankings, datasets, votes."""

import numpy as np
import pandas as pd

from benchmarks.calibration import Rows, independent, line, table
from engine import plugins
from engine.benchmarks import agreement
from engine.comparison import compression, judging, segments
from engine.inspection import thresholds
from engine.statistics import intervals, stability
from engine.statistics.paired_tests import compare_all
from engine.types import Dataset

TASKS = plugins.tasks()


def models(studies: int, seed: int) -> Rows:
    """2, 10 and 50 models: equally good ones that are told apart, and plainly different ones that are not."""
    for count in (2, 10, 50):
        rng, wrong = np.random.default_rng((count, seed)), []
        for _study in range(studies):
            hard = rng.beta(1, 1, 100)
            equal = {f"m{one}": table(np.clip(hard + rng.normal(0, 0.2, 100), 0, 1)) for one in range(count)}
            wrong.append(min(one.corrected for one in compare_all(TASKS["retrieval"], equal).values()) <= 0.05)
        yield line(f"{count} equal models, 100 queries", "any pair told apart", wrong, 0.05)
        apart = {
            f"m{one}": table(0.1 + 0.8 * one / max(count - 1, 1) + rng.normal(0, 0.01, 500)) for one in range(count)
        }
        found = [one.corrected < 0.05 for one in compare_all(TASKS["retrieval"], apart).values()]
        yield line(f"{count} models from 0.1 to 0.9, 500 queries", "pairs told apart", found, 1.0)


def rankings(studies: int, seed: int) -> Rows:
    """Kendall's tau between a public column and own scores of few models."""
    for n in (6, 8, 10, 12):
        for tau in (0.6, 0.8, 0.9):
            rng, held = np.random.default_rng((n, seed)), []
            r = np.sin(np.pi / 2 * tau)
            for _study in range(studies):
                first = rng.normal(size=n)
                own = pd.Series(r * first + np.sqrt(1 - r * r) * rng.normal(size=n))
                (one,) = agreement.agreement(pd.DataFrame({"public": first}), own)
                held.append(one.low <= tau <= one.high)
            yield line(f"{n} models, true tau {tau}", "coverage", held, 0.95)


def slices(studies: int, seed: int) -> Rows:
    """Slices that stand apart among 20, and the true gap in them."""
    rng, held = np.random.default_rng((0, seed)), []
    for _study in range(studies):
        topic = rng.integers(0, 20, 400)
        true = np.where(topic < 3, 0.2, 0.0)
        traits = pd.DataFrame({"topic": [f"t{one:02d}" for one in topic]})
        found = segments.segments(traits, true + rng.normal(0, 0.4, 400), np.zeros(400)).apart()
        held += [row.low <= (0.2 if row.one < "topic: t03" else 0.0) <= row.high for row in found.itertuples()]
    yield line("slices that stand apart, 400 items in 20 topics", "coverage", held, 0.95)


def promises(studies: int, seed: int) -> Rows:
    """A precision that was promised, on 20,000 fresh pairs."""
    for n in (60, 200, 1_000):
        for wanted in (0.9, 0.95, 0.99):
            rng, held = np.random.default_rng((n, seed)), []
            for _study in range(studies):
                alike = rng.random(n) < 0.4
                found = thresholds.promised(alike, rng.normal(alike * 1.5), wanted)
                if found is not None:
                    others = rng.random(20_000) < 0.4
                    held.append(thresholds.at(others, rng.normal(others * 1.5), found.threshold).precision < wanted)
            yield line(f"{n} pairs, precision {wanted}", "broken promises", held, 0.05, studies)


def forms(studies: int, seed: int) -> Rows:
    """The recommended form of vectors of 15, 150 and 1,500 queries, and what it loses on 1,000 further ones."""
    for n in (15, 150, 1_500):
        rng, lost = np.random.default_rng((n, seed)), []
        for _study in range(max(studies // 10, 1)):
            documents = max(200, n)  # a query each: queries of one document would count as one
            corpus, gold = rng.normal(size=(documents, 64)).astype(np.float32), rng.permutation(documents)
            asked = [rng.normal(0, 1.3, (size, 64)) + corpus[np.resize(gold, size)] for size in (n, 1_000)]
            table_ = compression.curves(_search(corpus, n, gold), _vectors(asked[0], corpus), "cosine", lambda *_: None)
            best = compression.smallest(table_)
            truth = compression.curves(
                _search(corpus, 1_000, gold), _vectors(asked[1], corpus), "cosine", lambda *_: None
            )
            lost.append(float(-truth.loc[best.name, "gap"]) > 0.01)
        yield line(f"smallest form, {n} queries", "loses more than 0.01 in truth", lost, 0.025)


def _vectors(queries: np.ndarray, corpus: np.ndarray) -> dict[str, np.ndarray]:
    return {"queries": queries.astype(np.float32), "corpus": corpus}


def _search(corpus: np.ndarray, n: int, gold: np.ndarray) -> Dataset:
    names = [f"q{row}" for row in range(n)]
    judged = {"query_id": names, "corpus_id": [f"d{row}" for row in np.resize(gold, n)], "score": 1}
    return Dataset("x", "retrieval", {
        "corpus": pd.DataFrame({"id": [f"d{row}" for row in range(len(corpus))], "text": "t"}),
        "queries": pd.DataFrame({"id": names, "text": "t"}), "qrels": pd.DataFrame(judged)})  # fmt: skip


def datasets(studies: int, seed: int) -> Rows:
    """The mean difference over datasets that spread by 0.05 around 0.02."""
    for count in (2, 3, 6, 12):
        rng, held = np.random.default_rng((count, seed)), []
        for _study in range(studies):
            gaps = rng.normal(0.02, 0.05, count)
            scores = pd.DataFrame([gaps, np.zeros(count)], index=["a", "b"])
            _, low, high = stability.gap_over_datasets(scores, "a", "b")
            held += [] if np.isnan(low) else [low <= 0.02 <= high]
        yield line(f"{count} datasets", "coverage", held, 0.95, studies)


def votes(studies: int, seed: int) -> Rows:
    """The gap of two models' first answers after some votes, at one true share and over all shares."""
    for n, cast, fixed in ((10, 10, 0.1), (100, 30, 0.3), (1_000, 10, 0.9), (1_000, 10, None), (1_000, 30, None)):
        rng, held = np.random.default_rng((n, cast, seed)), []
        for _study in range(studies):
            share = rng.random() if fixed is None else fixed
            outcome = rng.random(n) < share
            duels = [judging.Duel(f"q{row}", "x", "y", None) for row in range(n)]
            said = [judging.Vote(f"q{row}", "x", "y", "first" if outcome[row] else "both") for row in range(cast)]
            last = judging.estimates(duels, said, only_last=True).iloc[-1]
            held.append(last["low"] <= share <= last["high"])
        where = "of any size" if fixed is None else str(fixed)
        yield line(f"{n} queries, {cast} votes, true gap {where}", "coverage", held, 0.95)


def perfect(studies: int, seed: int) -> Rows:
    """The mean of 100 items of which nearly all are right: often all that are seen."""
    for share in (0.95, 0.98, 0.99):
        rng, held = np.random.default_rng((int(share * 100), seed)), []
        for _study in range(studies):
            items, task = table((rng.random(100) < share).astype(float)), independent.MEAN
            seen = {"mean": float(items["measure"].mean())}
            low, high = intervals.intervals(task, items, intervals.resamples(task, items), seen)["mean"]
            held.append(low <= share <= high)
        yield line(f"100 items, {share:.0%} right in truth", "coverage", held, 0.95)
