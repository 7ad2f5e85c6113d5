"""Two models: who wins, is it luck, and on which items do they part?"""

import streamlit as st

from engine.results import frames
from pages.parts import address, cached, drawn, export, lists, paired_outcomes, pickers, score_tables, slice_form
from pages.parts.duel import segments, words
from pages.parts.language import _
from pages.parts.views import Look, view

runs = pickers.runs_here(at_least=2)
answer = st.container()
a, b = pickers.pick_two(runs)

task = cached.task(a["task"])
dataset = cached.dataset(a["dataset"])
segments.settled(a, b, dataset)
items = {run["label"]: cached.items(run["id"]) for run in (a, b)}
both = runs[runs["id"].isin([a["id"], b["id"]])]
whole = len(items[a["label"]])
items = slice_form.filtered(items, dataset)
score_tables.show_verdict(paired_outcomes.verdict(a, b, task), answer)
items = segments.keep(items, a, b, dataset, place=answer)
paired_outcomes.show_gap(a, b, task)
paired_outcomes.say_part(len(items[a["label"]]), whole)
score_tables.note_precision(both)
score_tables.warn(both)

pairs = frames.duel(items[a["label"]], items[b["label"]])
which = [] if len(pairs) == whole else pairs["item"].tolist()
if pairs.empty:
    st.text(_("No item is left. Change the filters above."))
    address.stop()
chart, counts = st.columns([3, 2])
with chart:
    paired_outcomes.show_distribution(pairs, a["label"], b["label"], drawn.state(both, a["id"], *which))
with counts:
    chosen = paired_outcomes.pick_quadrant(pairs, task)
address.lead(
    "pages/explore/inspect.py", _("Where {model} goes wrong", model=a["label"]), {"a": a["label"]},
    "duel.next", type="tertiary", icon=":material/troubleshoot:",
)  # fmt: skip

opened = address.view("duel.view", {"items": _("Items"), "slices": _("Slices"), "words": _("Words")})
if opened != "items" and st.session_state.get("segment"):
    st.caption(_("What follows is about all items again."))
if opened == "slices":
    segments.show_slices(a, b, dataset, task)
    address.stop()
if opened == "words":
    words.show(a, b, dataset)
    address.stop()

chosen = paired_outcomes.pick_side(chosen)
wanted = address.text_input(_("Only items that contain"), "duel.find", icon=":material/search:")
table = lists.search(lists.with_texts(chosen, dataset), wanted)
if table.empty:
    st.text(_("No item is left. Change the filters above."))
    address.stop()
slice_form.keep_items(table, dataset, "duel.slice")
lists.choose(table, "duel.items", paired_outcomes.columns(table, lists.text_names(dataset)), opens="item")
export.downloads(table, "duel")
item = pickers.walk(table["item"].tolist(), "item")
if item is None:
    address.stop()
rows = {label: its[its["item"] == item].iloc[0] for label, its in items.items()}
view(task.name).detail(rows, Look({a["label"]: a, b["label"]: b}, items, dataset))
