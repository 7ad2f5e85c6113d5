"""The pieces that say how firm a ranking is: on other items, on other datasets, and what would settle it."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.comparison.verdict import outlook
from engine.notation import NIL, fixed, interval, shown
from engine.results import frames
from engine.statistics import stability
from engine.statistics.evidence import evidence
from pages.parts import cached, charts, drawn, export
from pages.parts.apart import apart
from pages.parts.language import _, say

Resamples: TypeAlias = Mapping[tuple[str, str], np.ndarray]


def show_items(runs: pd.DataFrame) -> None:
    """How often each model of one dataset would be first on other items, and which difference the items can show."""
    with st.expander(_("How firm is this ranking?"), key="leaderboard.firmness", icon=":material/anchor:"):
        table, draws = _draw_items(drawn.state(runs), runs)
        if table is not None:
            export.downloads(table, "leaderboard.firm")
            st.caption(
                _(
                    "From {draws} resamples of the items, shared by all models; items that hang together are drawn together. BCa: the bias-corrected and accelerated bootstrap interval (Efron 1987), which follows the skew of the resamples.",
                    draws=draws,
                )
            )


@drawn.once(max_entries=64)
def _draw_items(state: str, _runs: pd.DataFrame) -> tuple[pd.DataFrame | None, int]:
    """All but the downloads; the table, where there are several models to speak of, and how many draws it is from."""
    runs, found, task = _runs, cached.comparisons(_runs), cached.task(_runs["task"].iloc[0])
    st.text(say(evidence(task, runs, found)))
    settling(runs)
    table, draws = over_items(tuple(runs["id"]), runs)
    if len(table) < 2:
        return None, draws
    known = table.merge(runs[["label", "bca_low", "bca_high"]], on="label", how="left")
    return draw(known, "leaderboard.firm"), draws


def settling(runs: pd.DataFrame) -> None:
    """What would tell the first two models apart, if they part as they seem to."""
    first, second = runs.sort_values("score", ascending=False)["id"].head(2) if len(runs) > 1 else (None, None)
    found = frames.between(first, second, cached.comparisons(runs)) if second else None
    said = outlook(found) if found else None
    if said:
        label = runs.set_index("id")["label"]
        st.text(_("{a} against {b}: {said}", a=label[first], b=label[second], said=say(said)))


def show_datasets(scores: pd.DataFrame, runs: pd.DataFrame) -> None:
    """How firm the Borda ranks are over other datasets, and whether the models differ over them at all."""
    shared = scores.dropna(axis=1)
    if shared.shape[1] < scores.shape[1]:  # a rank by points would reward being run on more of them
        st.caption(
            _(
                "Of the {all} datasets in view, the {n} that all these models have a score on count here.",
                all=scores.shape[1], n=shared.shape[1],
            )
        )  # fmt: skip
    if min(shared.shape) < 2:
        st.text(_("This needs at least two models on two datasets."))
        return
    scores = shared
    key = "leaderboard.firm.all"
    export.downloads(draw(over_datasets(scores, tuple(runs["id"]), cached.results().version()), key), key)
    st.caption(
        _(
            "From 2,000 resamples of the datasets in view and of the items within each; ranks are Borda ranks. Below {fewest} datasets there is no range of ranks: so few do not tell what the next one may say.",
            fewest=stability.FEWEST_DATASETS,
        )
    )
    st.text(lead(scores))
    found = stability.mean_ranks(scores)
    if found:
        st.text(friedman(found))
        figure = differences_of_ranks(found)
        alt = _("Mean ranks; a bar joins models that Nemenyi's test does not separate")
        charts.show(figure, "leaderboard.critical", alt, height=140 + 20 * len(found.ranks), menu=False)
        ranks = found.ranks.rename("rank").rename_axis("model").reset_index()
        numbers = {"model": _("model"), "rank": st.column_config.NumberColumn(_("mean rank"), format="%.2f")}
        st.dataframe(
            ranks, key="leaderboard.meanranks", hide_index=True, placeholder="–", column_config=numbers, width=420
        )
        export.downloads(ranks, "leaderboard.meanranks", figure)


def differences_of_ranks(found: stability.MeanRanks) -> go.Figure:
    """The critical difference diagram: models at their mean ranks; a bar joins those that may be equal."""
    ranks, figure = found.ranks, go.Figure()
    shade = charts.colours(list(ranks.index))
    for place, (low, high) in enumerate(stability.cliques(found)):
        figure.add_scatter(
            x=[low, high], y=[-0.35 - 0.3 * place] * 2, mode="lines", hoverinfo="skip", showlegend=False,
            line={"color": charts.NEUTRAL, "width": 5},
        )  # fmt: skip
    stems = [at for row, rank in enumerate(ranks, 1) for at in ((rank, 0), (rank, row), (None, None))]
    figure.add_scatter(
        x=[x for x, _y in stems], y=[y for _x, y in stems], mode="lines", hoverinfo="skip", showlegend=False,
        line={"color": charts.NEUTRAL, "width": 1},
    )  # fmt: skip
    figure.add_scatter(
        x=ranks.to_numpy(),
        y=np.arange(1, len(ranks) + 1),
        mode="markers+text",
        text=[f" {charts.plain(label)}" for label in ranks.index],
        textposition="middle right",
        marker={"color": [shade[label] for label in ranks.index], "size": 9},
        showlegend=False,
        hovertemplate="%{x:.2f}<extra></extra>",
    )
    room = 0.35 * (ranks.max() - ranks.min() + 1)
    figure.update_xaxes(title=_("mean rank (1 is best)"), range=[ranks.min() - 0.3, ranks.max() + room])
    figure.update_yaxes(visible=False)
    return figure


def lead(scores: pd.DataFrame) -> str:
    """The mean difference between the two models that have the most first points, over their datasets."""
    first, second = frames.borda(scores).sort_values(kind="stable").index[:2]
    gap, low, high = stability.gap_over_datasets(scores, first, second)
    if abs(gap) < NIL:
        return _("Over the datasets that both have, {first} and {second} score the same on average.", first=first, second=second)  # fmt: skip
    if np.isnan(low):
        return _(
            "Over the datasets that both have, {first} scores {gap} against {second} on average. Fewer than {fewest} datasets do not tell how far the next one may lie, so there is no interval.",
            first=first,
            second=second,
            gap=fixed(gap, shown(gap), sign=True),
            fewest=stability.FEWEST_DATASETS,
        )
    return _(
        "Over the datasets that both have, {first} scores {gap} against {second} on average (Student's t over datasets).",
        first=first,
        second=second,
        gap=interval(gap, low, high, sign=True),
    )


def friedman(found: stability.MeanRanks) -> str:
    """What Friedman and Nemenyi say, in a sentence."""
    return _(
        "Friedman over {datasets} datasets: χ² = {statistic}, p = {p}. By Nemenyi's test two models differ at 5% where their mean ranks are at least {critical} apart.",
        datasets=found.datasets,
        statistic=f"{found.statistic:.2f}",
        p=f"{found.p:.2g}",
        critical=f"{found.critical:.2f}",
    )


@st.cache_data(max_entries=16, show_spinner=False)
@apart
def over_items(ids: tuple[str, ...], _runs: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The firmness of the ranks of runs on one dataset, by those whose resamples were kept, and how many these are.

    Runs never change.
    """
    found = {row.label: cached.results().resampled(row.id) for row in _runs.itertuples()}
    resampled = {label: values for label, values in found.items() if values is not None}
    scores = dict(zip(_runs["label"], _runs["score"], strict=True))
    return (stability.on_items(scores, resampled), stability.most(resampled)) if resampled else (pd.DataFrame(), 0)


