"""What does each stage of a pipeline gain over the pipeline without it, what does it cost, and which queries fell?"""

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.comparison import worth
from engine.comparison.worth import Worth
from engine.notation import fixed, interval
from engine.types import Task
from pages.parts import address, cached, charts, empty, export, lists, pickers, score_tables
from pages.parts.language import _, metric_title, say
from pages.parts.markdown import escape

KEY = "pipeline.run"
FALLEN = 200
COLOURS = {"retriever": charts.PALETTE[0], "fusion": charts.PALETTE[2], "reranker": charts.PALETTE[1]}


def show(runs: pd.DataFrame, task: Task) -> None:
    """The pipeline chosen, the verdict on its last stage, and everything that it rests on."""
    piped = runs[runs["encoder_key"].str.startswith("pipeline-")].reset_index(drop=True)
    if piped.empty:
        with empty.box():
            st.text(
                _(
                    "No pipeline has been run on this dataset yet: build one, and see here what each of its stages gives."
                )
            )
            wanted = ({"pipeline.view": "build"},)
            st.button(_("Build a pipeline"), key="pipeline.first", type="primary", icon=":material/construction:",
                      on_click=st.session_state.update, args=wanted)  # fmt: skip
        return
    run = pickers.pick_model(_("Pipeline"), piped, KEY)
    score_tables.warn(piped[piped["id"] == run["id"]])
    found = of(run["id"], task.name)
    st.info("\n\n".join(escape(say(one)) for one in worth.sentences(found)), icon=":material/conversion_path:")
    if len(found.depths) > 1:
        left, right = st.columns(2)
        with left:
            show_gains(found)
        with right:
            show_depths(found)
    elif not found.stages.empty:
        show_gains(found)
    show_table(found)
    if not found.stages.empty:
        show_fallen(run, found)


@st.cache_data(max_entries=32, show_spinner=False)
def of(run: str, task_name: str) -> Worth:
    """What the stages of a run give; runs never change."""
    return worth.of(cached.task(task_name), cached.results().result(run))


def names(found: Worth) -> list[str]:
    """What each comparison is called."""
    return [_("{stage} over {against}", stage=say(worth.called(row._asdict())), against=say(worth.against(row._asdict())))
            for row in found.stages.itertuples()]  # fmt: skip


