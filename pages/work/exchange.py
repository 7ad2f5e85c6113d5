"""How do scores get from here to mteb, and from mteb to here?"""

import streamlit as st

from pages.parts import address, exchanging
from pages.parts.language import _

st.title(_("Exchange with mteb"))
if address.view("way", {"import": _("Import"), "export": _("Export")}) == "import":
    exchanging.receive()
    exchanging.show_imports()
else:
    exchanging.give()
