"""Does the model find the documents that answer a query among all documents?"""

from collections.abc import Mapping

import pandas as pd

from engine.metrics import abstention, ranking
from engine.metrics.judged_tables import TABLES, from_pairs, pair_columns, sample_columns, samples_as_pairs, texts
from engine.metrics.ranked_items import (
    SETTINGS,
    Judgements,
    apply_settings,
    item_table,
    judged_items,
    judgements,
    metrics,
    request,
)
from engine.rankings import Ranking
from engine.search.top_k import search
from engine.types import Dataset, Layout, Ranked, Similarity, Task, Vectors

MAIN = "ndcg_at_10"


def judge(dataset: Dataset, vectors: Mapping[str, Vectors], similarity: Similarity) -> pd.DataFrame:
    """One row per judged query, ranked over the whole corpus to the thousandth place; see `item_table`.

    Raises:
        BadDataset: no query is judged, an id stands twice, or a score or a further k is not a whole number.
        BadModel: a vector holds a value that is not a finite number.
    """
    judged = judgements(dataset)
    wanted = request(dataset, judged)
    asked = vectors["queries"][wanted.query_rows]
    return _items(dataset, judged, search(wanted, asked, vectors["corpus"], similarity=similarity))


def _items(dataset: Dataset, judged: Judgements, found: Ranking) -> pd.DataFrame:
    found = apply_settings(found, judged, dataset.settings)
    return item_table(judged, found, MAIN, further=dataset.settings.get("further_k_values", ()))


RANKED = Ranked(
    request=lambda dataset: request(dataset, judgements(dataset)),
    judge=lambda dataset, found: _items(dataset, judgements(dataset), found),
)


TASK = Task(
    name="retrieval",
    title="Retrieval",
    question=__doc__,
    tables=TABLES,
    main_metric=MAIN,
    per_item="the main metric of the query alone",
    texts=texts,
    judge=judge,
    ranked=RANKED,
    judged=lambda dataset: judged_items(judgements(dataset)),
    metrics=metrics,
    resampled=ranking.resampled_means,
    source="https://arxiv.org/abs/2104.08663",
    together="{n} queries that ask for {groups} different documents",
    settings=SETTINGS,
    layouts=(
        Layout({"pairs": pair_columns(score_required=False)}, lambda tables: from_pairs(tables["pairs"])),
        Layout(
            {"samples": sample_columns(negative_required=False)}, lambda tables: from_pairs(samples_as_pairs(tables))
        ),
    ),
    definitions=ranking.DEFINITIONS | abstention.DEFINITIONS,
)
