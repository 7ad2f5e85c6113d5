"""The pictures of a map side by side, linked, in the colours of the visitor's choice."""

import numpy as np
import streamlit as st

from engine.maps import MapView
from pages.parts import scatter
from pages.parts.address import settle
from pages.parts.language import _
from pages.parts.maps import colours
from pages.parts.scatter import Focus, Picture

LINES = 10


def show(view: MapView) -> int | None:
    """Draw the pictures; the point that is looked at, if there is one."""
    known = colours.options(view)
    settle("colour", list(known), next(iter(known)))
    choice = st.selectbox(
        _("Colour by"), list(known), format_func=known.get, key="colour", persist_state="session", width=360
    )
    point = looked_at(view)
    lines = [view.graph(number) for number in range(len(view.sides))] if point is not None else []
    near = tuple(tuple(graph.indices[point, :LINES].tolist()) if graph else () for graph in lines)
    scatter.show(
        picture(view),
        colours.shades(view, choice),
        colours.hints(view, choice),
        focus=Focus(point, near),
        key=key(view),
        changed=lambda what: follow(view, what),
    )
    return point


def follow(view: MapView, what: str) -> None:
    """What happened in the pictures: another point is looked at, or other points are selected and listed."""
    state = st.session_state[key(view)]
    if what == "picked":
        st.session_state[f"{key(view)}.point"] = state["picked"]
    elif state["chosen"]:
        st.session_state["map.list"] = "chosen"


def looked_at(view: MapView) -> int | None:
    """The point that was clicked on this map, in a picture or in a list."""
    return st.session_state.get(f"{key(view)}.point")


def look_at(view: MapView, point: int) -> None:
    """Another point."""
    st.session_state[f"{key(view)}.point"] = point


def chosen(view: MapView) -> list[int] | None:
    """The selected points."""
    state = st.session_state.get(key(view))
    return state["chosen"] if state else None


def key(view: MapView) -> str:
    """Every map has a state of its own."""
    return f"map.{view.folder.name[:8]}"


@st.cache_resource(max_entries=6, show_spinner=False)
def _picture(folder: str, _view: MapView) -> Picture:
    places = [_view.points[[f"x_{number}", f"y_{number}"]].to_numpy(np.float32) for number in range(len(_view.sides))]
    together = np.concatenate(places)
    low, high = np.quantile(together, [0.005, 0.995], axis=0)
    middle, reach = (low + high) / 2, max(float((high - low).max()) / 2, 1e-9)
    fitted = tuple(np.ascontiguousarray((one - middle) / reach, np.float32) for one in places)
    return Picture(folder, tuple(side.model for side in _view.sides), fitted)


def picture(view: MapView) -> Picture:
    """Where the points lie, so that all pictures fit into one frame."""
    return _picture(view.folder.name, view)
