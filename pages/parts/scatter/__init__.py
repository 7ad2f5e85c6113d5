"""The same points in linked panels, drawn in the browser: one view, one selection and one legend for all of them."""

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from pages.parts.language import _

HERE = Path(__file__).parent
MISSING = 255
FILES = ("shelf.js", "points.js", "painted.js", "places.js", "over.js", "panel.js", "controls.js", "scatter.js")
_mount = st.components.v2.component(
    "parallax_scatter",
    css=(HERE / "scatter.css").read_text(encoding="utf-8"),
    js="\n".join((HERE / name).read_text(encoding="utf-8") for name in FILES),
)


@dataclass(frozen=True)
class Picture:
    """Where the points lie in each panel, each (n, 2) or in space (n, 3), about -1..1; `name` changes whenever they do.

    marks: 1 for the points that are drawn as diamonds, (n,); axes: what the two or three are called.
    """

    name: str
    titles: tuple[str, ...]
    places: tuple[npt.NDArray[np.float32], ...]
    marks: npt.NDArray[np.uint8]
    axes: tuple[str, ...] = ("1", "2", "3")


@dataclass(frozen=True)
class Hint:
    """One more line of what is shown under the pointer: a title, names, and which name each point has."""

    title: str
    names: tuple[str, ...]
    codes: npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Shades:
    """What the colours say. `name` changes whenever anything here does.

    values: per panel an array (n,), either uint8 numbers of groups (255: none) or float32 numbers (nan: none); groups:
    their names, the largest first, and keys: what rules call them; rules: per panel the column that rules name; ends:
    of the colours' range, for numbers; palette: up to 256 colours (#rrggbb); named: how many groups have their name on
    the map.
    """

    name: str
    title: str
    values: tuple[npt.NDArray[np.generic], ...]
    palette: tuple[str, ...]
    groups: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    ends: tuple[float, float] | None = None
    named: int = 0
    hints: tuple[Hint, ...] = ()


@dataclass(frozen=True)
class Lines:
    """The points that a model found for the point that is looked at, and those that it should have found."""

    found: tuple[int, ...] = ()
    gold: tuple[int, ...] = ()


@dataclass(frozen=True)
class Now:
    """What is looked at: a point and its lines in each panel, the selection, one panel or all.

    selection: its rules as one text; chosen: the selected points (n,) or None; heard: the number of the last selection
    that the browser told of; asks: whether it is to tell when the picture is there.
    """

    point: int | None = None
    lines: tuple[Lines, ...] = ()
    selection: str = ""
    chosen: npt.NDArray[np.bool_] | None = None
    heard: int = 0
    alone: bool = False
    front: int = 0
    asks: bool = False


@dataclass
class _Parcel:
    """A length, a JSON head, and arrays that the head names by their kind, place and size."""

    arrays: list[bytes] = field(default_factory=list)
    known: dict[int, tuple[str, int, int]] = field(default_factory=dict)

    def add(self, values: npt.NDArray[np.generic]) -> tuple[str, int, int]:
        if id(values) not in self.known:
            self.known[id(values)] = (values.dtype.name, sum(map(len, self.arrays)), values.size)
            self.arrays.append(values.tobytes() + bytes(-values.nbytes % 4))
        return self.known[id(values)]

    def closed(self, head: Mapping[str, Any]) -> bytes:
        text = json.dumps(head, ensure_ascii=False).encode()
        text += b" " * (-len(text) % 4)
        return struct.pack("<I", len(text)) + text + b"".join(self.arrays)


def show(picture: Picture, shades: Shades, now: Now, *, key: str, changed: Callable[[str], None]) -> None:
    """Draw it; `st.session_state[key]` then holds what the browser tells, and `changed` is called with its name:

    `chosen` (rule, add, sent), `picked` (point), `front` (panel), `drawn` (if asked for), each a dictionary.
    """
    with st.container(gap=None):
        _mount(key=f"{key}.points", data=pack_points(picture))
        _mount(key=f"{key}.colours", data=pack_colours(picture, shades))
        _mount(
            key=key,
            data=pack(picture, shades, now),
            default={"chosen": None, "picked": None, "front": None, "drawn": None},
            on_chosen_change=lambda: changed("chosen"),
            on_picked_change=lambda: changed("picked"),
            on_front_change=lambda: changed("front"),
            on_drawn_change=lambda: changed("drawn"),
        )


