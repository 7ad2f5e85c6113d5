"""Queries and documents on one map: what did each model find for a query, and what should it have found?"""

import pandas as pd
import streamlit as st

from engine.maps import selection
from engine.maps.build import MapView
from engine.results import frames
from pages.parts import cached
from pages.parts.language import _, ngettext
from pages.parts.map import colours
from pages.parts.scatter import Lines

FOUND = 10
MOST_QUERIES = 2_000
LETTERS = 90


def pick(view: MapView) -> None:
    """Choose a query of the map by its text; nothing is drawn where there are none."""
    rows = view.points.index[view.points["field"] == "queries"][:MOST_QUERIES].tolist()
    if not rows:
        return
    texts = colours.texts(view)
    addresses = {selection.address_of(view, row): str(texts.iloc[row])[:LETTERS] for row in rows}
    now = st.session_state.get("point", st.query_params.get("point"))
    st.session_state["map.query"] = now if now in addresses else None
    st.selectbox(
        _("Query"), list(addresses), key="map.query", index=None, format_func=addresses.get, on_change=follow,
        placeholder=_("choose one, or click a diamond"), width=360,
        help=_("Lines lead from the query to the ten documents that each model found, and gold ones to what it should have found: dashed where it is not among the ten."),
    )  # fmt: skip


def follow() -> None:
    """Look at the chosen query."""
    st.session_state["point"] = st.session_state["map.query"]


def lines(view: MapView, point: int) -> tuple[Lines, ...]:
    """Per model the points to which lines lead: for a query what was found and is relevant, for any other its nearest."""
    if view.points["field"].iloc[point] != "queries":
        graphs = [view.graph(number) for number in range(len(view.sides))]
        return tuple(Lines(tuple(graph.indices[point, :FOUND].tolist()) if graph else ()) for graph in graphs)
    gold, found = answers(view, point)
    at = {int(row): place for place, row in zip(*documents(view), strict=True)}
    right = tuple(at[row] for row in gold if row in at)
    return tuple(Lines(tuple(at[row] for row in rows if row in at), right) for rows in found)


def documents(view: MapView) -> tuple[list[int], list[int]]:
    """The points that are documents, and their rows in the corpus."""
    part = view.points[view.points["field"] == "corpus"]
    return part.index.tolist(), part["row"].tolist()


def answers(view: MapView, point: int) -> tuple[list[int], list[list[int]]]:
    """Rows of the corpus that are relevant to a query, and per model those that it found, best first.

    A document with several copies counts as its first one; a model without a run found nothing.
    """
    dataset = cached.dataset(view.arguments["dataset"])
    rows = first_rows(dataset.name, dataset.fingerprint)
    query = str(dataset.tables["queries"]["id"].iloc[view.points["row"].iloc[point]])
    grades = frames.judgements(dataset, query)
    gold = [rows[one] for one, grade in grades.items() if grade > 0 and one in rows]
    found = []
    for run in colours.runs(view):
        items = cached.items(run) if run else pd.DataFrame({"item": [], "top_ids": []})
        mine = items[items["item"] == query]
        ids = list(mine["top_ids"].iloc[0])[:FOUND] if len(mine) and "top_ids" in mine else []
        found.append([rows[one] for one in ids if one in rows])
    return list(dict.fromkeys(gold)), [list(dict.fromkeys(one)) for one in found]


@st.cache_resource(max_entries=4, show_spinner=False)
def first_rows(name: str, fingerprint: str) -> dict[str, int]:
    """The row of each document; of those with the same text, the first."""
    dataset = cached.dataset(name)
    first: dict[str, int] = {}
    texts = cached.task(dataset.task).texts(dataset)["corpus"].items
    rows = [first.setdefault(text, row) for row, text in enumerate(texts)]
    return dict(zip(dataset.tables["corpus"]["id"], rows, strict=True))


def say(view: MapView, point: int) -> None:
    """For a query in words: how much of what it should have found each model found, and what is not on the map."""
    if view.points["field"].iloc[point] != "queries":
        return
    gold, found = answers(view, point)
    for side, run, rows in zip(view.sides, colours.runs(view), found, strict=True):
        if run is None:
            st.text(
                _("{model} has not been run on this dataset, so nothing is known of what it found.", model=side.model)
            )
            continue
        right = sum(row in gold for row in rows)
        told = ngettext("{n} relevant document", "{n} relevant documents", len(gold))
        st.text(_("{model}: of {relevant}, {right} among the first {k}.", model=side.model, relevant=told, right=right, k=len(rows)))  # fmt: skip
    there = set(documents(view)[1])
    if away := len({row for rows in [gold, *found] for row in rows} - there):
        st.text(ngettext("{n} of these documents is not among the points of this map.", "{n} of these documents are not among the points of this map.", away))  # fmt: skip
