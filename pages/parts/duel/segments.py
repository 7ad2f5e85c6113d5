"""The pieces of the duel that say on which kinds of items one model is better."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.comparison import item_features, segments
from engine.notation import interval
from engine.statistics.draws import groups_of
from engine.types import Dataset, Task
from pages.parts import cached, charts, export, lists, score_tables
from pages.parts.address import settle, stop, write
from pages.parts.apart import apart
from pages.parts.language import _, metric_title, say, together
from pages.parts.markdown import escape
from pages.parts.weak_spots.slice_names import describe, title, value


@st.cache_resource(max_entries=8, show_spinner=False)
@apart
def of(
    runs: tuple[str, str], models: tuple[str, str], name: str, state: tuple[str, ...]
) -> tuple[segments.Segments, list[str]]:
    """The slices of a duel, and the items that their masks stand for, until the models or the dataset change."""
    mine, other = shared(*runs)
    found = item_features.traits(cached.dataset(name), mine, [cached.models().get(model) for model in models])
    went = (mine["measure"].to_numpy(float), other["measure"].to_numpy(float))
    return segments.segments(found, *went, groups_of(mine)), mine["item"].tolist()


def shared(a: str, b: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The items of two runs that both were judged on, row for row."""
    mine, other = cached.items(a), cached.items(b)
    mine = mine[mine["item"].isin(other["item"])].reset_index(drop=True)
    return mine, other.set_index("item").loc[mine["item"]].reset_index()


def slices(a: pd.Series, b: pd.Series, dataset: Dataset) -> tuple[segments.Segments, list[str]]:
    """As `of`, for two runs."""
    models = (a["model"], b["model"])
    state = (*map(cached.model_state, models), dataset.fingerprint)
    return of((a["id"], b["id"]), models, dataset.name, state)


def keep(
    items: Mapping[str, pd.DataFrame], a: pd.Series, b: pd.Series, dataset: Dataset, *, place: DeltaGenerator
) -> dict[str, pd.DataFrame]:
    """The items of the slice that is open, which the address names; said on top, where a press shows all of them again."""
    key = st.session_state.get("segment")
    if key is None:
        return dict(items)
    found, names = slices(a, b, dataset)
    inside = pd.Series(names)[found.members(key)]
    place.button(
        _("Only items with {slice} · show all", slice=escape(describe(key))),
        key="segment.close",
        icon=":material/filter_alt:",
        on_click=close,
        help=_("Show all items again."),
    )
    return {label: its[its["item"].isin(inside)].reset_index(drop=True) for label, its in items.items()}


def settled(a: pd.Series, b: pd.Series, dataset: Dataset) -> None:
    """Before any number: ends the page where the address asks for a slice that this duel does not have."""
    if not (st.session_state.get("segment") or st.query_params.get("segment")):
        return
    if lost := settle("segment", slices(a, b, dataset)[0].table["key"].tolist(), None, strict=True):
        score_tables.regret(_("The link asks for the slice {asked}, which this duel does not have.", asked=lost))
        st.button(_("Show all items"), key="segment.all", on_click=write, args=("segment", []))
        stop()


def close() -> None:
    """No slice is open any more."""
    st.session_state["segment"] = None
    write("segment", [])


def show_slices(a: pd.Series, b: pd.Series, dataset: Dataset, task: Task) -> None:
    """The slices in which the gap is not what it is elsewhere, then the gap by a trait of choice."""
    found = slices(a, b, dataset)[0]
    names = found.traits()
    if found.table.empty or not names:
        st.text(_("There are too few items to slice."))
        return
    apart = found.apart()
    st.header(_("Slices that stand apart"))
    st.text(
        _("None of the {n} slices by one or two traits can be told apart from all other items.", n=len(found.table))
        if apart.empty
        else _(
            "Of {n} slices by one or two traits, {found} differ from all other items; about 1 in 20 of those may be there by luck. Press a row to see its items.",
            n=len(found.table),
            found=len(apart),
        )
    )
    explain(task)
    if len(apart):
        listed(apart, "duel.apart")
    st.subheader(_("Slices by one trait"))
    settle("trait", names, names[0], called=_("Slice by"))
    trait = st.selectbox(_("Slice by"), names, format_func=title, key="trait", persist_state="session", width=360)
    rows = found.single(trait)
    if rows.empty:
        st.text(_("No value of this trait has enough items."))
        return
    figure = gaps(rows)
    charts.show(
        figure, "duel.slices", _("Difference of the two models in every slice"), height=110 + 34 * len(rows), menu=False
    )
    listed(rows, "duel.slices.table", figure)


def explain(task: Task) -> None:
    """What the numbers of a slice are, where they do not add up to the score on top."""
    told = _("A and B are means of the per-item score ({measure}).", measure=_(task.per_item))
    if not task.mean_measure:
        told = together(
            told,
            _(
                "They do not add up to {metric}, which looks at all items together.",
                metric=metric_title(task.main_metric),
            ),
        )
    st.caption(escape(together(told, *map(say, item_features.EXPLAINED.values()))))


def gaps(rows: pd.DataFrame) -> go.Figure:
    """A dot per slice at its gap, with its interval, larger for more items."""
    figure, names = go.Figure(), [charts.plain(value(*reversed(key.split(": ", 1)))) for key in rows["key"]]
    spread = {"array": (rows["high"] - rows["gap"]).to_numpy(), "arrayminus": (rows["gap"] - rows["low"]).to_numpy()}
    figure.add_scatter(
        x=rows["gap"].to_numpy(),
        y=names,
        error_x={"symmetric": False, **spread},
        mode="markers",
        marker={"size": (7 + 11 * (rows["n"] / rows["n"].max()) ** 0.5).to_numpy(), "color": charts.PALETTE[0]},
        customdata=[
            f"A − B {interval(row.gap, row.low, row.high, sign=True)} · n = {row.n:,}" for row in rows.itertuples()
        ],
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
    )
    figure.add_vline(x=0, line={"color": charts.NEUTRAL, "dash": "dot"})
    figure.update_xaxes(title=_("mean A − B [95% interval]"))
    figure.update_yaxes(type="category", autorange="reversed")
    return figure


def listed(rows: pd.DataFrame, key: str, figure: go.Figure | None = None) -> None:
    """Slices as a table whose rows open their items, and its downloads."""
    differences = {"gap": _("A − B"), "low": _("95% low"), "high": _("95% high")}
    differences["rest"] = _("A − B on all other items")
    shown = rows.assign(slice=rows["key"].map(describe))[["slice", "n", "a", "b", *differences, "q"]]
    st.dataframe(
        lists.chances(lists.signed(shown, list(differences)), "q"),
        key=key,
        hide_index=True,
        placeholder="–",
        on_select=lambda: open_row(key, rows["key"].tolist()),
        selection_mode="single-row",
        column_config={
            "slice": _("slice"),
            "n": st.column_config.NumberColumn(_("items"), format="localized"),
            "q": st.column_config.NumberColumn(
                "q",
                help=_(
                    "p that the slice differs from all other items, corrected for all slices looked at (Benjamini and Hochberg): of those with q below 0.05, about 1 in 20 may be there by luck."
                ),
            ),
        }
        | {"a": lists.number("A"), "b": lists.number("B")}
        | differences,
    )
    export.downloads(rows, key, figure)


def open_row(key: str, slices: list[str]) -> None:
    """The items of the slice whose row was pressed."""
    rows = st.session_state[key]["selection"]["rows"]
    if rows:
        st.session_state["segment"] = slices[rows[0]]
        st.session_state["duel.view"] = "items"
