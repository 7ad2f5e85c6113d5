"""The vectors that each model has left on disk, and how to be rid of them."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from engine.encoding import store, stored
from engine.encoding.store import Stored
from pages.parts import cached, frame, lists
from pages.parts.language import _, ngettext


def show() -> None:
    """What is stored, by model, precision and, where a model learns from the texts, dataset; chosen rows can be cleared."""
    shelves = store.shelves()
    if said := st.session_state.pop("models.cleared", None):
        st.success(said, icon=":material/check:")
    if not shelves:
        st.text(_("No vectors are stored yet."))
        return
    event = st.dataframe(
        lists.shares(lists.amounts(table_of(shelves), {"megabytes": 2}), "found"),
        key=f"models.vectors.{st.session_state.get('models.turn', 0)}",
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        placeholder="–",
        column_config={
            "model": st.column_config.TextColumn(_("model"), width="medium"),
            "precision": _("precision"),
            "datasets": st.column_config.ListColumn(_("used by its runs on"), width="medium"),
            "texts": st.column_config.NumberColumn(_("texts"), format="localized"),
            "megabytes": _("MB on disk"),
            "each": st.column_config.NumberColumn(
                _("bytes a text"),
                format="localized",
                help=_("On average: with a vector for every token, long texts take more than short ones."),
            ),
            "found": st.column_config.NumberColumn(
                _("found again"),
                help=_("Of the different texts that its runs asked for, the share whose vectors were stored already."),
            ),
            "key": st.column_config.TextColumn(_("encoder"), width="small"),
        },
    )
    offer([shelves[row] for row in event.selection.rows if row < len(shelves)])


def table_of(shelves: Sequence[Stored]) -> pd.DataFrame:
    """What is shown of every shelf."""
    rows = pd.DataFrame(
        [{"model": one.name, "texts": one.texts, "megabytes": one.bytes / 1e6, "key": one.key} for one in shelves]
    )
    rows["each"] = (1e6 * rows["megabytes"] / rows["texts"]).round()
    table = rows.join(stored.uses(cached.runs()), on="key")
    table["precision"] = table["precision"].replace("", None)
    called = frame.titles()
    table["datasets"] = [
        [called.get(name, name) for name in names] if isinstance(names, list) else [_("no result")]
        for names in table["datasets"]
    ]
    return table[["model", "precision", "datasets", "texts", "megabytes", "each", "found", "key"]]


def offer(chosen: Sequence[Stored]) -> None:
    """Clear the chosen shelves, after a word on what that takes away."""
    with st.popover(_("Clear the chosen"), icon=":material/delete:", disabled=not chosen):
        texts = sum(one.texts for one in chosen)
        st.text(_("They are computed again when they are needed; results stay."))
        st.button(
            ngettext("Clear {n} vector", "Clear {n} vectors", texts),
            key="models.clear",
            type="primary",
            disabled=not chosen,
            on_click=clear,
            args=([one.key for one in chosen], texts),
        )


def clear(keys: Sequence[str], texts: int) -> None:
    """Remove the vectors of these encoders, and choose none of those that are left."""
    for key in keys:
        store.clear(key)
    st.session_state["models.turn"] = st.session_state.get("models.turn", 0) + 1
    st.session_state["models.cleared"] = ngettext("{n} vector was cleared.", "{n} vectors were cleared.", texts)
