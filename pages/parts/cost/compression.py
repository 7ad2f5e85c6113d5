"""The pieces of the compression curves: how they are asked for, drawn and read."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.comparison import compression
from engine.encoding import stored
from engine.jobs import queue
from engine.metrics.names import title
from engine.models.quantisation import BITS, FULL, PCA, TRUNCATION
from engine.types import Task
from pages.parts import address, charts, export
from pages.parts.language import _, say
from pages.parts.markdown import escape

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down")


def candidates(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs whose stored vectors can be shortened and rounded."""
    dense = [stored.dense(row.model, row.encoder_key) for row in runs.itertuples()]
    return runs[dense].reset_index(drop=True)


def precisions() -> dict[str, str]:
    """What the precisions are called."""
    titles = (_("float32"), _("float16"), _("int8"), _("binary"), _("binary, rescored by the float query"))
    return dict(zip(BITS, titles, strict=True))


def methods() -> dict[str, str]:
    """What the ways to shorten are called."""
    return {FULL: _("full length"), TRUNCATION: _("truncation"), PCA: _("principal axes (PCA)")}


def curves(run: pd.Series) -> pd.DataFrame | None:
    """The curves of a run, or how to have them computed."""
    known = compression.known(run["id"])
    if known is not None:
        return known
    st.text(
        _(
            "How much of the score remains when vectors are cut short or rounded? Computed from the stored vectors; nothing is encoded again."
        )
    )
    mine = [job for job in queue.jobs("batch") if job.kind == "compression" and job.arguments.get("run") == run["id"]]
    busy = bool(mine) and mine[0].state in ("queued", "running")
    if mine and mine[0].error is not None:
        st.text(say(mine[0].error))
    st.button(
        _("Being computed …") if busy else _("Compute the curves"),
        key="cost.compress",
        type="primary",
        icon=":material/compress:",
        disabled=busy,
        on_click=start,
        args=(run,),
    )
    return None


def start(run: pd.Series) -> None:
    """Hand the curves to the worker."""
    queue.submit("compression", {"run": run["id"], "model": run["label"], "dataset": run["dataset"]})


def show_smallest(table: pd.DataFrame, run: pd.Series, task: Task) -> None:
    """The smallest form whose loss nobody would mind, in one sentence."""
    full, least = table.iloc[0], compression.smallest(table)
    if least["bytes"] == full["bytes"]:
        told = _(
            "{n} items do not show of any smaller form of {model} that it surely loses less than {margin} {metric}: keep its full vectors, {full} bytes a text.",
            margin=compression.MARGIN,
            metric=title(task.main_metric),
            n=f"{full['n']:,}",
            model=run["label"],
            full=f"{full['bytes']:,}",
        )
        st.info(escape(told), icon=":material/compress:")
        return
    text = _(
        "On {n} items, the smallest form of {model} that surely loses less than {margin} {metric} takes {bytes} bytes a text ({method}, {dimension} dimensions, {precision}) instead of {full}: {gap} (95 % CI {low} to {high}; {least} at worst, all forms counted).",
        margin=compression.MARGIN,
        least=f"{least['least']:+.4f}",
        n=f"{least['n']:,}",
        model=run["label"],
        bytes=f"{least['bytes']:,}",
        method=methods()[least["method"]],
        dimension=least["dimension"],
        precision=precisions()[least["precision"]],
        full=f"{full['bytes']:,}",
        gap=f"{least['gap']:+.4f}",
        metric=title(task.main_metric),
        low=f"{least['gap_low']:+.4f}",
        high=f"{least['gap_high']:+.4f}",
    )
    st.info(escape(text), icon=":material/compress:")


def show_curves(table: pd.DataFrame, task: Task) -> None:
    """Score against bytes a text, a line per precision; every line ends at the full length."""
    names = {key: name for key, name in methods().items() if key != FULL}
    address.settle("shortened", list(names), TRUNCATION)
    method = address.one_of("shortened", _("Shortened by"), names)
    figure, titles = go.Figure(), precisions()
    chosen = table[table["method"].isin([FULL, method])]
    for number, (precision, rows) in enumerate(chosen.groupby("precision", sort=False)):
        rows = rows.sort_values("bytes")
        spread = {
            "array": (rows["high"] - rows["score"]).to_numpy(),
            "arrayminus": (rows["score"] - rows["low"]).to_numpy(),
        }
        figure.add_scatter(
            x=rows["bytes"].to_numpy(),
            y=rows["score"].to_numpy(),
            error_y={"symmetric": False, "thickness": 1, "width": 2, **spread},
            mode="lines+markers",
            name=titles[precision],
            marker={"symbol": SYMBOLS[number], "size": 8, "color": charts.PALETTE[number]},
            customdata=rows["dimension"].to_numpy(),
            hovertemplate=_("{dimension} dimensions", dimension="%{customdata}")
            + " · %{x:,} B · %{y:.4f}<extra>%{fullData.name}</extra>",
        )
    sizes = sorted(set(chosen["bytes"]))
    figure.update_xaxes(title=_("bytes a text"), type="log", tickvals=sizes, ticktext=[f"{size:,}" for size in sizes])
    figure.update_yaxes(title=charts.plain(title(task.main_metric)))
    figure.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"})
    charts.show(figure, "cost.curves", _("Score of shortened and rounded vectors against their size"), height=420)


def show_table(table: pd.DataFrame, task: Task) -> None:
    """Every form with its loss, and the downloads."""
    shown = table.assign(method=table["method"].map(methods()), precision=table["precision"].map(precisions()))
    four = {"score": title(task.main_metric), "low": _("from"), "high": _("to"), "gap": _("change")}
    four |= {"gap_low": _("change, from"), "gap_high": _("change, to"), "least": _("change, at worst")}
    st.dataframe(
        shown,
        key="cost.forms",
        hide_index=True,
        column_config={name: st.column_config.NumberColumn(text, format="%.4f") for name, text in four.items()}
        | {
            "method": _("shortened by"),
            "dimension": _("dimension"),
            "precision": st.column_config.TextColumn(_("precision"), width="medium"),
            "bytes": st.column_config.NumberColumn(_("bytes a text"), format="localized"),
            "n": _("items"),
        },
    )
    st.caption(
        _(
            "Intervals: 2,000 resamples of the items, what hangs together as one, the same for every form; at worst: 97.5 % sure for all forms at once. int8: 256 even steps a dimension between the extremes of the documents. Rescored: the 40 nearest by signs, ordered by the float query."
        )
    )
    export.downloads(table, "compression")