@st.cache_data(max_entries=16, show_spinner=False)
@apart
def over_datasets(scores: pd.DataFrame, ids: tuple[str, ...], version: str) -> pd.DataFrame:
    """The firmness of Borda ranks, from the resamples of these runs."""
    return stability.on_datasets(scores, resamples_of(ids, version))


@st.cache_resource(max_entries=4, show_spinner=False)
def resamples_of(ids: tuple[str, ...], version: str) -> Resamples:
    """The main metric of runs under resampling, by (model, dataset), where it was kept; to be read only."""
    runs = cached.runs().set_index("id").loc[list(ids)]
    found = {(row.label, row.dataset): cached.results().resampled(row.Index) for row in runs.itertuples()}
    return {key: values[: stability.DRAWS] for key, values in found.items() if values is not None}


def draw(table: pd.DataFrame, key: str) -> pd.DataFrame:
    """Shares of first places as bars, ranges of ranks, and the BCa interval where one is known; the table as drawn."""
    table = table.sort_values(["first", "rank_low"], ascending=[False, True])
    if "bca_low" in table and not table["bca_low"].notna().any():
        table = table.drop(columns=["bca_low", "bca_high"])
    st.dataframe(
        table.assign(first=100 * table["first"]),
        key=key,
        hide_index=True,
        placeholder="–",
        column_config={
            "label": _("model"),
            "first": st.column_config.ProgressColumn(
                _("chance of being first (%)"), min_value=0, max_value=100, format="%.1f", help=_("Equal firsts share.")
            ),
            "rank_low": st.column_config.NumberColumn(_("best rank"), help=_("95% interval of the rank.")),
            "rank_high": st.column_config.NumberColumn(_("worst rank"), help=_("95% interval of the rank.")),
            "bca_low": st.column_config.NumberColumn(_("BCa 95% low"), format="%.3f"),
            "bca_high": st.column_config.NumberColumn(_("BCa 95% high"), format="%.3f"),
        },
    )
    return table
