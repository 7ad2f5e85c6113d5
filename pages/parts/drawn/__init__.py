"""How is what hangs on results alone drawn once, and then sent to everybody as it is?

Streamlit's cache keeps the elements that a function draws, and the same ones are sent at every hit: a table or a
picture costs a fraction of a millisecond instead of tens. Nothing that can be pressed may be drawn so.
"""

from functools import partial

import pandas as pd
import streamlit as st

from pages.parts import cached
from pages.parts.language import language

once = partial(st.cache_resource, show_spinner=False)
"""`@once(max_entries=48)` marks a function that draws by its first argument, a `state`, and whatever else tells one
drawing from another; arguments that begin with _ are what it draws. What it gives is shared, so to be read only."""


def state(runs: pd.DataFrame, *more: object) -> str:
    """What a drawing of these runs hangs on, as one text: the results, the reader's language, and what else is named."""
    return here(cached.results().version(), *runs["id"], *more)


def here(*parts: object) -> str:
    """The same of what hangs on no result: the reader's language, and what is named."""
    return "\x1f".join([language(), *map(str, parts)])
