"""The pieces of the duel that say with which words one model is better."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.comparison import distinctive_words, item_features, segments
from engine.types import Dataset
from pages.parts import cached, charts, export, lists
from pages.parts.apart import apart
from pages.parts.duel.segments import shared
from pages.parts.language import _, ngettext

WORDS = 14


@st.cache_data(max_entries=8, show_spinner=False)
@apart
def of(a: str, b: str, name: str, fingerprint: str) -> pd.DataFrame:
    """The words of a duel; runs never change, so their ids say it all."""
    mine, other = shared(a, b)
    difference = mine["measure"].to_numpy(float) - other["measure"].to_numpy(float)
    return distinctive_words.wording(item_features.joined(cached.dataset(name), mine), difference)


def show(a: pd.Series, b: pd.Series, dataset: Dataset) -> None:
    """The words that are commoner where one model is better, the surest of either side."""
    table = of(a["id"], b["id"], dataset.name, dataset.fingerprint)
    if table.empty:
        st.text(_("No word occurs in three items on which one of the models is better."))
        return
    sure = int((table["q"] < segments.ALPHA).sum())
    st.text(
        ngettext(
            "{n} word or pair of words is clearly more frequent on one side; about 1 in 20 of those may be there by luck.",
            "{n} words or pairs of words are clearly more frequent on one side; about 1 in 20 of those may be there by luck.",
            sure,
        )
        if sure
        else _("No word is clearly more frequent on one side; those below come nearest and may be luck.")
    )
    sides = [table[table["a"] > table["b"]].head(WORDS), table[table["b"] > table["a"]].head(WORDS)]
    figure = _picture(a, b, sides)
    _table(table)
    export.downloads(table, "duel.words", figure)


def _picture(a: pd.Series, b: pd.Series, sides: list[pd.DataFrame]) -> go.Figure:
    """Draws by how much each word is commoner on its side, and gives the picture."""
    figure, shade = go.Figure(), charts.colours([a["label"], b["label"]])
    for run, rows, name in zip((a, b), sides, (_("A better"), _("B better")), strict=True):
        figure.add_bar(
            y=[charts.plain(word) for word in rows["words"]],
            x=(rows["a"] - rows["b"]).to_numpy(),
            orientation="h",
            name=name,
            marker={"color": shade[run["label"]]},
            customdata=rows["n"].to_numpy(),
            hovertemplate="%{x:+.1%} · n = %{customdata}<extra></extra>",
        )
    figure.update_xaxes(title=_("share among A’s wins minus share among B’s wins"), tickformat=".0%")
    figure.update_yaxes(type="category", autorange="reversed")
    figure.update_layout(legend={"orientation": "h"}, barmode="overlay")
    alt = _("Words that are more frequent where one of the models is better")
    charts.show(figure, "duel.words", alt, height=120 + 22 * sum(map(len, sides)), menu=False)
    return figure


def _table(table: pd.DataFrame) -> None:
    """The words of either side, 500 at most."""
    shares = {"a": _("where A is better"), "b": _("where B is better")}
    st.dataframe(
        lists.chances(table.head(500).assign(a=100 * table["a"], b=100 * table["b"]), "p", "q"),
        key="duel.words.table",
        hide_index=True,
        placeholder="–",
        column_config={
            "words": st.column_config.TextColumn(_("words"), width="medium"),
            "n": st.column_config.NumberColumn(_("items"), format="localized"),
            "p": st.column_config.NumberColumn("p", help=_("Fisher's exact test, two-sided.")),
            "q": st.column_config.NumberColumn(
                "q",
                help=_(
                    "p, corrected for all words looked at (Benjamini and Hochberg): of those with q below 0.05, about 1 in 20 may be there by luck."
                ),
            ),
        }
        | {name: st.column_config.NumberColumn(text, format="%.1f%%") for name, text in shares.items()},
    )
