"""Where does a model go wrong?"""

import streamlit as st

from pages.parts import charts, inspecting, library, lists, pickers, slicing
from pages.parts.language import _
from pages.parts.views import view

st.title(_("Inspect"))
runs = pickers.runs_here()
left, right = st.columns(2)
with left:
    a = pickers.pick_model(_("Model"), runs, "a")
with right:
    b = inspecting.pick_second(runs, a)

task = library.task(a["task"])
dataset = library.dataset(a["dataset"])
chosen = [a] if b is None else [a, b]
items = slicing.filtered({run["label"]: library.items(run["id"]) for run in chosen}, dataset)
mine = items[a["label"]]

picture, distribution = st.columns([3, 2])
with picture:
    view(task.name).overview(mine, dataset, a["label"])
with distribution:
    figure = charts.histogram(
        {label: its["measure"] for label, its in items.items()}, _("how well an item went (0 to 1)")
    )
    charts.show(figure, "inspect.histogram", _("How well the items went"), height=280)

st.subheader(_("Items, the worst first"))
table = inspecting.filters(lists.with_texts(mine, dataset))
if table.empty:
    st.text(_("No item is left. Change the filters above."))
    st.stop()
clicked = lists.choose(
    table, "inspect.items", inspecting.columns(table, lists.text_names(dataset), view(task.name).COLUMNS)
)
if clicked and clicked != st.session_state.get("inspect.clicked"):
    st.session_state["item"] = clicked
st.session_state["inspect.clicked"] = clicked
item = pickers.walk(table["item"].tolist(), "item")
inspecting.export(table)
st.page_link("pages/explore/judge.py", label=_("Which judgements are probably wrong?"), icon=":material/gavel:")
slicing.keep_items(table, dataset, "inspect.slice")
rows = {label: its[its["item"] == item].iloc[0] for label, its in items.items() if (its["item"] == item).any()}
view(task.name).detail(rows, items, dataset)
