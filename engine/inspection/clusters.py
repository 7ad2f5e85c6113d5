"""How do clusters and labels fit together, and which texts lie among strangers?"""

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]


def draws(items: pd.DataFrame) -> int:
    """In how many draws these documents were clustered."""
    return len(items["clusters"].iloc[0]) if len(items) else 0


def parts(items: pd.DataFrame) -> list[tuple[int, str]]:
    """The levels and sets that were clustered on their own."""
    return [
        (int(level), str(name)) for level, name in items[["level", "set"]].drop_duplicates().itertuples(index=False)
    ]


def contingency(items: pd.DataFrame, draw: int = 0) -> pd.DataFrame:
    """Labels × clusters of one draw, in documents; clusters ordered by the label that most of them carry."""
    cluster = of_draw(items, draw)
    drawn = items[cluster >= 0]
    table = pd.crosstab(drawn["label"].astype(str), cluster[cluster >= 0])
    order = np.lexsort((-table.max().to_numpy(), table.to_numpy().argmax(axis=0)))
    return table.iloc[:, order]


def of_draw(items: pd.DataFrame, draw: int) -> Ints:
    """The cluster of each document in one draw, -1 where it was not drawn."""
    return np.array([own[draw] for own in items["clusters"]], dtype=np.int64)


def purity(items: pd.DataFrame) -> list[float]:
    """Per draw the share of its documents whose label is their cluster's most frequent; counted as often as drawn."""
    found = []
    for draw in range(draws(items)):
        cluster, counts = of_draw(items, draw), np.array([own[draw] for own in items["counts"]])
        there = counts > 0
        table = pd.crosstab(
            items["label"].to_numpy()[there], cluster[there], values=counts[there], aggfunc="sum"
        ).fillna(0)
        found.append(float(table.max().sum() / max(counts.sum(), 1)))
    return found


def cluster_table(items: pd.DataFrame, draw: int) -> pd.DataFrame:
    """The clusters of one draw: cluster, texts, label (the most frequent), purity (its share); purest last."""
    table = contingency(items, draw)
    sizes = table.sum()
    found = pd.DataFrame(
        {
            "cluster": table.columns,
            "texts": sizes.to_numpy(),
            "label": table.idxmax().to_numpy(),
            "purity": (table.max() / sizes).to_numpy(),
        }
    )
    return found.sort_values("purity", kind="stable", ignore_index=True)


def label_table(items: pd.DataFrame) -> pd.DataFrame:
    """Per label: texts, the mean share of draws in which they lay right, and how many never did; the worst first."""
    found = items.groupby(items["label"].astype(str))["measure"].agg(
        texts="size", right="mean", never=lambda own: int((own == 0).sum())
    )
    return found.sort_values("right", kind="stable").reset_index(names="label")


def companions(items: pd.DataFrame, row: pd.Series, draw: int | None = None) -> pd.DataFrame:
    """The other items in an item's cluster: in this draw, or else in the first draw that has it."""
    if draw is None or row["clusters"][draw] < 0:
        draw = next((number for number, cluster in enumerate(row["clusters"]) if cluster >= 0), None)
    if draw is None:
        return items.iloc[:0]
    same = of_draw(items, draw) == row["clusters"][draw]
    for name in ("level", "set"):
        if name in items:
            same &= (items[name] == row[name]).to_numpy()
    return items[same & (items["item"] != row["item"]).to_numpy()]


def strangers(items: pd.DataFrame, cluster: Ints) -> npt.NDArray[np.bool_]:
    """Which documents lie in a cluster whose most frequent label (counted once a document) is another than theirs."""
    parts = [items["level"].to_numpy(), items["set"].to_numpy(), cluster]
    labels = pd.Series(items["label"].astype(str).to_numpy())
    most = labels.groupby(parts).transform(lambda own: own.value_counts().index[0])
    return np.asarray((cluster >= 0) & (most != labels).to_numpy())
