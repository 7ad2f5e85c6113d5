"""Which models are there, and how are they used properly?"""

import streamlit as st

from pages.parts import catalogue
from pages.parts.address import settle
from pages.parts.language import _

st.title(_("Models"))
settle("shelf", ["catalogue", "add", "vectors"], "catalogue")
view = st.segmented_control(
    _("View"),
    ["catalogue", "add", "vectors"],
    key="shelf",
    persist_state="session",
    required=True,
    label_visibility="collapsed",
    format_func={"catalogue": _("Catalogue"), "add": _("Add a model"), "vectors": _("Stored vectors")}.get,
)
if view == "catalogue":
    chosen = catalogue.pick()
    if chosen:
        catalogue.card(chosen)
elif view == "add":
    catalogue.add()
else:
    catalogue.vectors_on_disk()
