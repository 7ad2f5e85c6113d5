"""What does quality cost?"""

import streamlit as st

from pages.parts import address, cached, pickers
from pages.parts.cost import compression, frontier, no_vectors
from pages.parts.language import _

runs = pickers.runs_here()
task = cached.task(runs["task"].iloc[0])
costs = frontier.table(runs)
answer = st.container()
axis = frontier.pick_axis(task)
with answer:
    chosen = frontier.show_choice(costs, task, axis)
figure = frontier.show_frontier(costs, task, axis, chosen)
frontier.show_table(costs, task, axis, figure)
with st.container(horizontal=True):
    if frontier.asks(task):
        frontier.time_queries(runs)
    best = str(runs["label"].iloc[0])
    if chosen and chosen != best:
        told, both = _("What {model} loses against {best}", model=chosen, best=best), {"a": best, "b": chosen}
        address.lead(
            "pages/compare/duel.py", told, both, "cost.next", type="tertiary", icon=":material/compare_arrows:"
        )
    else:
        told = _("Where {model} goes wrong", model=best)
        address.lead("pages/explore/inspect.py", told, {"a": best}, "cost.next", type="tertiary", icon=":material/troubleshoot:")  # fmt: skip
    with st.popover(_("Enter prices"), icon=":material/payments:"):
        frontier.edit_prices(runs)

st.header(_("Smaller vectors"))
dense = compression.candidates(runs)
if dense.empty:
    address.settle("cost.model", runs["label"].tolist(), None, called=_("Model"))
    no_vectors.offer(
        runs, _("Lexical models have sparse vectors; there is nothing to shorten or round. Run a dense model.")
    )
    address.stop()
run = pickers.pick_model(_("Model"), dense, "cost.model")
table = compression.curves(run)
if table is not None:
    compression.show_smallest(table, run, task)
    compression.offer_variant(table, run)
    compression.show_table(table, task, compression.show_curves(table, run, task))
