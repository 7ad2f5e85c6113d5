"""The pieces of the compression curves: how they are asked for, drawn and read."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.comparison import compression
from engine.encoding import stored
from engine.jobs import queue
from engine.models import variants
from engine.models.quantisation import BITS, FULL, PCA, TRUNCATION
from engine.notation import fixed, interval
from engine.types import ModelEntry, Task
from pages.parts import address, cached, charts, export, lists
from pages.parts.frame import titles
from pages.parts.language import _, metric_title, ngettext, say
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
    asked = [job for job in queue.jobs("batch") if job.kind == "compression"]
    if took := [job.seconds for job in asked if job.state == "done" and job.seconds]:
        last = ngettext(
            "The last time it took {n} second here.", "The last time it took {n} seconds here.", round(took[0])
        )
        st.text(last)
    mine = [job for job in asked if job.arguments.get("run") == run["id"]]
    busy = bool(mine) and mine[0].state in ("queued", "running")
    if mine and mine[0].error is not None:
        st.text(say(mine[0].error))
    st.button(
        _("Computing …") if busy else _("Compute the curves"),
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
            "On {dataset}, {n} items are too few to rule out for any smaller form of {model} that it loses {margin} {metric} or more, even where it scored the same here: keep its full vectors, {full} bytes a text.",
            dataset=titles()[run["dataset"]],
            margin=compression.MARGIN,
            metric=metric_title(task.main_metric),
            n=full["n"],
            model=run["label"],
            full=full["bytes"],
        )
        st.info(escape(told), icon=":material/compress:")
        return
    text = _(
        "On {dataset}, {model} can be cut from {full} to {bytes} bytes a text ({method}, {dimension} dimensions, {precision}) and surely loses less than {margin} {metric}: {gap} ({n} items; {least} at worst, all forms counted).",
        dataset=titles()[run["dataset"]],
        margin=compression.MARGIN,
        least=fixed(least["least"], sign=True),
        n=least["n"],
        model=run["label"],
        bytes=least["bytes"],
        method=methods()[least["method"]],
        dimension=least["dimension"],
        precision=precisions()[least["precision"]],
        full=full["bytes"],
        gap=interval(least["gap"], least["gap_low"], least["gap_high"], sign=True),
        metric=metric_title(task.main_metric),
    )
    st.info(escape(text), icon=":material/compress:")


def offer_variant(table: pd.DataFrame, run: pd.Series) -> None:
    """The smallest form as a model of its own, to be compared as any other: one press, or the way to it."""
    least = compression.smallest(table)
    entry, changes = cached.models().get(run["model"]), variants.Changes(
        dimension=None if least["method"] == FULL else int(least["dimension"]),
        vectors=least["precision"],
        pca=least["method"] == PCA,
    )  # fmt: skip
    if entry is None or least.name == table.index[0] or least["precision"] not in variants.VECTORS:
        return
    made = variants.variant(entry, changes).name
    if made in set(cached.runs_on(run["dataset"])["model"]):
        address.lead(
            "pages/compare/duel.py", _("Compare {variant} with the full vectors", variant=escape(made)),
            {"a": made, "b": run["label"]}, "cost.duel", type="tertiary", icon=":material/compare_arrows:",
        )  # fmt: skip
        return
    st.button(
        _("Run {variant} as a model of its own", variant=escape(made)),
        key="cost.variant",
        icon=":material/call_split:",
        on_click=run_variant,
        args=(entry, changes, run),
        disabled=any(job.arguments.get("model") == made for job in queue.active()),
    )


def run_variant(entry: ModelEntry, changes: variants.Changes, run: pd.Series) -> None:
    """Put the variant into the catalogue, and score it on the dataset in view."""
    asked = {"model": variants.keep(entry, changes).name, "dataset": run["dataset"]}
    queue.submit("evaluate", asked | ({"precision": run["precision"]} if run["precision"] else {}))


def pick_method(least: pd.Series, run: pd.Series) -> str:
    """How vectors are shortened in the picture: at first, for every model, as the smallest form is."""
    names = {key: name for key, name in methods().items() if key != FULL}
    own = least["method"] if least["method"] in names else TRUNCATION
    if st.session_state.get("shortened.run", run["id"]) != run["id"]:
        st.session_state["shortened"] = own
    st.session_state["shortened.run"] = run["id"]
    address.settle("shortened", list(names), own, called=_("Shortened by"))
    return address.one_of("shortened", _("Shortened by"), names)


def show_curves(table: pd.DataFrame, run: pd.Series, task: Task) -> go.Figure:
    """Score against bytes a text, a line per precision; every line ends at the full length. The star is the smallest."""
    least = compression.smallest(table)
    method = pick_method(least, run)
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
            customdata=[[row.dimension, interval(row.score, row.low, row.high)] for row in rows.itertuples()],
            hovertemplate=_("{dimension} dimensions", dimension="%{customdata[0]}")
            + " · %{x:,} B · %{customdata[1]}<extra>%{fullData.name}</extra>",
        )
    if least["method"] in (FULL, method):
        figure.add_scatter(
            x=[least["bytes"]], y=[least["score"]], mode="markers", name=_("recommended"), hoverinfo="skip",
            marker={"symbol": "star", "size": 18, "color": charts.PALETTE[5]},
        )  # fmt: skip
    sizes = sorted(set(chosen["bytes"]))
    figure.update_xaxes(title=_("bytes per text"), type="log", tickvals=sizes, ticktext=[f"{size:,}" for size in sizes])
    figure.update_yaxes(title=charts.plain(metric_title(task.main_metric)))
    figure.update_layout(legend={"orientation": "h"})
    charts.show(
        figure, "cost.curves", _("Score of shortened and rounded vectors against their size"), height=420, menu=False
    )
    return figure


def show_table(table: pd.DataFrame, task: Task, figure: go.Figure) -> None:
    """Every form with its loss, the recommended one first, and the downloads."""
    least = compression.smallest(table).name
    shown = table.assign(best=["★" if row == least else "" for row in table.index])
    shown = pd.concat([shown.loc[[least]], shown.drop(index=least)], ignore_index=True)
    shown = shown.assign(method=shown["method"].map(methods()), precision=shown["precision"].map(precisions()))
    three = {"score": metric_title(task.main_metric), "low": _("95% low"), "high": _("95% high")}
    changes = {"gap": _("change"), "gap_low": _("change, 95% low"), "gap_high": _("change, 95% high")}
    changes |= {"least": _("change, at worst")}
    st.dataframe(
        lists.signed(shown, list(changes)),
        key="cost.forms",
        hide_index=True,
        placeholder="–",
        column_order=["best", *table.columns],
        column_config=changes
        | {name: lists.number(text) for name, text in three.items()}
        | {
            "method": _("shortened by"),
            "dimension": lists.count(_("dimension")),
            "precision": st.column_config.TextColumn(_("precision"), width="medium"),
            "bytes": st.column_config.NumberColumn(_("bytes per text"), format="localized"),
            "n": st.column_config.NumberColumn(_("items"), format="localized"),
            "best": st.column_config.TextColumn("★", width="small"),
        },
    )
    st.caption(
        _(
            "Intervals: 2,000 resamples of the items, shared by all forms; items that hang together are drawn together. At worst: 97.5% sure for all forms at once. int8: 256 even steps per dimension between the extremes of the documents. Rescored: the 40 nearest by signs, ordered by the float query."
        )
    )
    export.downloads(table, "compression", figure)