def show_gains(found: Worth) -> None:
    """The gain of each stage with its interval."""
    figure = go.Figure()
    for name, row in list(zip(names(found), found.stages.itertuples(), strict=True))[::-1]:
        figure.add_scatter(
            x=[row.gap],
            y=[charts.plain(name)],
            error_x={"array": [row.high - row.gap], "arrayminus": [row.gap - row.low], "symmetric": False},
            mode="markers",
            marker={"size": 11, "color": COLOURS[row.kind]},
            showlegend=False,
            customdata=[interval(row.gap, row.low, row.high, sign=True)],
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.add_vline(x=0, line={"color": charts.NEUTRAL, "dash": "dot"})
    figure.update_yaxes(type="category", dtick=1)
    figure.update_xaxes(title=charts.plain(_("gain in {metric}", metric=metric_title(found.metric))))
    charts.show(figure, "pipeline.gains", _("Gain of each stage over the pipeline without it, with its 95% interval"))


def show_depths(found: Worth) -> None:
    """The score by how deep the reranker reads, and the best that any order of so many documents could reach."""
    figure = go.Figure()
    lines = {"ceiling": (_("ceiling: best order of the candidates"), "dash"), "score": (_("reranked"), "solid")}
    for name, (said, dash) in lines.items():
        figure.add_scatter(
            x=found.depths["depth"].to_numpy(),
            y=found.depths[name].to_numpy(),
            mode="lines+markers",
            name=charts.plain(said),
            line={"dash": dash, "color": COLOURS["reranker"] if name == "score" else charts.NEUTRAL},
            hovertemplate="%{x} · %{y:.3f}<extra></extra>",
        )
    last = found.stages[found.stages["kind"] == "reranker"]
    for row in last.itertuples():
        figure.add_hline(y=row.score - row.gap, line={"color": charts.NEUTRAL, "dash": "dot"},
                         annotation_text=charts.plain(say(worth.against(row._asdict()))))  # fmt: skip
    figure.update_xaxes(title=_("documents that the reranker reads"), type="log",
                        tickvals=found.depths["depth"].tolist())  # fmt: skip
    figure.update_yaxes(title=charts.plain(metric_title(found.metric)))
    figure.update_layout(legend={"orientation": "h"})
    charts.show(figure, "pipeline.depths", _("Score by the depth of the reranker, with the ceiling of its candidates"))


def show_table(found: Worth) -> None:
    """Every stage with its score and latency, and what it was held against."""
    table = table_of(found)
    counts = {name: 0 for name in ("rose", "fell") if name in table}  # floats, where a stage has none
    written = lists.shares(lists.amounts(table, {"ms": 1} | counts), "share")
    st.dataframe(
        lists.chances(written, "p") if "p" in table else written,
        key="pipeline.table",
        hide_index=True,
        placeholder="–",
        column_order=["kind", "model", "score", "gain", "p", "against", "ms", "share", "rose", "fell"],
        column_config=columns(found),
    )
    ceiling = _("No order of its candidates could reach more than {ceiling}. ", ceiling=fixed(found.ceiling))
    tuned = _(
        "Tuned fusion: the weighted sum of the two retrievers, its weight tuned on one half of the queries and used on the other."
    )
    told = worth.TUNED in [*found.stages.get("against", ()), *found.stages.get("model", ())]
    st.caption(("" if found.depths.empty else ceiling) + (tuned if told else ""))
    export.downloads(table_of(found), "pipeline")


def table_of(found: Worth) -> pd.DataFrame:
    """A row per stage with its own time, another where it is held against a second thing, and one of the whole."""
    kinds = {
        "retriever": _("retriever"),
        "fusion": _("fusion"),
        "reranker": _("reranker"),
        "whole": _("whole pipeline"),
    }
    rows: list[dict[str, Any]] = []
    for cost in found.costs.itertuples():
        own = {"kind": kinds[cost.kind], "model": cost.model, "score": cost.score, "ms": cost.ms, "share": cost.share}
        held = [] if cost.kind == "whole" or found.stages.empty else [
            {
                **own, "model": say(worth.called(row._asdict())), "against": say(worth.against(row._asdict())),
                "rose": row.rose, "fell": row.fell, "gain": interval(row.gap, row.low, row.high, sign=True), "p": row.p,
            }
            for row in found.stages[found.stages["column"] == cost.column].itertuples()
        ]  # fmt: skip
        rows += [*held[:1], *(one | {"ms": None, "share": None} for one in held[1:])] or [own]
    return pd.DataFrame(rows)


def columns(found: Worth) -> dict[str, Any]:
    """The columns of that table."""
    corrected = _("After Holm, over the rows of this table.") if len(found.stages) > 1 else None
    return {
        "kind": st.column_config.TextColumn(_("stage"), width=95),
        "model": st.column_config.TextColumn(_("model"), width=130),
        "score": st.column_config.NumberColumn(metric_title(found.metric), format="%.3f", width=80),
        "ms": st.column_config.NumberColumn(
            _("ms a query"), width=95,
            help=_("What this stage alone takes for a query by itself, measured on this machine when it was run."),
        ),
        "share": st.column_config.NumberColumn(_("share"), width=60, help=_("share of latency")),
        "against": st.column_config.TextColumn(_("held against"), width=130),
        "rose": st.column_config.NumberColumn(_("rose"), width=55, help=_("queries that rose")),
        "fell": st.column_config.NumberColumn(_("fell"), width=55, help=_("queries that fell")),
        "gain": st.column_config.TextColumn(_("gain"), width=165),
        "p": st.column_config.NumberColumn("p", width=60, help=corrected),
    }  # fmt: skip


def show_fallen(run: pd.Series, found: Worth) -> None:
    """The queries that a stage harmed, and the way to look at them."""
    called = dict(zip(map(str, found.stages.index), names(found), strict=True))
    at = int(address.one_of("pipeline.stage", _("Queries that fell by"), dict(list(called.items())[::-1])))
    row = found.stages.loc[at]
    table = worth.fell(found, row["column"], row["over"])
    if table.empty:
        st.text(_("No query fell."))
        return
    dataset = cached.dataset(run["dataset"])
    shown = lists.with_texts(table.head(FALLEN), dataset)
    numbers = {"before": _("without it"), "after": _("with it"), "change": _("change")}
    st.dataframe(
        lists.signed(shown, ["change"]),
        key="pipeline.fallen",
        hide_index=True,
        placeholder="–",
        column_order=["change", "text", "before", "after"],
        column_config={
            "text": st.column_config.TextColumn(_("query"), width="large"),
            **{name: said if name == "change" else lists.number(said) for name, said in numbers.items()},
        },
    )
    address.lead(
        "pages/explore/inspect.py", _("Look at these queries one by one"), {"a": str(run["label"])}, "pipeline.inspect",
        type="tertiary", icon=":material/troubleshoot:",
    )  # fmt: skip
