"""What is said below a map: how far to trust it, what is selected, and how the models see one text."""

import numpy as np
import pandas as pd
import streamlit as st

from engine import maps
from engine.maps import MapView
from pages.parts import lists
from pages.parts.boards import downloads
from pages.parts.language import _
from pages.parts.maps import colours, panels

NEAREST = 10
LISTED = 200
FIXED = ("item", "text", "overlap", "named")


def trust(view: MapView) -> None:
    """How far each picture can be believed: one sentence, and the numbers behind it."""
    first = view.sides[0].trust
    kept, chance = [side.trust.kept for side in view.sides], f"{100 * first.by_chance:.2g}"
    share = " / ".join(f"{100 * one:.0f}" for one in kept)
    st.text(
        _("Of a text's {k} nearest texts, the picture keeps {share} % near it (by chance {chance} %): trust groups, not distances.",
          k=first.k, share=share, chance=chance)
    )  # fmt: skip
    sample = len(view.points) < view.total
    if sample:
        st.text(
            _("A random sample of {n} of {total} different texts.", n=f"{len(view.points):,}", total=f"{view.total:,}")
        )
    with st.expander(_("How far can each picture be trusted?"), key="map.trust"):
        st.dataframe(trust_table(view), hide_index=True, key="map.trust.table", column_config=trust_columns(view))
        if first.measured_on < len(view.points):
            st.text(
                _(
                    "Trustworthiness and continuity were measured on {n} points drawn at random, against all.",
                    n=f"{first.measured_on:,}",
                )
            )


def trust_table(view: MapView) -> pd.DataFrame:
    """One row per model."""
    rows = [
        {"model": side.model, "kept": side.trust.kept, "trustworthiness": side.trust.trustworthiness,
         "continuity": side.trust.continuity, "agreement": side.agreement if number else np.nan, "hubness": side.hubness}
        for number, side in enumerate(view.sides)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def trust_columns(view: MapView) -> dict[str, object]:
    """The columns of that table, each with what it means."""
    k = view.sides[0].trust.k
    return {
        "model": _("model"),
        "kept": lists.number(_("neighbours kept"), _("Mean share of a text's {k} nearest texts in full dimension that are among its {k} nearest points in the picture; 1 is perfect.", k=k)),
        "trustworthiness": lists.number(_("trustworthiness"), _("1: whatever lies together in the picture belongs together. Points that seem near and are not lower it by how far apart they are in truth (Venna & Kaski 2001).")),
        "continuity": lists.number(_("continuity"), _("1: whatever belongs together lies together in the picture. Neighbours that the picture tears apart lower it.")),
        "agreement": lists.number(_("same place as in the first"), _("How much of where the first picture puts the texts this one explains, once turned, mirrored, scaled and moved onto it; 1: place means the same in both.")),
        "hubness": lists.number(_("hubness"), _("Skewness of how often a text is among the ten nearest of others. 0 is even; above about 1, few texts stand near everything.")),
    }  # fmt: skip


def pick_list(view: MapView, chosen: list[int] | None) -> pd.DataFrame:
    """The points to list: the selection, those that the models see most differently, or the hubs."""
    titles = {"chosen": _("Selected"), "moved": _("Seen most differently"), "hubs": _("Hubs")}
    several = len(view.sides) > 1
    names = [name for name in titles if name != "moved" or several]
    if chosen is None and st.session_state.get("map.list", "chosen") == "chosen":
        st.session_state["map.list"] = "moved" if several else "hubs"
    kind = st.segmented_control(
        _("List"), names, format_func=titles.get, key="map.list", required=True, label_visibility="collapsed"
    )
    if kind == "chosen":
        return table_of(view, chosen or [])
    column = "named_0" if kind == "hubs" else "overlap_1"
    order = view.points[column].sort_values(ascending=kind == "moved", kind="stable").index[:LISTED]
    return table_of(view, order.tolist())


def table_of(view: MapView, rows: list[int]) -> pd.DataFrame:
    """These points with their texts, as a person reads them."""
    part = view.points.iloc[rows]
    table = pd.DataFrame({"item": part.index.astype(str), "text": texts(view).iloc[rows].to_numpy()})
    named = colours.titles()
    if view.points["field"].nunique() > 1:
        table["field"] = [named.get(name, name) for name in part["field"]]
    for name in colours.own(view):
        table[name] = part[f"data.{name}"].to_numpy()
    if len(view.sides) > 1:
        table["overlap"] = part["overlap_1"].to_numpy()
    table["named"] = part["named_0"].to_numpy()
    return table


def texts(view: MapView) -> pd.Series:
    """The texts of the map, read once."""
    return _texts(str(view.folder), view)


@st.cache_resource(max_entries=4, show_spinner=False)
def _texts(folder: str, _view: MapView) -> pd.Series:
    return _view.texts()


def show_list(view: MapView, table: pd.DataFrame) -> None:
    """The list; a click on a row looks at that text."""
    if table.empty:
        st.text(_("Nothing is selected. Draw a lasso around points, or press a group of the legend."))
        return
    columns = {"text": lists.text(_("text"))} | {name: name for name in table if name not in FIXED}
    if "field" in table:
        columns["field"] = _("kind of text")
    if "overlap" in table:
        columns["overlap"] = lists.number(
            _("neighbours in common"),
            _(
                "Of its ten nearest texts under the first model and under the second, the nearest weighing most; 0: none in common."
            ),
        )
    columns["named"] = st.column_config.NumberColumn(
        _("neighbour of"), help=_("Of how many texts it is among the ten nearest under the first model.")
    )
    clicked = lists.choose(table, f"map.table.{hash(tuple(table['item']))}", columns)
    if clicked is not None and clicked != st.session_state.get("map.clicked"):
        st.session_state["map.clicked"] = clicked
        panels.look_at(view, int(clicked))
        st.rerun(scope="fragment")
    st.session_state["map.clicked"] = clicked
    downloads(table.drop(columns="item"), "map")


def show_point(view: MapView, point: int) -> None:
    """One text, and its nearest texts under two of the models."""
    st.subheader(_("Nearest texts, in full dimension"))
    st.code(texts(view).iloc[point], language=None, wrap_lines=True)
    second = min(1, len(view.sides) - 1)
    near = maps.around(view, point, 0, second, k=NEAREST)
    if near.empty:
        st.text(_("The neighbours have been deleted from the disk; draw the map again to see them."))
        return
    near["text"] = texts(view).iloc[near["row"]].to_numpy()
    if second == 0:
        neighbours(near, "a")
        return
    a, b = view.sides[0].model, view.sides[second].model
    parts = {"both": _("Under both"), "a": _("Only under {model}", model=a), "b": _("Only under {model}", model=b)}
    for column, (side, title) in zip(st.columns(3), parts.items(), strict=True):
        with column:
            part = near[near["side"] == side]
            st.text(f"{title} ({len(part)})")
            neighbours(part, side)


def neighbours(near: pd.DataFrame, side: str) -> None:
    """Neighbours with their ranks and similarities; an empty rank lies beyond the thirty nearest."""
    sides = {"both": ["a", "b"], "a": ["a", "b"], "b": ["b", "a"]}[side]
    columns: dict[str, object] = {"text": st.column_config.TextColumn(_("text"), width="medium")}
    for name in sides:
        columns[f"rank_{name}"] = st.column_config.NumberColumn(_("rank {side}", side=name.upper()), width="small")
        columns[f"similarity_{name}"] = lists.number(_("cosine {side}", side=name.upper()))
    st.dataframe(near[list(columns)], hide_index=True, column_config=columns, key=f"map.near.{side}", height=300)
