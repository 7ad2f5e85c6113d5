"""Items that hang together, what repeats, and few items: two models that are equally good by construction."""

import numpy as np
import pandas as pd

from benchmarks.calibration import Rows, both, line, table
from engine import plugins
from engine.metrics.groups import grouped
from engine.statistics.paired_tests import compare
from engine.types import Comparison, Dataset

TASKS = plugins.tasks()
SIDES = "ab"


def queries(studies: int, seed: int) -> Rows:
    """200 queries, 1, 4 or 10 of them about one document."""
    for per in (1, 4, 10):
        rng, found = np.random.default_rng((per, seed)), []
        for _study in range(studies):
            sides = [np.repeat(rng.beta(0.8, 0.6, 200 // per), per) + rng.normal(0, 0.15, 200) for _ in SIDES]
            own = np.repeat(np.arange(200 // per), per).astype(str)
            found.append(compare(TASKS["retrieval"], *(table(np.clip(one, 0, 1), group=own) for one in sides)))
        yield from both(f"200 queries, {per} a document", found)


def webs(studies: int, seed: int) -> Rows:
    """150 queries with two of 100 documents each: they share in a chain. Documents matter much or not at all."""
    for weight in (0.0, 0.5):
        rng, found = np.random.default_rng((9, seed)), []
        for _study in range(studies):
            held = np.stack([rng.choice(100, 2, replace=False) for _query in range(150)])
            units = grouped([set(one.tolist()) for one in held])
            sides = [weight * rng.normal(size=100)[held].mean(axis=1) + rng.normal(0, 0.4, 150) for _ in SIDES]
            found.append(compare(TASKS["retrieval"], *(table(one, **units) for one in sides)))
        yield from both(f"web: 150 queries with 2 of 100 documents, weight {weight}", found)


def named(studies: int, seed: int) -> Rows:
    """Queries about documents, in groups that the data name: they hold their documents whole, or documents cross them.

    Both matter, or neither does.
    """
    for topics, crossing in ((10, False), (10, True), (20, True), (40, True)):
        for weight in (0.0, 0.2):
            rng, found = np.random.default_rng((topics, crossing, seed)), []
            for _study in range(studies):
                topic = np.repeat(np.arange(topics), 240 // topics)
                document = rng.integers(0, 80, 240) if crossing else np.arange(240) // 3
                units = grouped([(one,) for one in document], [f"t{one}" for one in topic], "topic")
                sides = [weight * rng.normal(size=topics)[topic] + weight * rng.normal(size=80)[document]
                         + rng.normal(0, 0.4, 240) for _ in SIDES]  # fmt: skip
                found.append(compare(TASKS["retrieval"], *(table(one, **units) for one in sides)))
            how = "documents cross them" if crossing else "documents within them"
            yield from both(f"240 queries in {topics} named groups, {how}, weight {weight}", found)


def summaries(studies: int, seed: int) -> Rows:
    """20 texts with 16 summaries each, whose correlations spread from text to text."""
    for spread in (0.0, 0.35):
        rng, found = np.random.default_rng((3, seed)), []
        for _study in range(studies):
            gold, own = rng.normal(size=(20, 16)), np.repeat(np.arange(20), 16).astype(str)
            sides = []
            for _side in SIDES:
                r = np.clip(0.4 + spread * rng.normal(size=(20, 1)), -0.95, 0.95)
                cosine = (r * gold + np.sqrt(1 - r**2) * rng.normal(size=gold.shape)).ravel()
                flat = {"gold": gold.ravel(), "gold_rank": gold.ravel(), "cosine": cosine, "dot": cosine}
                sides.append(table(np.zeros(320), text_id=own, group=own, similarity=cosine, **flat))
            found.append(compare(TASKS["summarization"], *sides))
        yield from both(f"20 texts × 16 summaries, spread {spread}", found)


def levels(studies: int, seed: int) -> Rows:
    """200 documents in 5 clusters, the same label on 1 or 4 levels; in 12 clusters, 3 in each of 4 larger ones."""
    for deep in (1, 4, 2):
        rng, label = np.random.default_rng((deep, seed)), np.arange(200) % (12 if deep == 2 else 5)
        cells = [[f"c{one}"] * deep if deep > 1 else f"c{one}" for one in label]
        places = np.eye(16)[label]
        if deep == 2:
            cells, places = [[f"a{one // 3}", f"c{one}"] for one in label], 0.8 * places + np.eye(16)[12 + label // 3]
        documents = pd.DataFrame({"text": [str(row) for row in range(200)], "label": cells})
        data = Dataset("x", "clustering", {"documents": documents}, settings={"max_documents_per_cluster": 200})
        found = []
        for _study in range(studies):
            drawn = [places + 0.4 * rng.normal(size=(200, 16)) for _ in SIDES]
            judged = [TASKS["clustering"].judge(data, {"documents": one.astype(np.float32)}, "cosine") for one in drawn]
            found.append(compare(TASKS["clustering"], *judged))
        how = "2 different levels" if deep == 2 else f"{deep} levels"
        yield from both(f"200 documents, {how}, k-means", found)


def training(studies: int, seed: int) -> Rows:
    """10 labels, ten experiments with 8 or 64 training texts a label, common to all test texts."""
    for samples, n in ((8, 1_000), (8, 2_000), (64, 1_000)):
        rng, known = np.random.default_rng((samples, seed)), np.repeat(np.arange(10), 200)
        asked = np.arange(n) % 10
        named = {side: pd.DataFrame({"text": [f"{side} {row}" for row in range(len(one))], "label": one.astype(str)})
                 for side, one in {"train": known, "test": asked}.items()}  # fmt: skip
        data = Dataset("x", "classification", named, settings={"samples_per_label": samples})
        texts = TASKS["classification"].texts(data)
        place = {side: np.array([int(one.split()[1]) for one in texts[side].items]) for side in named}
        found: list[Comparison] = []
        for _study in range(studies):
            judged = []
            for _side in SIDES:
                drawn = {
                    side: np.eye(16)[kinds[place[side]]] + 0.5 * rng.normal(size=(len(place[side]), 16))
                    for side, kinds in {"train": known, "test": asked}.items()
                }
                judged.append(TASKS["classification"].judge(data, drawn, "cosine"))
            found.append(compare(TASKS["classification"], *judged))
        yield from both(f"{samples} training texts a label, {n} test texts", found)


def few(studies: int, seed: int) -> Rows:
    """Normal differences of few queries."""
    for n in (3, 5, 8, 12, 20):
        rng = np.random.default_rng((n, seed))
        sides = ((table(rng.normal(0, 0.3, n)), table(np.zeros(n))) for _study in range(studies))
        yield from both(f"{n} queries", [compare(TASKS["retrieval"], *one) for one in sides])


def alike(studies: int, seed: int) -> Rows:
    """nDCG@10 of queries that two models mostly answer alike: most differences are none, and those there are large."""
    for n in (8, 12, 20, 50, 150):
        for share in (0.05, 0.1, 0.2):
            rng, seen = np.random.default_rng((n, int(share * 100), seed)), []
            for _study in range(studies):
                right = np.ones(n)
                differ = rng.random(n) < share  # seven in ten of them in favour of the first model
                other = np.where(differ, 1 / np.log2(rng.integers(2, 12, n) + 1) * (rng.random(n) < 0.8), 1.0)
                turned = differ & (rng.random(n) < 0.3)
                sides = np.where(turned, other, right), np.where(turned, right, other)
                seen.append(compare(TASKS["retrieval"], *map(table, sides)))
            loss = 1 - 0.8 * np.mean(1 / np.log2(np.arange(2, 12) + 1))
            truth = share * 0.4 * loss
            given = (one.low <= truth <= one.high for one in seen if not np.isnan(one.low))
            yield line(f"{n} queries, {share:.0%} of them not alike", "coverage", given, 0.95, studies)


def pairs(studies: int, seed: int) -> Rows:
    """Average precision of few pairs, 15 % alike."""
    for n in (20, 60, 100, 400):
        rng = np.random.default_rng((n, seed))
        found = [compare(TASKS["pair_classification"], *_alike(rng, n)) for _study in range(studies)]
        yield from both(f"{n} pairs, 15 % alike", found)


def _alike(rng: np.random.Generator, n: int) -> list[pd.DataFrame]:
    gold, sides = (rng.random(n) < 0.15).astype(int), []
    for _side in SIDES:
        score = gold + rng.normal(0, 0.9, n)
        told = {"similarity": score, "cosine": score, "dot": score, "manhattan": -score, "euclidean": -score}
        sides.append(table(((score > 0.5) == gold).astype(float), gold=gold, **told))
    return sides
