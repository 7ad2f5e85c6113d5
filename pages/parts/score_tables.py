"""The tables of the leaderboard: one dataset's models with their intervals, and all datasets side by side."""

import pandas as pd
import streamlit as st

from engine.comparison import verdict as engine_verdict
from engine.metrics.names import title
from engine.results import frames
from engine.types import Message, Task
from pages.parts import cached
from pages.parts.address import settle
from pages.parts.export import downloads
from pages.parts.language import _, language, say
from pages.parts.markdown import escape

MOST_STYLED = 1_000
"""Cells of a table in which the best are marked; the heat map marks them in larger ones, which take too long to style."""
BCA = Message(
    "The bias-corrected and accelerated bootstrap interval (Efron 1987): it follows the skew of the resamples."
)


def metrics_of(runs: pd.DataFrame, task: Task) -> list[str]:
    """The metrics that these runs have, the main one first, those with an interval before the rest."""
    known = cached.metrics(runs)
    mine = known[known["id"].isin(runs["id"])]
    sure = mine[mine["low"].notna()]["metric"].unique().tolist()
    others = [name for name in mine["metric"].unique() if name not in sure]
    return list(dict.fromkeys([task.main_metric, *sure, *others]))


def pick_metric(runs: pd.DataFrame, task: Task) -> str:
    """Any metric of the task; its definition is one hover away."""
    names = metrics_of(runs, task)
    lost = settle("metric", names, task.main_metric)
    chosen = st.session_state["metric"]
    if lost:
        regret(
            _(
                "The link asks for the metric {asked}, which is not known here; {shown} is shown instead.",
                asked=lost,
                shown=title(chosen),
            )
        )
    definition = task.definitions.get(chosen) or task.definitions.get(chosen.split("_at_")[0], "")
    return st.selectbox(
        _("Metric"),
        names,
        format_func=title,
        key="metric",
        persist_state="session",
        help=_(definition) or None,
        width=300,
    )


def verdict(runs: pd.DataFrame, task: Task) -> str:
    """The answer in one sentence, or nothing while there are fewer than two models."""
    if len(runs) < 2:
        return ""
    found = engine_verdict.verdict(task, runs, cached.comparisons(runs))
    return escape(say(found)) if found else ""


def note_precision(runs: pd.DataFrame) -> None:
    """A word of caution where rows of different precision are compared."""
    if found := frames.mixed_precision(runs):
        st.caption(escape(say(found)))


def warn(runs: pd.DataFrame) -> None:
    """What was said before each of these runs, beside its score."""
    for row in runs.itertuples():
        if sentences := warnings(row.warnings):
            st.text(f"⚠ {row.label}: {sentences}")


def warnings(kept: str) -> str:
    """What was said before a run, in the visitor's language."""
    return " ".join(say(one) for one in frames.warnings(kept))


def regret(sentence: str) -> None:
    """Say, once, what a link asked for and did not get."""
    st.warning(escape(sentence), icon=":material/link_off:")


def board(runs: pd.DataFrame, task: Task, metric: str) -> pd.DataFrame:
    """The models on one dataset by falling score; the letters of ties belong to the main metric."""
    if metric != task.main_metric:
        return frames.board(frames.metric_of(runs, cached.metrics(runs), metric), {})
    return frames.board(runs, cached.groups(runs))


def show_board(table: pd.DataFrame, metric: str) -> None:
    """The table under the chart, and its downloads."""
    table = table.assign(warnings=[warnings(kept) for kept in table["warnings"]])
    both = ["bca_low", "bca_high"] if table["bca_low"].notna().any() else []
    told = ["warnings"] if table["warnings"].any() else []
    shown = table[["rank", "label", "score", "low", "high", *both, "group", "items", "seconds", *told]]
    st.dataframe(
        shown,
        key="leaderboard.table",
        placeholder="–",
        hide_index=True,
        column_config={
            "rank": st.column_config.NumberColumn(_("rank"), width="small"),
            "label": st.column_config.TextColumn(_("model")),
            "score": st.column_config.NumberColumn(title(metric), format="%.4f"),
            "low": st.column_config.NumberColumn(
                _("from"), format="%.4f", help=_("Lower end of the 95 % interval: bootstrap over whole items.")
            ),
            "high": st.column_config.NumberColumn(
                _("to"), format="%.4f", help=_("Upper end of the 95 % interval: bootstrap over whole items.")
            ),
            "bca_low": st.column_config.NumberColumn(_("BCa from"), format="%.4f", help=say(BCA)),
            "bca_high": st.column_config.NumberColumn(_("BCa to"), format="%.4f", help=say(BCA)),
            "group": st.column_config.TextColumn(
                _("tied"),
                help=_(
                    "Models that share a letter cannot be told apart by a paired test (5 %, corrected for all pairs)."
                ),
            ),
            "items": st.column_config.NumberColumn(_("items"), help=_("How many judged items the score rests on.")),
            "seconds": st.column_config.NumberColumn(
                _("seconds"),
                format="%.1f",
                help=_("Wall time of the run; texts already in the vector store cost nothing."),
            ),
            "warnings": st.column_config.TextColumn(
                "⚠", width="large", help=_("What was known before the run; results of earlier versions say nothing.")
            ),
        },
    )
    downloads(table, "leaderboard")


def show_matrix(scores: pd.DataFrame, runs: pd.DataFrame) -> None:
    """Models × datasets with Borda rank and means; the best of a column is bold."""
    known = cached.datasets()
    task_of = dict(zip(runs["dataset"], runs["task"], strict=True))
    summary = frames.summary(scores, task_of)
    table = summary.join(scores).rename_axis("model")
    percent = table.drop(columns="borda") * 100
    percent.insert(0, "borda", table["borda"])
    titles = {
        name: st.column_config.NumberColumn(cached.dataset_title(known[name], language()), format="%.2f")
        for name in scores
    }
    types = {
        f"task:{name}": st.column_config.NumberColumn(_("mean") + " · " + _(cached.task(name).title), format="%.2f")
        for name in set(task_of.values())
    }
    fixed = {
        "model": st.column_config.TextColumn(_("model"), pinned=True),
        "borda": st.column_config.NumberColumn(
            _("Borda rank"),
            help=_(
                "On each dataset a model gets one point for every model it beats; rank by the sum, over what is in view."
            ),
        ),
        "mean": st.column_config.NumberColumn(
            _("mean"), format="%.2f", help=_("Mean over all datasets in view; empty where one is missing.")
        ),
        "mean_by_task": st.column_config.NumberColumn(_("mean of task means"), format="%.2f"),
    }
    bold: object = percent
    if scores.size <= MOST_STYLED:
        best = {"subset": [*scores, "mean", "mean_by_task"]}
        bold = percent.style.highlight_max(**best, props="font-weight: bold; background-color: rgba(0, 158, 115, 0.18)")
    st.dataframe(bold, key="leaderboard.matrix", placeholder="–", column_config=fixed | types | titles)
    downloads(table, "matrix")
