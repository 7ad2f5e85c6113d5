"""How does a drawing leave the page as a picture for slides? The reader's own browser, which has the fonts, paints it."""

from pathlib import Path

import streamlit as st

from pages.parts.language import _

HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "parallax_picture",
    css=(HERE / "picture.css").read_text(encoding="utf-8"),
    js=(HERE / "picture.js").read_text(encoding="utf-8"),
)


def offer(svg: str, name: str, key: str) -> None:
    """A button that gives an SVG as a PNG of twice its size."""
    _mount(key=key, data={"svg": svg, "name": f"{name}.png", "label": _("Picture for slides (PNG)")})