def speak(picture: Picture, text_of: Callable[[int], str], *, key: str) -> None:
    """Tell the browser the text of the point under the pointer, where it has no texts of its own: one at a time.

    It is drawn beside the map, and drawn anew by itself for every text that is asked for.
    """

    @st.fragment
    def voice() -> None:
        asked = (st.session_state.get(key) or {}).get("asked") or {}
        point = asked.get("point", -1)
        known = 0 <= point < len(picture.marks)
        head = {"speaks": picture.name, "point": point, "text": text_of(point) if known else ""}
        _mount(key=key, data=_Parcel().closed(head), default={"asked": None}, on_asked_change=lambda: None)

    voice()


def pack_points(picture: Picture) -> bytes:
    """The places: sent once per map."""
    parcel = _Parcel()
    panels = [parcel.add(places) for places in picture.places]
    solid = picture.places[0].shape[1] == 3
    return parcel.closed({"keep": picture.name, "panels": panels, "marks": parcel.add(picture.marks), "solid": solid})


def pack_colours(picture: Picture, shades: Shades) -> bytes:
    """The colours, their legend and what the pointer shows: sent once per choice of colour."""
    parcel = _Parcel()
    known = zip(shades.groups, shades.keys, strict=True)
    head = {
        "keep": colours_of(picture, shades),
        "values": [parcel.add(values) for values in shades.values],
        "title": shades.title,
        "numbers": dict(zip(("low", "high"), shades.ends, strict=True)) if shades.ends else None,
        "groups": [{"name": name, "key": key} for name, key in known],
        "rules": shades.rules,
        "named": shades.named,
        "palette": shades.palette,
        "extra": [{"title": hint.title, "names": hint.names, "codes": parcel.add(hint.codes)} for hint in shades.hints],
    }
    return parcel.closed(head)


def pack(picture: Picture, shades: Shades, now: Now) -> bytes:
    """What changes with every click."""
    parcel = _Parcel()
    chosen = now.chosen if now.chosen is not None and now.chosen.any() else None
    head = {
        "points": picture.name,
        "colours": colours_of(picture, shades),
        "panels": [{"title": title} for title in picture.titles],
        "axes": picture.axes,
        "alone": now.alone,
        "front": now.front,
        "asks": now.asks,
        "picked": -1 if now.point is None else now.point,
        "lines": [{"found": lines.found, "gold": lines.gold} for lines in now.lines],
        "selection": now.selection,
        "heard": now.heard,
        "count": 0 if chosen is None else int(chosen.sum()),
        "bits": None if chosen is None else parcel.add(np.packbits(chosen)),
        "words": words(),
    }
    return parcel.closed(head)


def colours_of(picture: Picture, shades: Shades) -> str:
    """The name under which the browser keeps the colours."""
    return f"{picture.name} {shades.name}"


def words() -> dict[str, str]:
    """What the map itself says, in the visitor's language."""
    return {
        "pan": _("Move"),
        "turn": _("Turn"),
        "lasso": _("Select by a lasso (or hold Shift)"),
        "box": _("Select by a box"),
        "nearer": _("Nearer"),
        "farther": _("Farther"),
        "home": _("Show all"),
        "clear": _("Clear the selection"),
        "switch": _("Move the points to where this model puts them"),
        "queries": _("queries"),
        "chosen": _("{n} selected"),
        "drawn": _("{n} points"),
        "missing": _("none"),
        "legend": _("Select this group; with Ctrl, add it"),
        "slow": _("drawn without a graphics card, so a map as large as this is slow"),
        "keys": _(
            "Arrow keys move, plus and minus zoom, 0 shows all, Enter picks the point in the middle, Space adds it to "
            "the selection, Escape clears; 1 to 4 bring a model to the front where one is shown at a time."
        ),
    }
