"""Where does a model go wrong?"""

import pandas as pd
import streamlit as st

from pages.parts import address, cached, lists, pickers, score_tables, slice_form, weak_spots
from pages.parts.inspect import items
from pages.parts.language import _
from pages.parts.views import view

runs = pickers.runs_here()
answer = st.container(gap="xsmall")
look = items.pick(runs)
task = look.dataset.task
items.answer(look, cached.task(task), answer)
first, second = st.container(), st.container()  # a picture of many labels would push the items out of sight
picture, listed = (second, first) if items.has_many_labels(look) else (first, second)
with picture:
    seen = view(task).overview(look)
    items.export(dict(seen.tables), "overview")
with listed:
    spots = st.container(gap="xsmall")
    score_tables.warn(pd.DataFrame(list(look.runs.values())))

    st.header(_("Items"))
    table = items.table_of(look, seen)
    table = items.filters(table, look, task)
    if table.empty:
        st.text(_("No item is left. Change the filters above."))
        address.stop()
    shown = items.columns(table, lists.text_names(look.dataset), view(task).COLUMNS)
    lists.choose(table, "inspect.items", shown, opens="item")
    with st.container(horizontal=True, vertical_alignment="center"):
        slice_form.keep_items(table, look.dataset, "inspect.slice")
        st.page_link("pages/explore/judge.py", label=_("Which judgements are probably wrong?"), icon=":material/gavel:")
    with st.expander(_("Per-item scores of the items"), icon=":material/bar_chart:"):
        items.distribution(look)
    items.export({"items": table}, "list")
    items.open_item(table, look, task)
    weak_spots.fill(spots, items.pair(look, runs), key="inspect", about=len(look.runs))
