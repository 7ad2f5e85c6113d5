"""Among how many documents was a score told? Two of one metric differ by that alone, so each says it."""

from collections.abc import Mapping

from engine import plugins
from engine.metrics.names import title
from engine.types import Dataset, Message

Searched = Mapping[str, int]
"""Of a ranking: documents of the corpus, candidates of a query (0: none are given), depth that is read (0: all); and
queries where only some of a part are judged."""


def searched(dataset: Dataset, *, depth: int = 0) -> dict[str, int]:
    """What a query's ranking is made of, where only the first `depth` documents of the base are ranked (0: all).

    Nothing where the task ranks nothing.
    """
    if plugins.tasks()[dataset.task].ranked is None:
        return {}
    given = dataset.tables.get("candidates")
    most = 0 if given is None or not len(given) else int(given.groupby("query_id").size().max())
    return {"documents": len(dataset.tables["corpus"]), "candidates": most, "depth": depth}


def measured(metric: str, among: Searched | None) -> Message:
    """The metric with what is ranked; by its name alone where that is not known."""
    if not among:
        return Message("{metric}", {"metric": title(metric)})
    if among.get("queries"):
        said = measured(metric, {**among, "queries": 0})
        return Message(
            "{measured}, for {queries} {queries:query|queries}", {"measured": said, "queries": among["queries"]}
        )
    values = {"metric": title(metric), **among}
    if among["candidates"]:
        return Message("{metric} among at most {candidates} candidates a query", values)
    if 0 < among["depth"] < among["documents"]:
        return Message("{metric} of the base's first {depth} of {documents} documents", values)
    return Message("{metric} among {documents} documents", values)
