"""What is wrong in my data, and what would experts say?"""

import streamlit as st

from pages.parts import address, cached, pickers
from pages.parts.judge import suspects, versions, voting
from pages.parts.language import _

st.caption(_("What is wrong in my data, and what would experts say?"))
runs = pickers.runs_here()
dataset = cached.dataset(st.session_state["dataset"])
chosen = suspects.pick_runs(runs)
view = address.view(
    "judge",
    {
        "suspects": _("Probable mistakes"),
        "versions": _("What corrections change"),
        "votes": _("Judge by hand"),
    },
)
if view == "suspects":
    suspects.show(dataset, chosen)
elif view == "versions":
    versions.show(dataset, chosen)
else:
    voting.show(dataset, chosen)
