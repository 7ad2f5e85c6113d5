"""A text with the clusters it fell into, and who else lies there."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from engine.inspection import clusters
from engine.notation import fixed, percent, span
from engine.results import frames
from pages.parts import address, cached, chart_choices, charts, lists
from pages.parts.address import settle
from pages.parts.language import _
from pages.parts.views import Look, Overview

NEIGHBOURS = 8

COLUMNS = ("label", "cluster")


def overview(look: Look) -> Overview:
    """Labels against clusters of one draw: a good model fills one cell a row."""
    part, draw = pick_part(look.mine), pick_draw(look.mine)
    shade, exports, shown = charts.colours(list(look.runs)), {}, {}
    for column, label in zip(st.columns(len(look.runs)), look.runs, strict=True):
        own = within(look.items[label], part)
        table = clusters.contingency(own, draw)
        shown[label] = table
        exports |= {f"contingency {label}": table, f"clusters {label}": clusters.cluster_table(own, draw)}
        with column:
            show_purity(within(every(look, label), part), own, label, draw=draw)
            figure = chart_choices.cells(table, shade[label], (_("label"), _("cluster of draw {n}", n=draw + 1)))
            picked = chart_choices.into("label", "cluster") if label == look.label else None
            alt = _("How many texts of each label fell into each cluster")
            charts.show(
                figure, f"inspect.contingency.{label}", alt, height=int(min(150 + 26 * len(table), 760)), picked=picked
            )
    kept, cluster = keep(look, shown[look.label], part=part, draw=draw)
    show_tables(within(look.mine, part), exports[f"clusters {look.label}"])
    exports["labels"] = clusters.label_table(within(look.mine, part))
    return Overview(kept, exports, {"cluster": cluster})


def pick_part(items: pd.DataFrame) -> tuple[int, str]:
    """The level or the set, where several were clustered on their own."""
    parts = clusters.parts(items)
    if len(parts) == 1:
        return parts[0]
    words = {f"{level}/{name}": name or _("level {n}", n=level + 1) for level, name in parts}
    settle("part", list(words), next(iter(words)), called=_("Level or set"))
    chosen = st.selectbox(_("Level or set"), list(words), key="part", persist_state="session", format_func=words.get)
    return parts[list(words).index(chosen)]


def pick_draw(items: pd.DataFrame) -> int:
    """Which of the draws is shown."""
    numbers = [str(number + 1) for number in range(clusters.draws(items))]
    if len(numbers) < 2:
        return 0
    explained = _("Every draw takes other documents and clusters them anew, as mteb does.")
    return int(address.one_of("draw", _("Draw"), {one: one for one in numbers}, help=explained)) - 1


def every(look: Look, label: str) -> pd.DataFrame:
    """All items of a run: who lies in a cluster is told from all of them, whatever slice is in view."""
    return cached.items(look.runs[label]["id"])


def within(items: pd.DataFrame, part: tuple[int, str]) -> pd.DataFrame:
    """The items of a level or set."""
    return items[belongs(items, part)]


def belongs(items: pd.DataFrame, part: tuple[int, str]) -> np.ndarray:
    return ((items["level"] == part[0]) & (items["set"] == part[1])).to_numpy()


def show_purity(whole: pd.DataFrame, items: pd.DataFrame, label: str, *, draw: int) -> None:
    """The model, its purity over the draws of the whole dataset, and how many of the items in view never lay right."""
    found = clusters.purity(whole)
    st.text(label)
    left, right = st.columns(2)
    spread = None
    if len(found) > 1:
        spread = _(
            "{span} over the draws · draw {n}: {one}",
            span=span(min(found), max(found)),
            n=draw + 1,
            one=fixed(found[draw]),
        )
    left.metric(
        _("Purity"), fixed(float(np.mean(found))), delta=spread, delta_color="off", delta_arrow="off", border=True,
        help=_("Share of documents whose label is the most frequent one of their cluster, the mean over the draws; below it the lowest and highest draw. From 0 to 1."),
    )  # fmt: skip
    never = int((items["measure"] == 0).sum())
    right.metric(
        _("In a wrong cluster every time"), f"{never:,}", delta=percent(never / max(len(items), 1)), delta_color="off", delta_arrow="off",
        border=True, help=_("Texts that lay in a cluster of another label in every draw that had them."),
    )  # fmt: skip


def keep(look: Look, table: pd.DataFrame, *, part: tuple[int, str], draw: int) -> tuple[np.ndarray, np.ndarray]:
    """Which texts belong to the chosen cell, or never lay right; and each text's cluster."""
    items, cluster = look.mine, clusters.of_draw(look.mine, draw)
    left, right = st.columns(2)
    with left:
        label = chart_choices.one_of("label", _("Only texts with the label"), [*map(str, table.index)], _("all labels"))
    with right:
        place = chart_choices.one_of(
            "cluster", _("in the cluster"), [*map(str, sorted(table.columns))], _("all clusters")
        )
    chart_choices.note()
    inside = belongs(items, part)
    never = (items["measure"] == 0).to_numpy()
    whole = every(look, look.label)
    strangers = clusters.strangers(whole, clusters.of_draw(whole, draw))[whole["item"].isin(items["item"]).to_numpy()]
    counts = {"never": int((inside & never).sum()), "now": int((inside & strangers).sum())}
    words = {"never": _("in a wrong cluster in every draw"), "now": _("in a wrong cluster in this draw")}
    kind = chart_choices.pills("wrong", _("Only texts that lie"), words, counts)
    kept = inside if kind is None else inside & (never if kind == "never" else strangers)
    if label is not None:
        kept = kept & (items["label"].astype(str) == label).to_numpy()
    if place is not None:
        kept = kept & (cluster == int(place))
    return kept, cluster


