"""Two models: who wins, is it luck, and on which items do they part?"""

import streamlit as st

from engine import tables
from pages.parts import address, boards, duels, exporting, library, lists, pickers, segmenting, slicing
from pages.parts.language import _
from pages.parts.views import Look, view

st.title(_("Duel"))
runs = pickers.runs_here(at_least=2)
left, right = st.columns(2)
with left:
    a = pickers.pick_model("A", runs, "a")
with right:
    b = pickers.pick_model("B", runs, "b", otherwise=1)
if a["id"] == b["id"]:
    st.text(_("Choose two different models."))
    address.stop()

task = library.task(a["task"])
dataset = library.dataset(a["dataset"])
items = {run["label"]: library.items(run["id"]) for run in (a, b)}
boards.note_precision(runs[runs["id"].isin([a["id"], b["id"]])])
duels.show_gap(a, b, task)
whole = len(items[a["label"]])
items = slicing.filtered(items, dataset)
duels.say_part(len(items[a["label"]]), whole)

pairs = tables.duel(items[a["label"]], items[b["label"]])
chart, counts = st.columns([3, 2])
with chart:
    duels.show_distribution(pairs, a["label"], b["label"])
with counts:
    chosen = duels.pick_quadrant(pairs, task)

opened = address.view("duel.view", {"items": _("Items"), "slices": _("Slices"), "words": _("Words")})
if opened == "slices":
    segmenting.show_slices(a, b, dataset)
    address.stop()
if opened == "words":
    segmenting.show_words(a, b, dataset)
    address.stop()

chosen = segmenting.keep(duels.pick_side(chosen), a, b, dataset)
wanted = st.text_input(
    _("Only items with these letters"), key="duel.find", bind="query-params", icon=":material/search:"
)
table = lists.search(lists.with_texts(chosen, dataset), wanted)
if table.empty:
    st.text(_("No item is left. Change the filters above."))
    address.stop()
slicing.keep_items(table, dataset, "duel.slice")
lists.choose(table, "duel.items", duels.columns(lists.text_names(dataset)), opens="item")
exporting.downloads(table, "duel")
item = pickers.walk(table["item"].tolist(), "item")
rows = {label: its[its["item"] == item].iloc[0] for label, its in items.items()}
view(task.name).detail(rows, Look({a["label"]: a, b["label"]: b}, items, dataset))
