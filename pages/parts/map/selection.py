"""What is selected on the map: the same points in every panel, in the table and in the figures; it has an address."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from engine.maps import selection
from engine.maps.build import MapView
from engine.results import slices
from engine.types import Dataset
from pages.parts import cached, slice_form
from pages.parts.address import write
from pages.parts.language import _, ngettext
from pages.parts.map import colours
from pages.parts.map.names import titles

KEY = "select"


def rules(view: MapView) -> list[str]:
    """The rules of the selection: what was chosen on this dataset, or at first what the address says."""
    dataset = view.arguments["dataset"]
    if KEY in st.session_state and st.session_state.get("select.dataset", dataset) != dataset:
        st.session_state[KEY] = []
    if KEY not in st.session_state:
        st.session_state[KEY] = st.query_params.get_all(KEY)
    st.session_state["select.dataset"] = dataset
    write(KEY, st.session_state[KEY])
    return list(st.session_state[KEY])


def put(one: str, *, add: bool = False, listed: bool = True) -> None:
    """Select by this rule, alone or beside the others; by none where it is empty. What is selected is then listed."""
    before = st.session_state.get(KEY, []) if add else []
    st.session_state[KEY] = [*before, *([one] if one and one not in before else [])]
    if listed:
        st.session_state["map.list"] = "chosen"


def chosen(view: MapView) -> npt.NDArray[np.bool_] | None:
    """The selected points, (n,); None where nothing is selected."""
    found = rules(view)
    if not found:
        return None
    mask = selection.chosen(
        view,
        found,
        column=lambda name: colours.column(view, name),
        texts=colours.texts(view),
        shown=len(colours.GROUPS),
    )
    return mask if mask.any() else None


def pick(view: MapView, choice: str) -> None:
    """Other ways to select than on the pictures: a group of many, letters, an error class, a slice."""
    if len(groups := colours.every(view, choice)) > len(colours.GROUPS):
        pick_group(view, choice, groups)
    kinds, dataset = error_kinds(view), cached.dataset(view.arguments["dataset"])
    known = slices.current(dataset.name, dataset.fingerprint)
    now = rules(view)[0] if len(rules(view)) == 1 else ""
    for key, kind, names in (("map.error", "group:", kinds), ("map.slice", "slice:", known)):
        name = now.removeprefix(kind)
        st.session_state[key] = name if now.startswith(kind) and name in names else None
    st.session_state["map.search"] = now[7:] if now.startswith("search:") else ""
    st.text_input(
        _("Select texts that contain"), key="map.search", icon=":material/search:", on_change=search, width=360
    )
    if kinds:
        st.selectbox(
            _("Select an error class"), list(kinds), index=None, key="map.error", format_func=kinds.get,
            placeholder=_("none"), on_change=follow, args=("map.error", "group"), width=360,
        )  # fmt: skip
    if known:
        st.selectbox(
            _("Select a slice"), list(known), index=None, key="map.slice",
            placeholder=_("none"), on_change=follow, args=("map.slice", "slice"), width=360,
        )  # fmt: skip


def pick_group(view: MapView, choice: str, groups: list[str]) -> None:
    """One of more groups than have a colour and a place in the legend."""
    begin = f"group:{colours.shades(view, choice).rules[0]}:"
    now = rules(view)[0] if len(rules(view)) == 1 else ""
    name = now.removeprefix(begin)
    st.session_state["map.group.one"] = name if now.startswith(begin) and name in groups else None
    st.selectbox(
        _("Select one of all {n} groups", n=len(groups)), groups, index=None, key="map.group.one",
        placeholder=_("none"), on_change=follow, args=("map.group.one", begin.removesuffix(":")), width=360,
    )  # fmt: skip


def search() -> None:
    """Select by the letters."""
    wanted = st.session_state["map.search"]
    put(f"search:{wanted}" if wanted else "")


def follow(key: str, kind: str) -> None:
    """Select by what was chosen from a list."""
    name = st.session_state[key]
    put(f"{kind}:{name}" if name else "")


def error_kinds(view: MapView) -> dict[str, str]:
    """The error classes of the scored models, as rules name them."""
    scored = [number for number, run in enumerate(colours.runs(view)) if run is not None]
    named, found = titles(), {}
    if len(scored) > 1:
        found = {f"duel:{kind}": named[kind] for kind in ("first", "second", "neither", "both")}
    for number in scored:
        found[f"right.{number}:wrong"] = _("wrong under {model}", model=view.sides[number].model)
    return found


def say(view: MapView, mask: npt.NDArray[np.bool_] | None) -> None:
    """How many are selected, or how that is done; the way to keep them, and what was kept before."""
    dataset = cached.dataset(view.arguments["dataset"])
    with st.container(horizontal=True, vertical_alignment="center"):
        if mask is not None:
            st.text(ngettext("{n} text selected", "{n} texts selected", int(mask.sum())))
            keep(view, dataset, mask)
            st.button(_("Clear the selection"), key="map.clear", on_click=put, args=("",), icon=":material/close:")
        elif rules(view):
            st.text(_("The selection of the address holds no point of this map."))
            st.button(_("Clear the selection"), key="map.clear", on_click=put, args=("",), icon=":material/close:")
        else:
            st.caption(
                _(
                    "Texts that lie together are alike to the model: draw a lasso around some, and they light up everywhere."
                )
            )
        with st.popover(_("Slices"), icon=":material/bookmarks:"):
            slice_form.manage(dataset)


def keep(view: MapView, dataset: Dataset, mask: npt.NDArray[np.bool_]) -> None:
    """Put the selected texts aside under a name."""
    told = ngettext("{n} text", "{n} texts", int(mask.sum()))
    slice_form.ask(told, dataset, lambda: selection.rows_of(view, mask), key="map.keep")
