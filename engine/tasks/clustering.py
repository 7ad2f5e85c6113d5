"""Do documents of one kind lie together, so that a clustering that has not seen the labels finds them again?"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.compute.parallel import one_core_each
from engine.metrics.clustered_parts import SETTINGS, Part, is_legacy, levels_of, sample, sets_of, settings_of
from engine.metrics.clustering import (
    Clustering,
    coinciding,
    mean_known,
    one_for_equals,
    own_label_prevails,
    resampled_v_measures,
    v_measure_and_ami,
)
from engine.metrics.groups import COLUMN, NAMED, called, named
from engine.metrics.sampling import SEED
from engine.metrics.titled_texts import TITLED, joined
from engine.texts.column_names import column
from engine.types import BadDataset, Dataset, Layout, Similarity, Tables, Task, Texts, Vectors

CENTRES = 1.5
"""By how much the variance from one k-means to the next is raised for the documents that all of them follow.

Without it `benchmarks.calibration levels` told two equally good models apart in 8.7 % of 300 studies (200 documents),
with it in 5.3 %; on four levels 6.0 and 3.7 %.
"""
FEWEST_SETS = 8
"""Sets from which on they are what is drawn: each was clustered once, from one start."""
DOCUMENTS = (
    column("text", "text", "text"),
    column("label", "label", "label"),
    column("set", "id", "set", required=False),
)

Columns = Mapping[str, npt.NDArray[np.object_]]
SETS = (column("texts", "texts", "text"), column("labels", "texts", "label"))


def from_sets(tables: Tables) -> dict[str, pd.DataFrame]:
    """One document a row, out of one set a row with lists of texts and of labels, as in mteb."""
    table = tables["sets"].reset_index(drop=True)
    for row, (texts, labels) in enumerate(zip(table["texts"], table["labels"], strict=True), start=1):
        if len(texts) != len(labels):
            raise BadDataset(
                "Row {row}: there are {texts} texts but {labels} labels; each needs one.",
                row=row,
                texts=len(texts),
                labels=len(labels),
            )
    names = {"texts": "text", "labels": "label"}
    long = table.assign(set=table.index.astype(str)).explode(list(names), ignore_index=True).rename(columns=names)
    return {"documents": long if len(table) > 1 else long.drop(columns="set")}


def from_titled(tables: Tables) -> dict[str, pd.DataFrame]:
    """Documents with a title as documents of one text."""
    return {"documents": joined(tables)["titled"]}


def texts(dataset: Dataset) -> dict[str, Texts]:
    """The documents that mteb would embed, in its order: a seeded sample, or all but the sets with a single label.

    mteb's random state goes on from one subset of a task to the next, in a resumed run in any order. A dataset here is
    one subset, drawn from as a fresh task of mteb does that evaluates this subset alone.
    """
    table = dataset.tables["documents"]
    if is_legacy(dataset):
        rows = np.concatenate([part.rows[: len(part.at)] for part in sets_of(dataset)])
    else:
        rows = sample(dataset)[0]
    return {"documents": Texts(table["text"].iloc[rows].tolist())}


def judge(dataset: Dataset, vectors: Mapping[str, Vectors], similarity: Similarity) -> pd.DataFrame:
    """One row per document and level, of the documents that were drawn at least once.

    `item` is the document's row in the table from 0, with `/level` where there are several levels; `clusters` and
    `counts` say for each k-means in which cluster the document came to lie (-1 where it was not drawn) and how often it
    was drawn; `measure` is the share of the k-means it was drawn for in which its label is its cluster's most frequent.
    """
    legacy = is_legacy(dataset)
    parts = sets_of(dataset) if legacy else levels_of(dataset)
    batch = settings_of(dataset)["clustering_batch_size" if legacy else "k_mean_batch_size"]
    found = one_core_each(
        lambda job: _clusters(job[0], vectors["documents"], draw=job[1], batch=batch),
        [(part, draw) for part in parts for draw in part.draws],
    )
    own, several = _groups(dataset, parts, legacy=legacy), len(parts) > 1 and not legacy
    tables = [_rows(part, [found.pop(0) for _ in part.draws], own, several=several) for part in parts]
    return pd.concat(tables, ignore_index=True).assign(variant="legacy" if legacy else "fast")


def _groups(dataset: Dataset, parts: list[Part], *, legacy: bool) -> Columns:
    """What each row of the documents hangs together with: itself on its other levels, or, of several sets, its set."""
    table = dataset.tables["documents"]
    if COLUMN in table:
        return {COLUMN: np.array(named(table[COLUMN]), object), NAMED: np.full(len(table), called(dataset), object)}
    own = np.array([str(row) for row in range(len(table))], object)
    if not legacy or len(parts) < FEWEST_SETS:
        return {COLUMN: own}
    for part in parts:
        own[part.rows] = part.group
    return {COLUMN: own, NAMED: np.full(len(table), "set", object)}


def judged(dataset: Dataset) -> pd.DataFrame:
    """The rows that `judge` gives: documents that are drawn at least once, on each level, where they hang together."""
    legacy = is_legacy(dataset)
    parts = sets_of(dataset) if legacy else levels_of(dataset)
    own, several = _groups(dataset, parts, legacy=legacy), len(parts) > 1 and not legacy
    tables = [_named(part, own, several=several) for part in parts]
    return pd.concat(tables, ignore_index=True)


def _named(part: Part, own: Columns, *, several: bool) -> pd.DataFrame:
    """The documents of a part that are drawn at least once, in its order: item, group and row."""
    rows = part.rows[np.unique(np.concatenate(part.draws))]
    names = [f"{row}/{part.level}" if several else f"{row}" for row in rows]
    return pd.DataFrame({"item": names, **{name: values[rows] for name, values in own.items()}, "row": rows})


def _clusters(part: Part, vectors: Vectors, *, draw: npt.NDArray[np.intp], batch: int) -> npt.NDArray[np.intp]:
    """The cluster of each drawn document, shape of `draw`, by mteb's k-means.

    One cluster for equal vectors and for centres that coincide: mteb lets the rounding of the processor's own matrix
    product choose between such centres, document by document. Everywhere else the clusters are mteb's.
    """
    from sklearn.cluster import MiniBatchKMeans

    labels = len(np.unique(part.labels))
    if not len(part.at):
        return np.zeros(len(draw), np.intp)
    if labels > len(draw):
        raise BadDataset(
            "There are {labels} different labels but only {documents} documents in a clustering; a k-means cannot have "
            "more clusters than documents.",
            labels=labels,
            documents=len(draw),
        )
    model = MiniBatchKMeans(n_clusters=labels, batch_size=batch, init="k-means++", n_init=1, random_state=SEED)
    drawn = vectors[part.at[draw]]
    found = np.asarray(model.fit_predict(drawn), np.intp)
    return one_for_equals(coinciding(model.cluster_centers_)[found], drawn)


def _rows(part: Part, found: list[npt.NDArray[np.intp]], own: Columns, *, several: bool) -> pd.DataFrame:
    labels = np.unique(part.labels, return_inverse=True)[1]
    counts = np.stack([np.bincount(draw, minlength=len(labels)) for draw in part.draws], axis=1)
    clusters, right = np.full(counts.shape, -1), np.zeros(counts.shape, np.bool_)
    for number, (draw, cluster) in enumerate(zip(part.draws, found, strict=True)):
        clusters[draw, number] = cluster
        at = np.unique(draw)
        right[at, number] = own_label_prevails(labels[at], clusters[at, number], counts[at, number])
    drawn = counts.any(axis=1)
    return pd.DataFrame(
        {
            **_named(part, own, several=several),
            "level": part.level,
            "set": part.group,
            "label": part.labels[drawn].astype(str),
            "clusters": clusters[drawn].tolist(),
            "counts": counts[drawn].tolist(),
            "measure": right[drawn].sum(axis=1) / (counts[drawn] > 0).sum(axis=1),
        }
    )


def _clusterings(items: pd.DataFrame) -> list[tuple[int, list[Clustering]]]:
    """Level by level (or set by set) the k-means: rows of the items, their labels, clusters and counts."""
    found: list[tuple[int, list[Clustering]]] = []
    for (level, _), places in items.groupby(["level", "set"], sort=False).indices.items():
        labels = np.unique(items["label"].to_numpy(str)[places], return_inverse=True)[1]
        clusters, counts = (np.stack(items[name].to_numpy()[places]) for name in ("clusters", "counts"))
        drawn = [np.flatnonzero(column) for column in counts.T]
        parts = [(places[at], labels[at], clusters[at, draw], counts[at, draw]) for draw, at in enumerate(drawn)]
        found.append((int(level), parts))
    return found


def metrics(items: pd.DataFrame) -> dict[str, Any]:
    """mteb's keys, from the contingency tables of the items: the legacy variant has no adjusted mutual information."""
    scores = [(level, [v_measure_and_ami(*part[1:]) for part in parts]) for level, parts in _clusterings(items)]
    v_measures = [v_measure for _, pairs in scores for v_measure, _ in pairs]
    spread = {"v_measure": float(np.mean(v_measures)), "v_measure_std": float(np.std(v_measures))}
    if (items["variant"] == "legacy").all():
        return {**spread, "v_measures": v_measures}
    amis = [ami for _, pairs in scores for _, ami in pairs]
    return {
        **spread,
        "v_measures": {f"Level {level}": [v_measure for v_measure, _ in pairs] for level, pairs in scores},
        "ami": float(np.mean(amis)),
        "ami_std": float(np.std(amis)),
        "ami_scores": {f"Level {level}": [ami for _, ami in pairs] for level, pairs in scores},
    }


