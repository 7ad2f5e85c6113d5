"""Would two models find more together than the better one alone?"""

import streamlit as st

from pages.parts import address, cached, pickers
from pages.parts.empty import empty
from pages.parts.hybrid import fusion
from pages.parts.language import _

runs = pickers.runs_here(at_least=2)
task = cached.task(runs["task"].iloc[0])
if task.name != "retrieval":
    empty(
        _("Only rankings can be fused: choose a retrieval dataset on the left."),
        "pages/compare/duel.py",
        _("Compare two models on this dataset instead"),
    )
left, right = st.columns(2)
with left:
    a = pickers.pick_model("A", runs, "a")
with right:
    b = pickers.pick_model("B", runs, "b", otherwise=fusion.partner(runs))
if a["id"] == b["id"]:
    st.text(_("Choose two different models."))
    address.stop()
found = fusion.fuse(a["id"], b["id"], task.name)
fusion.show_verdict(found, a, b, task)
ways, weights = st.columns(2)
with ways:
    fusion.show_ways(found, a, b, task)
with weights:
    fusion.show_weights(found, a, b, task)
fusion.show_table(found, a, b, task)
