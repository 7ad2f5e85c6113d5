"""Are machine summaries that people rate highly nearer to summaries written by people?"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.compute.parallel import one_thread
from engine.metrics.agreement import (
    RANGE,
    average_ranks,
    comparable,
    over_range,
    p_values,
    pearson,
    resampled_pearson,
    resampled_spearman,
    spearman,
)
from engine.metrics.cells import values_in
from engine.metrics.groups import COLUMN, called, grouped
from engine.search.similarity import every
from engine.texts.column_names import column
from engine.types import BadDataset, Dataset, Layout, Similarity, Tables, Task, Texts, Vectors

SUMMARIES = (
    column("text_id", "id", "text_id"),
    column("machine_summary", "text", "machine_summary"),
    column("human_summaries", "texts", "human_summaries"),
    column("score", "number", "quality"),
)
BY_TEXT = (
    column("machine_summaries", "texts", "machine_summary"),
    SUMMARIES[2],
    column("relevance", "texts", "quality"),
    column("text", "text", "document", required=False),
)
GOLD = {"pearson": "gold", "spearman": "gold_rank"}
SCORES = {"": "similarity", "cosine_": "cosine", "dot_": "dot"}
P_VALUES = "with_p_values"
"""Whether each correlation is averaged with its own p-value, which is no use but what mteb does for its old SummEval:
https://github.com/embeddings-benchmark/mteb/issues/1156. Then a column of the items says so."""


def from_texts(tables: Tables) -> Tables:
    """One row per machine summary, out of one row per text with lists of summaries and of scores, as in mteb."""
    table = tables["texts"].reset_index(drop=True)
    for row, (summaries, scores) in enumerate(
        zip(table["machine_summaries"], table["relevance"], strict=True), start=1
    ):
        if len(summaries) != len(scores):
            raise BadDataset(
                "Row {row}: there are {summaries} machine summaries but {scores} scores; each needs one.",
                row=row,
                summaries=len(summaries),
                scores=len(scores),
            )
    names = {"machine_summaries": "machine_summary", "relevance": "score"}
    long = table.assign(text_id=table.index.astype(str)).explode(list(names), ignore_index=True).rename(columns=names)
    scores = pd.to_numeric(long["score"], errors="coerce")
    if (scores.isna() & long["score"].notna()).any():
        wrong = long["score"][scores.isna() & long["score"].notna()].iloc[0]
        raise BadDataset("The score {value!r} of a summary is not a number.", value=str(wrong)[:60])
    return {"summaries": long.assign(score=scores)}


def _references(dataset: Dataset) -> list[list[str]]:
    """The human summaries that each machine summary is compared with."""
    found = [values_in(cell) for cell in dataset.tables["summaries"]["human_summaries"].tolist()]
    for row, references in enumerate(found, start=1):
        if not references:
            raise BadDataset("Row {row}: there is no human summary to compare the machine summary with.", row=row)
    return found


def texts(dataset: Dataset) -> dict[str, Texts]:
    """The machine summaries row by row, and each human summary once."""
    human = dict.fromkeys(text for references in _references(dataset) for text in references)
    return {"human": Texts(list(human)), "machine": Texts(dataset.tables["summaries"]["machine_summary"].tolist())}


def judged(dataset: Dataset) -> pd.DataFrame:
    """The machine summaries; those of one text hang together."""
    table = dataset.tables["summaries"]
    units = table["text_id"].astype(str).map(lambda one: (one,))
    together = grouped(units, table.get(COLUMN), called(dataset))
    return pd.DataFrame({"item": [str(row) for row in range(len(table))], **together})


def judge(dataset: Dataset, vectors: Mapping[str, Vectors], similarity: Similarity) -> pd.DataFrame:
    """One row per machine summary; `item` is its row in the table, from 0.

    `similarity`, `cosine` and `dot` are the highest over the text's human summaries, `nearest` tells which of them is
    nearest by cosine (from 0). `rank` (by cosine) and `gold_rank` (by the rating over its range, as in mteb) count from
    1 among the summaries of the same text;
    `residual` is their difference over the number of those, and `measure` 1 - |residual|.
    """
    table, references = dataset.tables["summaries"], _references(dataset)
    place = {text: row for row, text in enumerate(texts(dataset)["human"].items)}
    rows = [[place[text] for text in one] for one in references]
    with one_thread():
        cosine, nearest = _highest(vectors, rows, "cosine")
        dot, _ = _highest(vectors, rows, "dot")
        own = {"cosine": cosine, "dot": dot}.get(similarity)
        own = _highest(vectors, rows, similarity)[0] if own is None else own
    items = pd.DataFrame(
        {
            **judged(dataset),
            "text_id": table["text_id"].astype(str).to_numpy(),
            "gold": table["score"].to_numpy(np.float64),
            "similarity": own,
            "cosine": cosine,
            "dot": dot,
            "nearest": nearest,
        }
    )
    shares = items.assign(gold=over_range(items["gold"], dataset.settings)).groupby("text_id", sort=False)
    ranks = {"gold_rank": shares["gold"].transform(average_ranks), "rank": shares["cosine"].transform(average_ranks)}
    residual = (ranks["rank"] - ranks["gold_rank"]) / shares["gold"].transform("size")
    marked = {P_VALUES: True} if dataset.settings.get(P_VALUES) else {}
    return items.assign(**ranks, residual=residual, measure=1 - residual.abs(), **marked)