def resampled(items: pd.DataFrame, counts: npt.NDArray[Any]) -> dict[str, npt.NDArray[np.float64]]:
    """The v-measure with other documents and the same clusters."""
    parts = [part for _, parts in _clusterings(items) for part in parts]
    return {"v_measure": mean_known(resampled_v_measures(parts, counts))}


def repeated(items: pd.DataFrame, counts: npt.NDArray[Any]) -> dict[str, npt.NDArray[np.float64]]:
    """The v-measure of the n-th k-means of every level, for each n: they start anew, from other documents.

    The levels are of the same documents, and their k-means err together: they part as far as those of one level do.
    And the centres of all follow the documents that there are, which resampling them under the same clusters does not
    see: hence `CENTRES`.
    """
    levels = [parts for _, parts in _clusterings(items)]
    runs = min(map(len, levels))
    found = np.stack(
        [mean_known(resampled_v_measures([parts[run] for parts in levels], counts)) for run in range(runs)], axis=1
    )
    middle = found.mean(axis=1, keepdims=True)
    return {"v_measure": middle + np.sqrt(CENTRES * len(levels)) * (found - middle)}


TASK = Task(
    name="clustering",
    title="Clustering",
    question=__doc__,
    tables={"documents": DOCUMENTS},
    main_metric="v_measure",
    per_item="share of the k-means runs in which most of its cluster have its label",
    texts=texts,
    judge=judge,
    judged=judged,
    metrics=metrics,
    resampled=resampled,
    source="https://aclanthology.org/D07-1043/",
    settings=SETTINGS,
    layouts=(Layout({"sets": SETS}, from_sets), Layout({"titled": TITLED}, from_titled)),
    definitions={
        "v_measure": "The harmonic mean of homogeneity (each cluster holds one label) and completeness (each label "
        "lies in one cluster) of k-means with as many clusters as labels, the mean over its runs; clusters whose "
        "centres coincide count as one. From 0 to 1.",
        "v_measure_std": "The standard deviation of the v-measure over the runs. 0 or more.",
        "v_measures": "The v-measure of every run of k-means. From 0 to 1.",
        "ami": "The mutual information of labels and clusters, adjusted so that chance gives 0 and equality 1, the "
        "mean over the runs of k-means. At most 1; a little below 0 is possible.",
        "ami_std": "The standard deviation of the adjusted mutual information over the runs of k-means. 0 or more.",
        "ami_scores": "The adjusted mutual information of every run of k-means. At most 1.",
    },
    mean_measure=False,
    repeated=repeated,
    together="{n} labels of {groups} documents",
)
