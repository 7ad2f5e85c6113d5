"""The same points in linked panels, drawn in the browser: one view, one lasso and one legend for all of them."""

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import streamlit as st

from pages.parts.language import _

HERE = Path(__file__).parent
MISSING = 255
_mount = st.components.v2.component(
    "parallax_scatter",
    css=(HERE / "scatter.css").read_text(encoding="utf-8"),
    js="\n".join((HERE / name).read_text(encoding="utf-8") for name in ("points.js", "panel.js", "scatter.js")),
)


@dataclass(frozen=True)
class Picture:
    """Where the points lie in each panel, each (n, 2), about -1..1, under what title; `name` changes whenever they do."""

    name: str
    titles: tuple[str, ...]
    places: tuple[npt.NDArray[np.float32], ...]


@dataclass(frozen=True)
class Shades:
    """What the colours say. `name` changes whenever anything here does.

    values: per panel an array (n,), either uint8 numbers of groups (255: none) or float32 numbers (nan: none); groups:
    their names, the largest first; ends: of the colours' range, for numbers; palette: up to 255 colours (#rrggbb).
    """

    name: str
    title: str
    values: tuple[npt.NDArray[np.generic], ...]
    palette: tuple[str, ...]
    groups: tuple[str, ...] = ()
    ends: tuple[float, float] | None = None
    named: int = 0
    """How many groups have their name on the map."""


@dataclass(frozen=True)
class Hint:
    """One more line of what is shown under the pointer: a title, names, and which name each point has."""

    title: str
    names: tuple[str, ...]
    codes: npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Focus:
    """The point that is looked at, and per panel the points that lines lead to."""

    point: int | None = None
    lines: tuple[tuple[int, ...], ...] = ()


def show(
    picture: Picture, shades: Shades, hints: Sequence[Hint], *, focus: Focus, key: str, changed: Callable[[str], None]
) -> None:
    """Draw it; `st.session_state[key]` then holds `chosen` (a list of points or None) and `picked` (a point or None).

    `changed` is called with "chosen" or "picked" once that is another one.
    """
    _mount(
        key=key,
        data=pack(picture, shades, hints, focus=focus),
        default={"chosen": None, "picked": None},
        on_chosen_change=lambda: changed("chosen"),
        on_picked_change=lambda: changed("picked"),
    )


def pack(picture: Picture, shades: Shades, hints: Sequence[Hint], *, focus: Focus) -> bytes:
    """All of it as the browser takes it: a length, a JSON head, arrays."""
    arrays: list[bytes] = []
    sent: dict[int, tuple[str, int, int]] = {}

    def place(values: npt.NDArray[np.generic]) -> tuple[str, int, int]:
        if id(values) not in sent:
            sent[id(values)] = (values.dtype.name, sum(map(len, arrays)), values.size)
            arrays.append(values.tobytes() + bytes(-values.nbytes % 4))
        return sent[id(values)]

    panels = [
        {"title": title, "places": place(places), "values": place(values)}
        for title, places, values in zip(picture.titles, picture.places, shades.values, strict=True)
    ]
    counts = np.bincount(shades.values[0].astype(np.int64), minlength=MISSING + 1) if shades.groups else []
    head = {
        "points": picture.name,
        "colours": f"{picture.name} {shades.name}",
        "count": len(picture.places[0]),
        "panels": panels,
        "title": shades.title,
        "numbers": dict(zip(("low", "high"), shades.ends, strict=True)) if shades.ends else None,
        "groups": [{"name": name, "count": int(counts[at])} for at, name in enumerate(shades.groups)],
        "named": shades.named,
        "palette": shades.palette,
        "extra": [{"title": hint.title, "names": hint.names, "codes": place(hint.codes)} for hint in hints],
        "picked": -1 if focus.point is None else focus.point,
        "lines": focus.lines,
        "words": words(),
    }
    text = json.dumps(head, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<I", len(text)) + text + b"".join(arrays)


def words() -> dict[str, str]:
    """What the map itself says, in the visitor's language."""
    return {
        "pan": _("Move"),
        "lasso": _("Select by a lasso (or hold Shift)"),
        "box": _("Select by a box"),
        "nearer": _("Nearer"),
        "farther": _("Farther"),
        "home": _("Show all"),
        "clear": _("Clear the selection"),
        "chosen": _("{n} selected"),
        "drawn": _("{n} points"),
        "missing": _("none"),
        "legend": _("Select this group; with Ctrl, add it"),
        "flat": _("drawn without WebGL, so large maps are slow"),
        "keys": _(
            "Arrow keys move, plus and minus zoom, 0 shows all, Enter picks the point in the middle, Escape clears."
        ),
    }
