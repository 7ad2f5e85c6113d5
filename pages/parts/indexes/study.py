"""The pieces of the page of indexes: how a study is asked for, drawn and read."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.comparison import indexes
from engine.comparison.compression import MARGIN
from engine.comparison.indexes import COSTS
from engine.jobs import queue
from engine.notation import fixed
from engine.search.index_kinds import KINDS
from engine.types import Task, UserError
from pages.parts import address, cached, charts, export, lists
from pages.parts.cost.compression import SYMBOLS
from pages.parts.cost.picture import room, ticks
from pages.parts.language import _, metric_title, say
from pages.parts.markdown import escape

cheapest = indexes.cheapest
TAKEN = {
    "p50": "ms_median", "p95": "ms_95_of_100", "build": "build_seconds", "gap": "change", "gap_low": "change_low",
    "gap_high": "change_high", "least": "change_at_worst",
}  # fmt: skip
"""The columns of the file, called as on the page."""


def pick_cost() -> str:
    """What the cheapest index is cheap in."""
    address.settle("indexes.cost", list(COSTS), "p50", called=_("Cheapest in"))
    return st.selectbox(
        _("Cheapest in"),
        list(COSTS),
        format_func={name: say(axis.title) for name, axis in COSTS.items()}.get,
        key="indexes.cost",
        persist_state="session",
        width=420,
    )


def pick_margin(task: Task) -> float:
    """The loss that nobody would mind."""
    return st.number_input(
        _("Loss of {metric} that nobody would mind", metric=metric_title(task.main_metric)),
        min_value=0.001,
        max_value=0.5,
        value=MARGIN,
        step=0.005,
        format="%.3f",
        key="indexes.margin",
        persist_state="session",
        width=320,
    )


def of(run: pd.Series) -> pd.DataFrame | None:
    """The study of a run, or how to have it made."""
    known = indexes.known(run["id"])
    if known is not None:
        return known
    try:
        indexes.refuse_corpus(cached.dataset(run["dataset"]))
    except UserError as error:
        st.text(say(error))
        st.page_link("pages/compare/cost.py", label=_("See what the models cost on this dataset instead"), icon=":material/savings:")  # fmt: skip
        return None
    st.text(
        _(
            "What would a graph, an inverted file or rounded vectors lose of this score, and what would a query cost? Measured on the stored vectors against the exact search; nothing is encoded again."
        )
    )
    mine = [job for job in queue.jobs("batch") if job.kind == "indexes" and job.arguments.get("run") == run["id"]]
    busy = bool(mine) and mine[0].state in ("queued", "running")
    if mine and mine[0].error is not None:
        st.text(say(mine[0].error))
    st.button(
        _("Measuring …") if busy else _("Measure the indexes"),
        key="indexes.start",
        type="primary",
        icon=":material/account_tree:",
        disabled=busy,
        on_click=start,
        args=(run,),
    )
    return None


def start(run: pd.Series) -> None:
    """Hand the study to the worker."""
    queue.submit("indexes", {"run": run["id"], "model": run["label"], "dataset": run["dataset"]})


def show_verdict(table: pd.DataFrame, cost: str, margin: float, task: Task) -> None:
    """The cheapest index whose loss is within the margin, in one sentence."""
    said = indexes.verdict(table, cost, margin, task.main_metric)
    st.info(escape(say(said)), icon=":material/account_tree:")


def show_curves(table: pd.DataFrame, chosen: pd.Series) -> None:
    """Recall against the time of a query, a line per kind over its efforts; the chosen one is ringed."""
    figure = go.Figure()
    for number, (name, rows) in enumerate(table.groupby("kind", sort=False)):
        rows = rows.sort_values("effort")
        setting = f"{rows['setting'].iloc[0]} %{{customdata[0]}} · " if rows["setting"].iloc[0] else ""
        figure.add_scatter(
            x=rows["p50"].to_numpy(),
            y=rows["recall"].to_numpy(),
            mode="lines+markers",
            name=say(KINDS[name].title),
            marker={"symbol": SYMBOLS[number % len(SYMBOLS)], "size": 9, "color": charts.PALETTE[number]},
            line={"color": charts.PALETTE[number]},
            customdata=[[row.effort, fixed(row.gap, sign=True)] for row in rows.itertuples()],
            hovertemplate=f"{setting}%{{x:.3f}} ms · recall@10 %{{y:.3f}} · %{{customdata[1]}}<extra>%{{fullData.name}}</extra>",
        )
    figure.add_scatter(
        x=[chosen["p50"]],
        y=[chosen["recall"]],
        mode="markers",
        name=_("the cheapest within the margin"),
        marker={"symbol": "circle-open", "size": 19, "color": charts.NEUTRAL, "line": {"width": 3}},
        hoverinfo="skip",
    )
    across = room(np.log10(table["p50"].to_numpy(float)))
    figure.update_xaxes(
        title=_("milliseconds per query (median, one core)"), type="log", range=list(across), **ticks(across)
    )
    figure.update_yaxes(title="recall@10", range=[min(0.5, table["recall"].min()) - 0.02, 1.03])
    figure.update_layout(legend={"orientation": "h"})
    charts.show(
        figure, "indexes.curves", _("Share of the exact first ten found, against the time of a query"), height=460
    )


def show_table(table: pd.DataFrame, task: Task) -> None:
    """Every index at every effort, and the downloads."""
    shown = table.assign(kind=table["kind"].map({name: say(kind.title) for name, kind in KINDS.items()}))
    shown["megabytes"] = shown["bytes"] / 1e6
    shown["effort"] = [f"{row.setting} {row.effort}" if row.setting else "" for row in table.itertuples()]
    three = {"recall": "recall@10", "score": metric_title(task.main_metric), "low": _("95% low"), "high": _("95% high")}
    changes = {"gap": _("change"), "gap_low": _("change, 95% low"), "gap_high": _("change, 95% high")}
    changes |= {"least": _("change, at worst")}
    takes = {"p50": _("ms, median"), "p95": _("ms, 95 of 100"), "build": _("build, s"), "megabytes": _("MB of memory")}
    columns = ["kind", "effort", "recall", "p50", "p95", "megabytes", "build", "score", "low", "high", *changes]
    st.dataframe(
        lists.amounts(lists.signed(shown[columns], list(changes)), dict.fromkeys(takes, 3)),
        key="indexes.table",
        hide_index=True,
        placeholder="–",
        column_config=changes
        | takes
        | {name: lists.number(text) for name, text in three.items()}
        | {"kind": st.column_config.TextColumn(_("index"), pinned=True), "effort": _("effort")},
    )
    st.caption(
        _(
            "On {n} queries; recall@10: the share of the exact first ten documents that the index finds. Times are the processor's for the search alone, one query at a time on one core; memory is what faiss would write to a file, and vectors for rescoring by them lie elsewhere. Equal vectors are indexed once. Change at worst: 97.5% sure for all indexes at once.",
            n=f"{table['n'].iloc[0]:,}",
        )
    )
    export.downloads(table.rename(columns=TAKEN), "indexes")
