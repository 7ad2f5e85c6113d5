"""A sentence with the translation it should have found, and what both found instead."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.inspection import translations
from engine.types import UserError
from pages.parts import chart_choices, charts, lists
from pages.parts.language import _, say
from pages.parts.views import Look, Overview, prepared

COLUMNS = ("score", "gold_score", "gold_rank", "claims")


def overview(look: Look) -> Overview:
    """By how much the right translation beats or misses the best one, and how often each direction goes right."""
    figure = go.Figure()
    shade = charts.colours(list(look.runs))
    low = min(float((items["gold_score"] - items["score"]).min()) for items in look.items.values())
    bins = {"start": low, "end": 0.001 - low / 60, "size": max(-low / 60, 1e-6)}
    for label, items in look.items.items():
        margin = (items["gold_score"] - items["score"]).to_numpy("float32")
        figure.add_histogram(
            x=margin, name=charts.plain(label), marker={"color": shade[label]}, opacity=0.6, xbins=bins
        )
    figure.update_layout(barmode="overlay", legend={"orientation": "h"}, showlegend=len(look.items) > 1)
    figure.update_xaxes(title=_("similarity of the right translation minus that of the one found (0: right)"))
    figure.update_yaxes(title=_("pairs"), type="log", dtick=1, tickformat=",d")
    charts.show(figure, "inspect.margin", _("By how much the right translation misses the best one"), height=280)
    table = pd.DataFrame([{"model": label, **translations.shares(items)} for label, items in look.items.items()])
    st.dataframe(
        table,
        hide_index=True,
        placeholder="–",
        key="inspect.directions",
        column_config={
            "model": _("model"),
            "forth": lists.number(_("sentence → translation"), _("Share of sentences that found their translation.")),
            "back": lists.number(_("translation → sentence"), _("Share of translations that found their sentence.")),
            "both": lists.number(_("both ways"), _("Share of pairs of which each found the other.")),
        },
    )
    flags = translations.flags(look.mine)
    words = {
        "wrong": _("another translation was found"),
        "back_wrong": _("the translation found another sentence"),
        "only_back": _("wrong in that direction only"),
        "claimed": _("several sentences found this translation"),
    }
    counts = {name: int(flags[name].sum()) for name in flags}
    kind = chart_choices.pills("kind", _("Only pairs where"), words, counts)
    return Overview(look.all() if kind is None else flags[kind].to_numpy(), {"directions": table})


def detail(rows: Mapping[str, pd.Series], look: Look) -> dict[str, pd.DataFrame]:
    """The pair, and per model what each side found, and who else found its translation."""
    pairs, exports = look.dataset.tables["pairs"], {}
    first = next(iter(rows.values()))
    lists.side_by_side(pairs.iloc[int(first["item"])])
    for column, (label, row) in zip(st.columns(len(rows)), rows.items(), strict=True):
        with column.container(border=True):
            st.text(label)
            if row["correct"]:
                st.badge(_("right"), color="green")
            else:
                st.badge(_("wrong"), color="red")
                st.text(pairs["sentence2"].iloc[int(row["found"])])
            st.text(
                _(
                    "similarity {found} · right translation {gold}, rank {rank}",
                    found=f"{row['score']:.3f}",
                    gold=f"{row['gold_score']:.3f}",
                    rank=f"{int(row['gold_rank']):,}",
                )
            )
            exports |= show_found(look, label, row)
            show_claimants(look.items[label], row, pairs)
    return exports


def show_found(look: Look, label: str, row: pd.Series) -> dict[str, pd.DataFrame]:
    """The five nearest of the other side, in both directions."""
    titles = {False: _("The sentence found:"), True: _("The translation found:")}
    exports = {}
    for back, title in titles.items():
        try:
            table = prepared.found(look.runs[label], int(row["item"]), back=back)
        except UserError as error:
            st.text(say(error))
            return exports
        st.text(title)
        st.dataframe(
            table,
            hide_index=True,
            placeholder="–",
            key=f"inspect.found.{back}.{label}",
            column_order=["right", "score", "text"],
            column_config={
                "right": st.column_config.CheckboxColumn(_("right"), width="small"),
                "score": lists.number(_("similarity")),
                "text": lists.text(_("text")),
            },
        )
        exports[f"found {'back' if back else 'forth'} {label}"] = table.assign(item=row["item"])
    return exports


def show_claimants(items: pd.DataFrame, row: pd.Series, pairs: pd.DataFrame) -> None:
    """Other sentences that found this translation."""
    claimants = items[(items["found"] == int(row["item"])) & (items["item"] != row["item"])]["item"]
    if len(claimants):
        st.text(_("Other sentences that found this translation:"))
        st.dataframe(pairs[["sentence1"]].iloc[claimants.astype(int)].head(8), hide_index=True, placeholder="–")
