"""What may go wrong with the planned runs, said before they start."""

import pandas as pd
import streamlit as st

from engine.runs import preflight
from engine.runs.preflight import Reading
from engine.types import Message
from pages.parts import cached
from pages.parts.apart import apart
from pages.parts.frame import title_of
from pages.parts.language import _, named, say


def show(plan: pd.DataFrame) -> None:
    """How the models that are still to run will read the datasets, and what people should know first."""
    left = plan[plan["state"] == "to do"]
    if left.empty:
        return
    rows, told = [], []
    for model, name in zip(left["model"], left["dataset"], strict=True):
        read, found = checked(model, name, (cached.model_state(model), cached.card(name)))
        told += [(model, name, message) for message in found]
        if read:
            rows.append({"model": model, "dataset": title_of(name)} | shares(read))
    for model, name, message in told:
        st.text("⚠ " + named(f"{model} × {title_of(name)}", say(message)))
    if not told:
        st.text(_("No problems expected."))
    if rows:
        with st.expander(_("How the texts are read")):
            table(pd.DataFrame(rows))


@st.cache_data(max_entries=512, show_spinner=False)
@apart
def checked(model: str, name: str, state: tuple[str, ...]) -> tuple[Reading | None, list[Message]]:
    """The engine's checks of a pair, until the model or the dataset changes."""
    found, dataset = cached.entry_of(model), cached.dataset(name)
    read = preflight.reading(found, dataset)
    return read, preflight.warnings(found, dataset, read)


def shares(read: Reading) -> dict[str, object]:
    """The figures in percent."""
    return {
        "limit": read.limit,
        "cut": 100 * read.cut,
        "lost": 100 * read.lost,
        "unknown": 100 * read.unknown,
        "rate": read.per_character,
    }


def table(rows: pd.DataFrame) -> None:
    """One line per pair."""
    percent = "%.1f%%"
    st.dataframe(
        rows,
        key="runs.reading",
        hide_index=True,
        placeholder="–",
        column_config={
            "model": _("model"),
            "dataset": _("dataset"),
            "limit": st.column_config.NumberColumn(_("longest text (tokens)"), help=_("What lies beyond is cut off.")),
            "cut": st.column_config.NumberColumn(
                _("texts cut"),
                format=percent,
                help=_("Share of the texts that are longer than the model reads; of a sample of 1,000 of each side."),
            ),
            "lost": st.column_config.NumberColumn(
                _("tokens lost"), format=percent, help=_("Share of all tokens that lie beyond the limit.")
            ),
            "unknown": st.column_config.NumberColumn(
                _("unknown tokens"),
                format=percent,
                help=_("Share of the tokens that the model's vocabulary does not know."),
            ),
            "rate": st.column_config.NumberColumn(
                _("tokens per character"),
                format="%.2f",
                help=_("Chinese takes about 1 or less with a vocabulary made for it, English about 0.25."),
            ),
        },
    )
