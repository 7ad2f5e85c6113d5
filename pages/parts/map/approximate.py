"""How many of the true neighbours were found, where not all texts were compared with all?"""

from collections.abc import Sequence

import streamlit as st

from engine.search import approximation
from pages.parts.language import _


def say(recalls: Sequence[float | None]) -> None:
    """One sentence with the share per model; nothing where all texts were compared with all."""
    if all(one is None for one in recalls):
        return
    share = " / ".join("100" if one is None else f"{int(100 * one)}" for one in recalls)
    st.text(
        _(
            "Neighbours were found approximately: {share}% of the true ones, on a sample of {n} texts.",
            share=share,
            n=f"{approximation.SAMPLE:,}",
        )
    )
