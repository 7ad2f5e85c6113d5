"""Before a run: which difference could these datasets show, and how many items would another one take?"""

import pandas as pd
import streamlit as st

from engine.statistics.power import Items, power
from pages.parts import address, cached, drawn, export, lists
from pages.parts.frame import title_of
from pages.parts.language import _, say


def show(datasets: list[str]) -> None:
    """A row per dataset: its items, the smallest difference that shows, and the items that a wanted one takes."""
    with st.expander(_("Which differences can these datasets show?"), key="resolving", icon=":material/straighten:"):
        label = _("A difference that would matter")
        address.number("matters", label, 0.001, 0.5)
        wanted = st.number_input(label, 0.001, 0.5, 0.02, 0.005, "%.3f", key="matters", bind="query-params")
        called = [(name, cached.card_of(name).fingerprint, title_of(name)) for name in datasets]
        rows = _draw(drawn.here(cached.results().version(), wanted, *called), datasets, wanted)
        export.downloads(rows, "resolution")


@drawn.once(max_entries=48)
def _draw(state: str, _datasets: list[str], wanted: float) -> pd.DataFrame:
    rows = pd.DataFrame([row(name, wanted) for name in _datasets])
    numbers = {"from": _("smallest difference, from"), "to": _("to")}
    columns = {name: st.column_config.NumberColumn(text, format="%.3f") for name, text in numbers.items()}
    columns |= {
        "dataset": _("dataset"),
        "items": lists.count(_("items")),
        "needed": st.column_config.NumberColumn(_("items for that difference"), format="localized"),
        "basis": st.column_config.TextColumn(_("by what"), width="large"),
    }
    st.dataframe(rows, key="resolving.table", hide_index=True, placeholder="–", column_config=columns)
    return rows


def row(name: str, wanted: float) -> dict[str, object]:
    """What one dataset can show."""
    entry = cached.card_of(name)
    spreads = cached.spreads(entry.task)
    mine = spreads["fingerprint"] == entry.fingerprint
    found = power(count(name, entry.fingerprint), spreads[mine], spreads[~mine])
    low, high = found.least
    return {
        "dataset": title_of(name),
        "items": found.items.n,
        "from": low,
        "to": high,
        "needed": found.needed(wanted),
        "basis": say(found.said()),
    }


@st.cache_data(max_entries=500, show_spinner=False)
def count(name: str, fingerprint: str) -> Items:
    """How many items of a dataset will be judged, and how they hang together."""
    return Items.of(cached.dataset(name))