def _highest(
    vectors: Mapping[str, Vectors], rows: list[list[int]], similarity: Similarity
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """For each machine summary its highest similarity to these human ones, and the number of the first that has it."""
    human, machine = (comparable(vectors[side], similarity) for side in ("human", "machine"))
    best, nearest = np.empty(len(rows)), np.empty(len(rows), np.intp)
    for row, references in enumerate(rows):
        # one summary at a time as in mteb: in one product of all of them equal summaries would no longer tie
        line = every(machine[row : row + 1], human[references], similarity)[0]
        nearest[row] = line.argmax()
        best[row] = line[nearest[row]]
    return best, nearest


def _judged(items: pd.DataFrame) -> list[pd.DataFrame]:
    """The summaries of each text, without the texts that mteb skips: all rated alike, or all equally similar."""
    texts = [text.reset_index() for _, text in items.reset_index(drop=True).groupby("text_id", sort=False)]
    return [text for text in texts if all(text[name].nunique() > 1 for name in ("gold_rank", "dot", "cosine"))]


def metrics(items: pd.DataFrame) -> dict[str, Any]:
    """mteb's keys, each the mean over the texts; nan where every text is skipped."""
    judged = _judged(items)
    found = {
        f"{prefix}{name}": [correlate(text[GOLD[name]], text[score]) for text in judged]
        for prefix, score in SCORES.items()
        for name, correlate in _correlations(P_VALUES in items).items()
    }
    return {name: float(np.mean(values)) if values else float("nan") for name, values in found.items()}


def _correlations(with_p_values: bool) -> dict[str, Callable[[pd.Series, pd.Series], float]]:
    if not with_p_values:
        return {"pearson": pearson, "spearman": spearman}
    from scipy import stats

    return {
        "pearson": lambda x, y: float(np.mean(stats.pearsonr(x, y))),
        "spearman": lambda x, y: float(np.mean(stats.spearmanr(x, y))),
    }


def resampled(items: pd.DataFrame, counts: npt.NDArray[Any]) -> dict[str, npt.NDArray[np.float64]]:
    """Both correlations of cosine: the mean over the texts, each weighted by how much of it was drawn."""
    judged = _judged(items)
    found = {}
    for name, correlate in (("spearman", resampled_spearman), ("pearson", resampled_pearson)):
        sums, weights = np.zeros(len(counts)), np.zeros(len(counts))
        for text in judged:
            drawn = counts[:, text["index"]]
            values = correlate(text[GOLD[name]], text["cosine"], drawn)
            if P_VALUES in items:
                values = (values + p_values(values, drawn.sum(axis=1))) / 2
            weight = np.where(np.isnan(values), 0.0, drawn.sum(axis=1) / len(text))
            sums += np.nan_to_num(values) * weight
            weights += weight
        with np.errstate(invalid="ignore"):
            found[f"cosine_{name}"] = sums / weights
    return found


TASK = Task(
    name="summarization",
    title="Summarization",
    question=__doc__,
    tables={"summaries": SUMMARIES},
    main_metric="cosine_spearman",
    per_item="1 − the distance between its two ranks, as a share of all ranks",
    texts=texts,
    judge=judge,
    judged=judged,
    metrics=metrics,
    resampled=resampled,
    source="https://aclanthology.org/2021.tacl-1.24/",
    together="{n} summaries of {groups} texts",
    settings={P_VALUES: False, **RANGE},
    layouts=(Layout({"texts": BY_TEXT}, from_texts),),
    definitions={
        "cosine_spearman": "For each text Spearman's rank correlation between the ratings of its machine summaries and "
        "their cosine to the nearest human summary, the mean over the texts. From −1 to 1. With the setting "
        "with_p_values, made for the old SummEval of mteb, each correlation is first averaged with its p-value.",
        "cosine_pearson": "For each text Pearson's correlation between the ratings of its machine summaries and their "
        "cosine to the nearest human summary, the mean over the texts. From −1 to 1.",
        "spearman": "As cosine_spearman, with the similarity that the model itself names. From −1 to 1.",
        "pearson": "As cosine_pearson, with the similarity that the model itself names. From −1 to 1.",
        "dot_spearman": "As cosine_spearman, with the dot product. From −1 to 1.",
        "dot_pearson": "As cosine_pearson, with the dot product. From −1 to 1.",
    },
    mean_measure=False,
    signed=("cosine_spearman", "cosine_pearson"),
)
