"""Where does a model go wrong?"""

import streamlit as st

from pages.parts import address, lists, pickers, slice_form
from pages.parts.inspect import items
from pages.parts.language import _
from pages.parts.views import view

runs = pickers.runs_here()
look = items.pick(runs)
task = look.dataset.task
seen = view(task).overview(look)
items.export(dict(seen.tables), "overview")

st.header(_("Items"))
table = items.table_of(look, seen)
left, right = st.columns([2, 3])
with left:
    items.distribution(look)
with right:
    table = items.filters(table, look, task)
if table.empty:
    st.text(_("No item is left. Change the filters above."))
    address.stop()
shown = items.columns(table, lists.text_names(look.dataset), view(task).COLUMNS)
lists.choose(table, "inspect.items", shown, opens="item")
with st.container(horizontal=True, vertical_alignment="center"):
    items.export({"items": table}, "list")
    slice_form.keep_items(table, look.dataset, "inspect.slice")
    st.page_link("pages/explore/judge.py", label=_("Which judgements are probably wrong?"), icon=":material/gavel:")
items.open_item(table, look, task)
