"""What does quality cost?"""

import streamlit as st

from pages.parts import address, compressing, costing, library, pickers
from pages.parts.language import _

st.title(_("Cost"))
runs = pickers.runs_here()
task = library.task(runs["task"].iloc[0])
costs = costing.table(runs)
axis = costing.pick_axis()
chosen = costing.show_choice(costs, task, axis)
costing.show_frontier(costs, task, axis, chosen)
costing.show_table(costs, task)
left, right = st.columns([2, 3])
with left:
    costing.time_queries(runs)
with right:
    costing.edit_prices(runs)

st.subheader(_("Smaller vectors"))
dense = compressing.candidates(runs)
if dense.empty:
    st.text(_("Lexical models have sparse vectors; there is nothing to shorten or round. Run a dense model."))
    address.stop()
run = pickers.pick_model(_("Model"), dense, "cost.model")
table = compressing.curves(run)
if table is not None:
    compressing.show_smallest(table, run, task)
    compressing.show_curves(table, task)
    compressing.show_table(table, task)
