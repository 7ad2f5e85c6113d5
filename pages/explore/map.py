"""How does each model see my data?"""

import streamlit as st

from pages.parts.language import _
from pages.parts.maps import choice, detail, panels

st.title(_("Map"))
view = choice.ready(choice.pick())


@st.fragment
def explore() -> None:
    """The pictures, how far to trust them, what is selected, and the text that is looked at."""
    point = panels.show(view)
    detail.trust(view)
    table = detail.pick_list(view, panels.chosen(view))
    detail.show_list(view, table)
    if point is not None:
        detail.show_point(view, point)


explore()
