"""What would an approximate index lose here, and what would it save?"""

import streamlit as st

from pages.parts import address, cached, pickers
from pages.parts.cost import compression, no_vectors
from pages.parts.empty import empty
from pages.parts.indexes import study
from pages.parts.language import _

runs = pickers.runs_here()
task = cached.task(runs["task"].iloc[0])
if task.name != "retrieval":
    empty(
        _("Only a retrieval dataset has a corpus that an index could hold: choose another one above."),
        "pages/compare/cost.py",
        _("See what the models cost on this dataset instead"),
    )
dense = compression.candidates(runs)
if dense.empty:
    no_vectors.offer(runs, _("Lexical models have sparse vectors, which these indexes do not hold. Run a dense model."))
    address.stop()
said, picture = st.container(), st.container()
with st.container(horizontal=True, vertical_alignment="bottom"):
    run = pickers.pick_model(_("Model"), dense, "indexes.model")
    cost = study.pick_cost()
    margin = study.pick_margin(task)
table = study.of(run)
if table is not None:
    with said:
        study.show_verdict(table, cost, margin, task)
    with picture:
        study.show_curves(table, study.cheapest(table, cost, margin))
    study.show_table(table, task)