def show_tables(items: pd.DataFrame, found: pd.DataFrame) -> None:
    """The labels by how often they lay right, and the clusters by how pure they are."""
    with st.expander(_("Every label and every cluster")):
        left, right = st.columns(2)
        left.dataframe(
            clusters.label_table(items), hide_index=True, key="inspect.labels", placeholder="–",
            column_config={
                "label": st.column_config.TextColumn(_("label")), "texts": lists.count(_("texts")),
                "right": lists.number(_("in a right cluster"), _("Mean share of the draws.")), "never": lists.count(_("in a wrong cluster every time")),
            },
        )  # fmt: skip
        right.dataframe(
            found, hide_index=True, placeholder="–", key="inspect.clusters",
            column_config={
                "cluster": _("cluster"), "texts": lists.count(_("texts")),
                "label": st.column_config.TextColumn(_("most frequent label")), "purity": lists.number(_("its share")),
            },
        )  # fmt: skip


def detail(rows: Mapping[str, pd.Series], look: Look) -> dict[str, pd.DataFrame]:
    """The text, its label, and per model in how many draws it lay among its own."""
    first = next(iter(rows.values()))
    texts = frames.item_texts(look.dataset, pd.DataFrame([first])).iloc[0]
    draw, exports = int(st.session_state.get("draw") or 1) - 1, {}
    lists.whole(texts["text"])
    st.text(_("label: {label}", label=first["label"]))
    for column, (label, row) in zip(st.columns(len(rows)), rows.items(), strict=True):
        drawn = sum(cluster >= 0 for cluster in row["clusters"])
        with column:
            st.text(label)
            st.text(
                _(
                    "In {share} of the {n} draws with this text, most of its cluster carries its label.",
                    share=percent(row["measure"]),
                    n=drawn,
                )
            )
            exports[f"cluster {label}"] = show_companions(
                clusters.companions(every(look, label), row, draw), look, label
            )
    return exports


def show_companions(others: pd.DataFrame, look: Look, label: str) -> pd.DataFrame:
    """Who else lies in its cluster: the labels, then some of the texts."""
    if others.empty:
        st.text(_("No other text is in its cluster."))
        return others[["item", "label"]]
    counts = others["label"].astype(str).value_counts().rename_axis("label").reset_index(name="texts").head(NEIGHBOURS)
    config = {"label": st.column_config.TextColumn(_("label")), "texts": lists.count(_("other texts in its cluster"))}
    st.dataframe(counts, hide_index=True, placeholder="–", key=f"inspect.companions.{label}", column_config=config)
    some = others.head(NEIGHBOURS)
    shown = pd.DataFrame({"label": some["label"].astype(str).to_numpy(),
                          "text": frames.item_texts(look.dataset, some)["text"].to_numpy()})  # fmt: skip
    config = {"label": st.column_config.TextColumn(_("label")), "text": lists.text(_("text"))}
    st.dataframe(shown, hide_index=True, placeholder="–", key=f"inspect.some.{label}", column_config=config)
    return others[["item", "label"]]
