"""What is listed below a map: what is selected, what the models see differently, and how they see one text."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from engine.maps import build, neighbour_changes, selection
from engine.maps.build import MapView
from pages.parts import address, lists
from pages.parts.address import settle
from pages.parts.language import _, named
from pages.parts.map import colours, panels, queries
from pages.parts.map import selection as page_selection
from pages.parts.map.names import titles
from pages.parts.markdown import escape
from pages.parts.score_tables import downloads

NEAREST = 10
LISTED = 200
FIXED = ("item", "text", "overlap", "jaccard", "named")


def pick_other(view: MapView) -> int:
    """With which model the first one is compared."""
    names = [side.model for side in view.sides[1:]]
    label = _("{model} compared with", model=escape(view.sides[0].model))
    settle("against", names, names[0], called=label)
    if len(names) == 1:
        return 1
    chosen = st.selectbox(
        label,
        names,
        key="against",
        persist_state="session",
        width=360,
    )
    return 1 + names.index(chosen)


def pick_list(view: MapView, mask: npt.NDArray[np.bool_] | None) -> str:
    """Which list to see: the selection, what the models see most differently, the hubs."""
    known = {"chosen": _("Selected"), "moved": _("Seen most differently"), "groups": _("Groups seen most differently"), "hubs": _("Hub texts")}  # fmt: skip
    several = len(view.sides) > 1
    names = [name for name in known if several or name not in ("moved", "groups")]
    settle("map.list", names, "chosen" if mask is not None else "moved" if several else "hubs", called=_("List"))
    if mask is None and st.session_state["map.list"] == "chosen" and not st.session_state.get(page_selection.KEY):
        st.session_state["map.list"] = names[1]
    return address.one_of("map.list", _("List"), {name: known[name] for name in names}, hidden=True)


def rows_of(view: MapView, kind: str, mask: npt.NDArray[np.bool_] | None, other: int) -> list[int]:
    """The points of a list, in its order."""
    if kind == "chosen":
        return [] if mask is None else np.flatnonzero(mask).tolist()
    column = "named_0" if kind == "hubs" else f"overlap_{other}"
    return view.points[column].sort_values(ascending=kind == "moved", kind="stable").index[:LISTED].tolist()


def table_of(view: MapView, rows: list[int], other: int) -> pd.DataFrame:
    """These points with their texts, as a person reads them."""
    part = view.points.iloc[rows]
    table = pd.DataFrame({"item": part.index.astype(str), "text": colours.texts(view).iloc[rows].to_numpy()})
    named = titles()
    if view.points["field"].nunique() > 1:
        table["field"] = [named.get(name, name) for name in part["field"]]
    for name in colours.own(view):
        table[name] = part[f"data.{name}"].to_numpy()
    if other:
        table["overlap"], table["jaccard"] = part[f"overlap_{other}"].to_numpy(), part[f"jaccard_{other}"].to_numpy()
    table["named"] = part["named_0"].to_numpy()
    return table


def show_list(view: MapView, table: pd.DataFrame) -> None:
    """The list; a click on a row selects that text everywhere and looks at it."""
    if table.empty:
        st.text(_("Nothing is selected. Draw a lasso around points, or press a group of the legend."))
        return
    columns = {"overlap": None} if "overlap" in table else {}  # what the list is about comes first
    columns |= {"text": lists.text(_("text"), "medium" if columns else "large")} | {
        name: lists.own_column(table[name], lists.called(name), "medium") for name in table if name not in FIXED
    }
    if "field" in table:
        columns["field"] = _("kind of text")
    if "overlap" in table:
        columns["overlap"] = lists.number(
            _("neighbours in common"),
            _("Of its ten nearest texts under the first model and under the other, the nearest weighing most; 0: none in common."),
        )  # fmt: skip
        columns["jaccard"] = lists.number("Jaccard", _("Common neighbours among its ten nearest under both models, by those of either."))  # fmt: skip
    columns["named"] = st.column_config.NumberColumn(
        _("is a neighbour of … texts"), help=_("Of how many texts it is among the ten nearest under the first model.")
    )
    clicked = lists.choose(table, f"map.table.{hash(tuple(table['item']))}", columns)
    if clicked is not None and clicked != st.session_state.get("map.clicked"):
        st.session_state["map.clicked"] = clicked
        panels.look_at(view, int(clicked))
        st.rerun(scope="fragment")
    st.session_state["map.clicked"] = clicked
    downloads(table.assign(item=[selection.address_of(view, int(item)) for item in table["item"]]), "map")


def show_groups(view: MapView, other: int) -> None:
    """Which groups lose most of their neighbours from one model to the other; a click selects the group."""
    table = neighbour_changes.groups(view, other)
    if table.empty:
        st.text(_("There are no groups of five texts or more to compare."))
        return
    names, named = colours.names_of_clusters(view, 0), titles()
    table["item"] = [f"group:{row.column.replace('cluster_0', 'cluster.0')}:{row.group}" for row in table.itertuples()]
    shown = [names[int(row.group)] if row.column == "cluster_0" else named.get(row.group, row.group) for row in table.itertuples()]  # fmt: skip
    kinds = colours.options(view) | {"cluster_0": colours.options(view)["cluster.0"]}
    table = table.assign(group=shown, column=[kinds.get(name, name) for name in table["column"]])
    columns = {
        "group": lists.text(_("group")),
        "column": _("told apart by"),
        "texts": lists.count(_("texts")),
        "overlap": lists.number(_("neighbours in common"), _("Mean over the texts of the group; 0: none in common.")),
        "jaccard": lists.number("Jaccard"),
    }
    clicked = lists.choose(table, "map.groups", columns)
    if clicked is not None and clicked != st.session_state.get("map.group"):
        st.session_state["map.group"] = clicked
        page_selection.put(clicked, listed=False)
        st.rerun(scope="fragment")
    st.session_state["map.group"] = clicked
    downloads(table.drop(columns="item"), "groups")


def show_point(view: MapView, point: int, other: int) -> None:
    """One text, and its nearest texts under two of the models."""
    st.header(_("Nearest texts, in full dimension"))
    st.code(colours.texts(view).iloc[point], language=None, wrap_lines=True)
    queries.say(view, point)
    near = build.around(view, point, 0, other, k=NEAREST)
    if near.empty:
        st.text(_("The neighbours have been deleted from the disk; draw the map again to see them."))
        return
    near["text"] = colours.texts(view).iloc[near["row"]].to_numpy()
    models = [view.sides[0].model] if other == 0 else [view.sides[0].model, view.sides[other].model]
    if other:
        a, b = models
        titles = {
            "both": _("under both"),
            "a": _("only under {model}", model=a),
            "b": _("only under {model}", model=b),
        }
        counts = near["side"].value_counts()
        st.text(" · ".join(named(title, counts.get(side, 0)) for side, title in titles.items()))
        near["where"] = near["side"].map(titles)
    neighbours(near, models)


def neighbours(near: pd.DataFrame, models: list[str]) -> None:
    """Neighbours with their ranks and similarities; an empty rank lies beyond the thirty nearest."""
    columns: dict[str, object] = {"where": _("among the nearest")} if "where" in near else {}
    columns["text"] = lists.text(_("text"))
    for side, model in zip("ab", models, strict=False):
        columns[f"rank_{side}"] = st.column_config.NumberColumn(_("rank {side}", side=side.upper()), help=escape(model))
        columns[f"similarity_{side}"] = lists.number(_("cosine {side}", side=side.upper()), escape(model))
    st.dataframe(
        near[list(columns)], hide_index=True, column_config=columns, key="map.near", placeholder="–", height=300
    )
