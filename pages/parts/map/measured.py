"""What was measured of a map: how far to trust it, what changes between the models, how they use their space."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.maps import geometry, neighbour_changes
from engine.maps.build import MapView
from pages.parts import charts, lists
from pages.parts.frame import titles
from pages.parts.language import _, listed
from pages.parts.map import approximate, colours, panels, selection
from pages.parts.markdown import escape

GREY = "#9a9a9a"
HUBS = 20
FIGURE = 206
"""Pixels: four stand in a row, fewer where the page is narrow."""


def answer(view: MapView) -> None:
    """What the pictures say, in a sentence."""
    dataset = titles()[view.arguments["dataset"]]
    told = _("{dataset}, as {model} sees it.", dataset=dataset, model=view.sides[0].model)
    if len(view.sides) > 1 and not view.sketch:
        told = _(
            "On {dataset}, {a} and {b} have {share}% of a text’s ten nearest texts in common.",
            dataset=dataset, a=view.sides[0].model, b=view.sides[1].model,
            share=f"{100 * neighbour_changes.in_common(colours.column(view, 'jaccard.1')):.0f}",
        )  # fmt: skip
    st.info(escape(told), icon=":material/map:")


def trust(view: MapView) -> None:
    """How far each picture can be believed: one sentence, and the numbers behind it."""
    first = view.sides[0].trust
    kept, chance = [side.trust.kept for side in view.sides], f"{100 * first.by_chance:.2g}"
    share = [f"{100 * one:.0f}%" for one in kept]
    if len(share) > 1:
        share = [
            _("{share} ({model})", share=one, model=side.model) for one, side in zip(share, view.sides, strict=True)
        ]
    st.text(
        _("Of a text's {k} nearest texts, the picture keeps {share} near it (by chance {chance}%): trust groups, not distances.",
          k=first.k, share=listed(share), chance=chance)
    )  # fmt: skip
    sample = len(view.points) < view.total
    if sample:
        st.text(
            _("A random sample of {n} of {total} different texts.", n=f"{len(view.points):,}", total=f"{view.total:,}")
        )
    approximate.say([side.recall for side in view.sides])
    with st.expander(_("How far can each picture be trusted?"), key="map.trust"):
        st.dataframe(
            trust_table(view),
            hide_index=True,
            key="map.trust.table",
            column_config=trust_columns(view),
            placeholder="–",
        )
        if first.measured_on < len(view.points):
            st.text(
                _(
                    "Trustworthiness and continuity were measured on {n} points drawn at random, against all.",
                    n=f"{first.measured_on:,}",
                )
            )


def trust_table(view: MapView) -> pd.DataFrame:
    """One row per model."""
    rows = [
        {"model": side.model, "kept": side.trust.kept, "trustworthiness": side.trust.trustworthiness,
         "continuity": side.trust.continuity, "agreement": side.agreement if number else np.nan, "hubness": side.hubness}
        for number, side in enumerate(view.sides)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def trust_columns(view: MapView) -> dict[str, object]:
    """The columns of that table, each with what it means."""
    k = view.sides[0].trust.k
    return {
        "model": _("model"),
        "kept": lists.number(_("neighbours kept"), _("Mean share of a text's {k} nearest texts in full dimension that are among its {k} nearest points in the picture; 1 is perfect.", k=k)),
        "trustworthiness": lists.number(_("trustworthiness"), _("1: whatever lies together in the picture belongs together. Points that seem near and are not lower it by how far apart they are in truth (Venna & Kaski 2001).")),
        "continuity": lists.number(_("continuity"), _("1: whatever belongs together lies together in the picture. Neighbours that the picture tears apart lower it.")),
        "agreement": lists.number(_("same place as in the first"), _("How much of where the first picture puts the texts this one explains, once turned, mirrored, scaled and moved onto it; 1: place means the same in both.")),
        "hubness": lists.number(_("hubness"), _("Skewness of how often a text is among the ten nearest of others. 0 is even; above about 1, few texts stand near everything.")),
    }  # fmt: skip


def figures(view: MapView, mask: npt.NDArray[np.bool_] | None, other: int) -> None:
    """How the selected texts differ from all: neighbours in common, how well they went; a press on a bar selects."""
    wanted = {f"overlap.{other}": _("neighbours in common, by rank"), f"jaccard.{other}": _("neighbours in common (Jaccard)")} if other else {}  # fmt: skip
    for number, run in enumerate(colours.runs(view)):
        if run is not None and len(wanted) < 4:
            wanted[f"measure.{number}"] = _("per-item score under {model} (0 to 1)", model=view.sides[number].model)
    if not wanted:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name, title in wanted.items():
            with st.container(width=FIGURE):
                st.text(title)
                if panels.drawn():
                    figure(view, mask, name)
                else:  # the code of charts keeps the browser busy for a second, in which it could draw no map
                    st.skeleton(height=230)


def figure(view: MapView, mask: npt.NDArray[np.bool_] | None, name: str) -> None:
    """One distribution: all in grey, the selected in colour, both as shares."""
    values, drawn = colours.column(view, name), go.Figure()
    parts = {_("all"): (neighbour_changes.distribution(values), GREY)}
    if mask is not None:
        parts[_("selected")] = (neighbour_changes.distribution(values, mask), charts.PALETTE[0])
    for label, (counts, colour) in parts.items():
        drawn.add_bar(
            x=(np.arange(neighbour_changes.BINS) + 0.5) / neighbour_changes.BINS,
            y=100 * counts / max(counts.sum(), 1),
            name=label,
            marker={"color": colour},
            opacity=0.75,
            customdata=counts,
            hovertemplate="%{x:.3f}: %{customdata:,}<extra></extra>",
        )
    drawn.update_layout(
        barmode="overlay", height=230, margin={"l": 8, "r": 8, "t": 24, "b": 8}, bargap=0.05,
        legend={"orientation": "h"}, dragmode="select", selectdirection="h", showlegend=mask is not None,
    )  # fmt: skip
    drawn.update_xaxes(range=[0, 1])
    drawn.update_yaxes(title=_("% of texts"))
    st.plotly_chart(
        drawn, key=f"map.figure.{name}", on_select=picked(name), selection_mode=("points", "box"),
        alt=_("How the values lie between 0 and 1"), config=charts.BARE,
    )  # fmt: skip


def picked(name: str) -> Callable[[], None]:
    """What selects the texts whose value lies in the bars that were pressed."""

    def select() -> None:
        points = st.session_state[f"map.figure.{name}"]["selection"]["points"]
        if points:
            half, at = 0.5 / neighbour_changes.BINS, [point["x"] for point in points]
            selection.put(f"range:{name}:{min(at) - half:.4f}:{max(at) + half:.4f}")

    return select


def space(view: MapView) -> None:
    """How the models use their space: hubs, directions, like texts against unlike ones."""
    with st.expander(_("How does each model use its space?"), key="map.space", on_change="rerun") as box:
        if not box.open:
            return
        st.dataframe(
            space_table(view), hide_index=True, key="map.space.table", column_config=space_columns(), placeholder="–"
        )
        for column, side in zip(st.columns(len(view.sides)), view.sides, strict=True):
            with column:
                likeness(side.model, side.geometry)
        st.text(_("Hub texts are among the ten nearest of many others. Boilerplate among them gets in the way of every search."))  # fmt: skip
        for column, number in zip(st.columns(len(view.sides)), range(len(view.sides)), strict=True):
            with column:
                hubs(view, number)


def space_table(view: MapView) -> pd.DataFrame:
    """One row per model."""
    rows = [
        {"model": side.model, "hubness": side.hubness, "mean_cosine": side.geometry.mean_cosine,
         "effective_rank": side.geometry.effective_rank, "uniformity": side.geometry.uniformity,
         "alignment": side.geometry.alignment, "separation": side.geometry.separation}
        for side in view.sides
    ]  # fmt: skip
    return pd.DataFrame(rows)


def space_columns() -> dict[str, object]:
    """The columns of that table, each with what it means in one sentence."""
    return {
        "model": _("model"),
        "hubness": lists.number(_("hubness"), _("Skewness of how often a text is among the ten nearest of others: 0 is even; above about 1, few texts stand near everything.")),
        "mean_cosine": lists.number(_("mean cosine"), _("Mean cosine of 20,000 random pairs: near 0 the whole sphere is used, near 1 all texts look alike and thresholds must be set high.")),
        "effective_rank": st.column_config.NumberColumn(_("effective rank"), format="%.1f", help=_("How many directions are used alike: the exponential of the entropy of the singular values of up to 1,000 texts (Roy & Vetterli 2007).")),
        "uniformity": lists.number(_("uniformity"), _("Log of the mean of exp(-2 d²) over random pairs: 0 if all texts lie in one place, about -4 if they are spread evenly; lower is better (Wang & Isola 2020).")),
        "alignment": lists.number(_("alignment"), _("Mean squared distance of pairs that the dataset holds to be alike: 0 if they lie together, 2 if they are at right angles; lower is better (Wang & Isola 2020).")),
        "separation": lists.number(_("like above unlike"), _("How often a pair held to be alike has a higher cosine than a pair that is not: 1 always, 0.5 by chance (area under the ROC curve).")),
    }  # fmt: skip


def likeness(model: str, found: geometry.Geometry) -> None:
    """The cosines of pairs that are held to be alike, against those that are not."""
    st.text(model)
    positives, negatives = np.array(found.positives), np.array(found.negatives)
    if not positives.sum():
        st.text(_("No two texts on this map are held to be alike by the dataset."))
        return
    drawn, at = go.Figure(), (geometry.EDGES[1:] + geometry.EDGES[:-1]) / 2
    for counts, name, colour in (
        (negatives, _("not alike"), charts.PALETTE[5]),
        (positives, _("alike"), charts.PALETTE[2]),
    ):
        drawn.add_bar(x=at, y=100 * counts / max(counts.sum(), 1), name=name, marker={"color": colour}, opacity=0.65)
    used = np.flatnonzero(positives + negatives)
    drawn.update_layout(barmode="overlay", bargap=0.02, legend={"orientation": "h"})
    drawn.update_xaxes(title=_("cosine"), range=[geometry.EDGES[used[0]], geometry.EDGES[used[-1] + 1]])
    drawn.update_yaxes(title=_("% of pairs"))
    charts.show(
        drawn, f"map.likeness.{model}", _("Cosines of pairs that are alike against those that are not"), height=240
    )


def hubs(view: MapView, number: int) -> None:
    """The texts that stand near most others under a model."""
    column = view.points[f"named_{number}"].sort_values(ascending=False, kind="stable").head(HUBS)
    share = 100 * column / max(len(view.points) - 1, 1)
    table = pd.DataFrame({"text": colours.texts(view).iloc[column.index].to_numpy(), "share": share.to_numpy()})
    columns = {
        "text": lists.text(_("text"), "medium"),
        "share": st.column_config.NumberColumn(_("near to (% of texts)"), format="%.1f", help=_("Of what share of the texts it is among the ten nearest.")),
    }  # fmt: skip
    st.dataframe(table, hide_index=True, placeholder="–", key=f"map.hubs.{number}", column_config=columns, height=220)
