"""Where does a model go wrong?"""

import streamlit as st

from pages.parts import address, inspecting, lists, pickers, slicing
from pages.parts.language import _
from pages.parts.views import view

st.title(_("Inspect"))
runs = pickers.runs_here()
look = inspecting.pick(runs)
task = look.dataset.task
seen = view(task).overview(look)
inspecting.export(dict(seen.tables), "overview")

st.subheader(_("Items"))
table = inspecting.table_of(look, seen)
left, right = st.columns([2, 3])
with left:
    inspecting.distribution(look)
with right:
    table = inspecting.filters(table, look, task)
if table.empty:
    st.text(_("No item is left. Change the filters above."))
    address.stop()
shown = inspecting.columns(table, lists.text_names(look.dataset), view(task).COLUMNS)
lists.choose(table, "inspect.items", shown, opens="item")
with st.container(horizontal=True, vertical_alignment="center"):
    inspecting.export({"items": table}, "list")
    slicing.keep_items(table, look.dataset, "inspect.slice")
    st.page_link("pages/explore/judge.py", label=_("Which judgements are probably wrong?"), icon=":material/gavel:")
inspecting.open_item(table, look, task)
