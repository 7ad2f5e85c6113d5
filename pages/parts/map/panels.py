"""The pictures of a map side by side or one at a time, linked, in the colours of the visitor's choice."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from engine.maps import selection
from engine.maps.build import MapView
from pages.parts import address, scatter
from pages.parts.address import miss, settle, write
from pages.parts.language import _
from pages.parts.map import colours, queries
from pages.parts.map import selection as page_selection
from pages.parts.scatter import Now, Picture

LETTERS = 200
DRAWN = "map.drawn"
AXES = {"pca": "PC", "umap": "UMAP", "aligned_umap": "UMAP", "tsne": "t-SNE"}


def pick(view: MapView) -> tuple[str, bool]:
    """By what the points are coloured, and whether one model is shown at a time; what is looked for is chosen beside."""
    with st.popover(_("Colour and find"), key="map.find", icon=":material/palette:"):
        choice = pick_colour(view)
        queries.pick(view)
        page_selection.pick(view, choice)
        return choice, pick_arrangement(view)


def show(view: MapView, choice: str, *, alone: bool) -> npt.NDArray[np.bool_] | None:
    """Draw the pictures; the selected points (n,), None where nothing is selected."""
    mask, point = page_selection.chosen(view), looked_at(view)
    state = st.session_state.get(key(view)) or {}
    now = Now(
        point=point,
        lines=() if point is None else queries.lines(view, point),
        selection="\n".join(page_selection.rules(view)),
        chosen=mask,
        heard=(state.get("chosen") or {}).get("sent", 0),
        alone=alone,
        front=front(view),
        asks=not drawn(),
    )
    shades = colours.shades(view, choice)
    scatter.show(picture(view), shades, now, key=key(view), changed=lambda what: follow(view, what))
    if more := colours.beyond(view, choice):
        st.caption(more)
    if len(view.points) > colours.MOST_TEXTS:
        scatter.speak(
            picture(view), lambda row: colours.start(colours.texts(view).iloc[row], LETTERS), key=f"{key(view)}.voice"
        )
    return mask


def pick_colour(view: MapView) -> str:
    """By what the points are coloured; on a sketch what was chosen for its map, if it can be shown already."""
    known = colours.options(view)
    if view.sketch:
        wanted = st.session_state.get("colour", st.query_params.get("colour"))
        return wanted if wanted in known else next(iter(known))
    settle("colour", list(known), next(iter(known)), called=_("Colour by"))
    return st.selectbox(
        _("Colour by"), list(known), format_func=known.get, key="colour", persist_state="session", width=360
    )


def pick_arrangement(view: MapView) -> bool:
    """All models side by side, or one at a time in one picture."""
    if len(view.sides) < 2:
        return False
    names = {"beside": _("side by side"), "alone": _("one at a time")}
    explained = _("One at a time, the points move from where one model puts them to where another does.")
    return address.one_of("show", _("Layout"), names, help=explained) == "alone"


def front(view: MapView) -> int:
    """The model in front where one is shown at a time; it stands in the address."""
    names = [side.model for side in view.sides]
    settle("front", names, names[0], called=_("Model"))
    return names.index(st.session_state["front"])


def follow(view: MapView, what: str) -> None:
    """What happened in the pictures: they are there, another point, other points or another model is looked at."""
    state = st.session_state[key(view)]
    if what == "picked":
        look_at(view, state["picked"]["point"])
    elif what == "front":
        st.session_state["front"] = view.sides[state["front"]["panel"]].model
    elif what == "drawn":
        st.session_state[DRAWN] = True
    elif state["chosen"]:
        rule = state["chosen"]["rule"]
        if rule.startswith("point:"):
            rule = f"text:{selection.address_of(view, int(rule[6:]))}"
        page_selection.put(rule, add=state["chosen"]["add"])


def looked_at(view: MapView) -> int | None:
    """The point that was clicked in a picture or in a list; it stands in the address by its text."""
    linked = "point" not in st.session_state
    if linked:
        st.session_state["point"] = st.query_params.get("point")
    address = st.session_state["point"]
    found = selection.point_at(view, address) if address else None
    if linked and address and found is None:
        miss(_("Text"), address)
    write("point", [] if found is None else [address])
    return found


def look_at(view: MapView, point: int | None) -> None:
    """Another point, or none."""
    st.session_state["point"] = None if point is None else selection.address_of(view, point)


def drawn() -> bool:
    """Whether the browser has drawn a map yet, so that what is slow to load may follow."""
    return DRAWN in st.session_state


def key(view: MapView) -> str:
    """Every map has a state of its own."""
    return f"map.{view.folder.name[:8]}"


@st.cache_resource(max_entries=6, show_spinner=False)
def _picture(folder: str, _view: MapView) -> Picture:
    places = tuple(selection.fitted(_view.points, len(_view.sides)))
    name = AXES.get(_view.arguments["projection"], "")
    axes = tuple(f"{name} {number}".strip() for number in range(1, places[0].shape[1] + 1))
    marks = (_view.points["field"] == "queries").to_numpy(np.uint8)
    return Picture(folder, tuple(side.model for side in _view.sides), places, marks, axes)


def picture(view: MapView) -> Picture:
    """Where the points lie, so that all pictures fit into one frame."""
    return _picture(view.folder.name, view)
