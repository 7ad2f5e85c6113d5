"""Which models are there, and how are they used properly?"""

import streamlit as st

from pages.parts import adding, address, catalogue, shelves
from pages.parts.language import _

st.title(_("Models"))
view = address.view("shelf", {"catalogue": _("Catalogue"), "add": _("Add a model"), "vectors": _("Stored vectors")})
if view == "catalogue":
    chosen = catalogue.pick()
    if chosen:
        catalogue.card(chosen)
        catalogue.vary(chosen)
elif view == "add":
    adding.show()
else:
    shelves.show()
