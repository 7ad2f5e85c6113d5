"""Does the public ranking predict mine? The part of the leaderboard that compares it with the dataset in view."""

from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.benchmarks.agreement import Agreement
from pages.parts import cached, charts, drawn, export
from pages.parts.frame import title_of
from pages.parts.language import _, ngettext, say
from pages.parts.suites import choice

SHOWN = 12


def show(suite: str) -> None:
    """Kendall's tau between every published column and the own scores on the dataset in view."""
    name = st.session_state["dataset"]
    runs = cached.runs_on(name).sort_values("label")
    st.header(_("Does the public ranking predict mine?"))
    found = choice.foretold(suite, choice.stamp(suite), tuple(zip(runs["label"], runs["score"], strict=True)))
    known = [one for one in found if one.message is None]
    st.text(
        ngettext(
            "Mine: {dataset}, {n} model. Each published column against my order of the models that have both.",
            "Mine: {dataset}, {n} models. Each published column against my order of the models that have both.",
            len(runs),
            dataset=title_of(name),
        )
    )
    if not known:
        most = max(found, key=lambda one: one.models, default=None)
        st.text(say(most.message) if most else _("Nobody has published scores on this suite."))
        return
    state = drawn.state(runs, suite, choice.stamp(suite))
    key, alt = "foretelling.tau", _("Kendall's tau of published columns with own scores")
    export.figure_download(charts.kept(state, key, alt, 380, partial(picture, known[:SHOWN])), key)
    st.caption(
        _(
            "Kendall's tau: 1 the same order, 0 none, −1 the reverse. A model and its variants count once, for they err together."
        )
    )
    _draw_table(state, known)


def title(column: str) -> str:
    """A column of the public board in words."""
    means = {"mean": _("Mean (task)"), "mean_by_task": _("Mean (task type)")}
    if column.startswith("task:"):
        return _("mean") + " · " + choice.type_title(column.removeprefix("task:"))
    return means.get(column, column)


def picture(found: list[Agreement]) -> go.Figure:
    """A dot per column at its tau with its 95% interval, the best predictor on top."""
    figure = go.Figure()
    figure.add_scatter(
        x=[one.tau for one in found],
        y=[charts.plain(title(one.column)) for one in found],
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [one.high - one.tau for one in found],
            "arrayminus": [one.tau - one.low for one in found],
        },
        mode="markers",
        marker={"size": 10, "color": charts.PALETTE[0]},
        hovertemplate="%{y}: %{x:.2f}<extra></extra>",
        showlegend=False,
    )
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title=_("Kendall's tau"), range=[-1.05, 1.05])
    return figure


@drawn.once(max_entries=16)
def _draw_table(state: str, _found: list[Agreement]) -> None:
    """Every column with its numbers."""
    found = _found
    rows = [
        {"column": title(one.column), "models": one.models, "tau": one.tau, "low": one.low, "high": one.high}
        for one in found
    ]
    st.dataframe(
        pd.DataFrame(rows),
        key="foretelling.table",
        hide_index=True,
        placeholder="–",
        column_config={
            "column": st.column_config.TextColumn(_("published column"), width="medium"),
            "models": st.column_config.NumberColumn(_("models"), help=_("How many models have both scores.")),
            "tau": st.column_config.NumberColumn("tau", format="%.2f"),
            "low": st.column_config.NumberColumn(
                _("from"),
                format="%.2f",
                help=_("Ends of the 95% interval: the true values of tau under which so many models show this."),
            ),
            "high": st.column_config.NumberColumn(
                _("to"),
                format="%.2f",
                help=_("Ends of the 95% interval: the true values of tau under which so many models show this."),
            ),
        },
    )
