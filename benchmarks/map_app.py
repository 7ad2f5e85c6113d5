"""One view of many points: what map_pictures measures.

Drawn by the map's own component, by a pair of Plotly charts, or not at all, which is what the page costs in any case.

streamlit run benchmarks/map_app.py -- FOLDER   (kind and n stand in the address; kind can be chosen on the page)
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.maps import selection
from pages.parts import charts, scatter
from pages.parts.scatter import Now, Picture, Shades

LISTED = 200
st.set_page_config(layout="wide")
folder, count = Path(sys.argv[1]), int(st.query_params["n"])


@st.cache_resource
def data(count: int) -> tuple[list[np.ndarray], np.ndarray, pd.Series]:
    """The places under both models, a group for every point, and the texts; beyond these, points are repeated."""
    texts = pd.read_parquet(folder / "texts.parquet")["text"]
    take, rng = np.arange(count) % len(texts), np.random.default_rng(0)
    near = 0.01 * rng.normal(size=(count, 2)) * (np.arange(count) >= len(texts))[:, None]
    places = [(np.load(folder / f"{name}.npy")[take] + near).astype(np.float32) for name in ("a", "b")]
    return places, (np.arange(count) * 7 % 15).astype(np.uint8), texts.iloc[take].reset_index(drop=True)


def table(mask: np.ndarray) -> None:
    """The first selected texts, and how many there are."""
    rows = np.flatnonzero(mask)
    st.dataframe(pd.DataFrame({"text": texts.iloc[rows[:LISTED]]}), height=200)
    st.text(f"{len(rows)} listed")


@st.fragment
def ours() -> None:
    """Both panels by the component; the lasso comes as its corners."""
    names = tuple(f"group {number}" for number in range(15))
    palette = (*charts.PALETTE, *["#999999"] * (256 - len(charts.PALETTE)))
    shades = Shades("x", "group", (groups, groups), palette, names, names, ("g", "g"))
    shown = Picture("benchmark", ("a", "b"), tuple(places), np.zeros(count, np.uint8))
    told = (st.session_state.get("map") or {}).get("chosen") or {"rule": "", "sent": 0}
    mask = np.zeros(count, bool)
    if told["rule"]:
        _kind, _map, panel, _turn, line = told["rule"].split(":")
        mask = selection.inside(places[int(panel)], np.array(line.split(), float).reshape(-1, 2))
    now = Now(selection=told["rule"], chosen=mask, heard=told["sent"])
    scatter.show(shown, shades, now, key="map", changed=lambda what: None)
    table(mask)


@st.fragment
def plotly() -> None:
    """Two scattergl charts; what is selected in the first is marked in the second."""
    chosen = (st.session_state.get("first") or {}).get("selection", {}).get("point_indices", [])
    mask = np.zeros(count, bool)
    mask[chosen] = True
    for column, key, spots in zip(st.columns(2), ("first", "second"), places, strict=True):
        colours = np.array(charts.PALETTE)[groups]
        points = go.Scattergl(x=spots[:, 0], y=spots[:, 1], mode="markers", marker={"size": 3, "color": colours})
        if key == "second" and len(chosen):
            points.selectedpoints = np.asarray(chosen)
        figure = go.Figure(points).update_layout(dragmode="lasso", height=500, margin={"l": 8, "r": 8, "t": 8, "b": 8})
        more = {"on_select": "rerun", "selection_mode": ("lasso",)} if key == "first" else {}
        column.plotly_chart(figure, key=key, **more)
    table(mask)


places, groups, texts = data(count)
views = {"none": lambda: table(np.zeros(count, bool)), "ours": ours, "plotly": plotly}
views[st.radio("Drawn by", list(views), key="kind", bind="query-params", horizontal=True)]()
