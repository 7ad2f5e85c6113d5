"""Slices: texts put aside under a name, by which the map, the duel and the inspector filter."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy.typing as npt
import pandas as pd
import streamlit as st

from engine.results import slices
from engine.results.slices import Slice
from engine.texts import defused
from engine.types import Dataset, Message, UserError
from pages.parts import address, score_tables
from pages.parts.address import settle
from pages.parts.language import _, named, ngettext, say


def pick(dataset: Dataset) -> Slice | None:
    """The slice to look at, if any; nothing is drawn where the dataset has none. It stands in the address."""
    known = slices.current(dataset.name, dataset.fingerprint)
    lost = settle("slice", list(known), None, strict=True)
    if not known and not lost:
        return None
    name = st.selectbox(
        _("Only a slice"),
        list(known),
        key="slice",
        persist_state="session",
        index=None,
        placeholder=_("all items"),
        format_func=lambda name: f"{name} ({known[name].size:,})",
        help=_("A slice is a set of texts saved under a name, on the map or from a list of items."),
        width=360,
    )
    if lost:
        score_tables.regret(_("The link asks for the slice {asked}, which this dataset does not have.", asked=lost))
        st.button(_("Show all items"), key="slice.all", on_click=address.write, args=("slice", []))
        address.stop()
    return known.get(name)


def filtered(items: Mapping[str, pd.DataFrame], dataset: Dataset) -> dict[str, pd.DataFrame]:
    """The items of each model, of the chosen slice only; a slice without judged items ends the page and says so."""
    one = pick(dataset)
    if one is None:
        return dict(items)
    kept = {label: table[slices.judged(one, dataset, table)].reset_index(drop=True) for label, table in items.items()}
    if any(table.empty for table in kept.values()):
        st.text(_("None of the judged items is about a text of this slice. Choose another, or all items."))
        address.stop()
    return kept


def keep_items(items: pd.DataFrame, dataset: Dataset, key: str) -> None:
    """Put the texts of the listed items aside under a name."""
    ask(ngettext("{n} item", "{n} items", len(items)), dataset, lambda: slices.of_items(dataset, items), key=key)


def ask(what: str, dataset: Dataset, rows: Callable[[], Mapping[str, npt.ArrayLike]], *, key: str) -> None:
    """Under which name to put something aside, and the button that does it."""
    with st.popover(_("Keep as a slice"), icon=":material/bookmark_add:"):
        st.text(what)
        st.text_input(_("Name of the slice"), key=f"{key}.name", max_chars=slices.LONGEST_NAME)
        st.button(_("Keep"), key=f"{key}.keep", type="primary", on_click=keep, args=(f"{key}.name", dataset, rows))
        if said := st.session_state.pop("slicing.said", None):
            st.text(say(said))


def keep(field: str, dataset: Dataset, rows: Callable[[], Mapping[str, npt.ArrayLike]]) -> None:
    """Keep them under the name that was typed, or say why not."""
    try:
        made = slices.save(st.session_state[field], dataset, rows())
    except UserError as error:
        st.session_state["slicing.said"] = error
        return
    st.session_state["slicing.said"] = Message(
        "{name} is kept: the map, the duel and the inspector can show it alone.", {"name": made.name}
    )


def manage(dataset: Dataset) -> None:
    """Rename, delete and export what was kept."""
    known = slices.named(dataset.name)
    if not known:
        st.text(_("No slice of this dataset has been saved yet."))
        return
    for name, one in known.items():
        with st.container(border=True, key=f"slicing.{name}"):
            count = ngettext("{n} text", "{n} texts", one.size)
            st.text(named(name, count))
            if one.fingerprint != dataset.fingerprint:
                st.text(_("Made on an earlier state of the dataset: it fits that one only."))
            else:
                st.download_button(
                    _("CSV"),
                    partial(csv_of, one, dataset),
                    f"{name}.csv",
                    "text/csv",
                    key=f"slicing.file.{name}",
                    on_click="ignore",
                )
            change(dataset.name, name)


def csv_of(one: Slice, dataset: Dataset) -> bytes:
    """The slice as a file, made when it is asked for."""
    return defused.csv(slices.table(one, dataset)).encode("utf-8-sig")


def change(dataset: str, name: str) -> None:
    """The two changes that a slice can go through."""
    new = st.text_input(_("Another name"), name, key=f"slicing.new.{name}", max_chars=slices.LONGEST_NAME)
    with st.container(horizontal=True):
        if st.button(_("Rename"), key=f"slicing.rename.{name}", disabled=new.strip() == name):
            try:
                slices.rename(dataset, name, new)
            except UserError as error:
                st.text(say(error))
                return
            st.rerun()
        if st.button(_("Delete"), key=f"slicing.delete.{name}", icon=":material/delete:"):
            slices.delete(dataset, name)
            st.rerun()
