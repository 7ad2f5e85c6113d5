"""The tables of the leaderboard: one dataset's models with their intervals, and all datasets side by side."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine import notation
from engine.comparison import costs
from engine.comparison import verdict as engine_verdict
from engine.results import frames
from engine.types import Task
from pages.parts import cached, drawn, lists
from pages.parts.address import settle
from pages.parts.export import downloads
from pages.parts.language import _, language, listed, metric_title, named, say, together
from pages.parts.markdown import escape

MOST_STYLED = 1_000
"""Cells of a table in which the best are marked; the heat map marks them in larger ones, which take too long to style."""


def metrics_of(runs: pd.DataFrame, task: Task) -> list[str]:
    """The metrics that these runs have, the main one first, those with an interval before the rest."""
    return _metrics_of(drawn.state(runs), task, runs)


@drawn.once(max_entries=64)
def _metrics_of(state: str, _task: Task, _runs: pd.DataFrame) -> list[str]:
    task, known = _task, cached.metrics(_runs)
    mine = known[known["id"].isin(_runs["id"])]
    sure = mine[mine["low"].notna()]["metric"].unique().tolist()
    others = [name for name in mine["metric"].unique() if name not in sure]
    return list(dict.fromkeys([task.main_metric, *sure, *others]))


def pick_metric(runs: pd.DataFrame, task: Task) -> str:
    """Any metric of the task; its definition is one hover away."""
    names = metrics_of(runs, task)
    settle("metric", names, task.main_metric, called=_("Metric"))
    chosen = st.session_state["metric"]
    definition = task.definitions.get(chosen) or task.definitions.get(chosen.split("_at_")[0], "")
    return st.selectbox(
        _("Metric"),
        names,
        format_func=metric_title,
        key="metric",
        persist_state="session",
        help=_(definition) or None,
        width=300,
    )


def show_verdict(sentence: str, place: DeltaGenerator, task: Task | None = None, metric: str = "") -> None:
    """The answer, on top of a page of comparison; nothing where there is none yet.

    Models are tested by the main metric of their task alone: where the page shows another one, that is said.
    """
    if sentence:
        place.info(sentence, icon=":material/balance:")
        if task and metric != task.main_metric:
            place.caption(
                _(
                    "The verdict is about {main}, the main metric; picture and table show {shown}.",
                    main=metric_title(task.main_metric),
                    shown=metric_title(metric),
                )
            )


def verdict(runs: pd.DataFrame, task: Task) -> str:
    """The answer in one sentence, or nothing while there are fewer than two models."""
    if len(runs) < 2:
        return ""
    dataset = cached.dataset_title(cached.card_of(runs["dataset"].iloc[0]), language())
    return _verdict(drawn.state(runs, dataset), dataset, task, runs)


@drawn.once(max_entries=256)
def _verdict(state: str, dataset: str, _task: Task, _runs: pd.DataFrame) -> str:
    """The answer for these runs: every press asks for it, and only the results change it."""
    found = engine_verdict.verdict(_task, _runs, cached.comparisons(_runs), dataset)
    return escape(say(found)) if found else ""


def note_precision(runs: pd.DataFrame) -> None:
    """A word of caution where rows of different precision are compared."""
    if found := frames.mixed_precision(runs):
        st.caption(escape(say(found)))


def warn(runs: pd.DataFrame) -> None:
    """What was said before each of these runs, beside its score; once where several models share it."""
    told = runs.assign(said=runs["warnings"].map(warnings))
    for sentences, its in told[told["said"] != ""].groupby("said", sort=False):
        st.text("⚠ " + named(listed(its["label"]), sentences))


def warnings(kept: str) -> str:
    """What was said before a run, in the visitor's language."""
    return together(*map(say, frames.warnings(kept)))


def regret(*sentences: str) -> None:
    """Say, once, what a link asked for and did not get: a line each."""
    st.warning("\n\n".join(map(escape, sentences)), icon=":material/link_off:")


def board(runs: pd.DataFrame, task: Task, metric: str) -> pd.DataFrame:
    """The models on one dataset by falling score; the letters of ties belong to the main metric."""
    return _board(drawn.state(runs, metric), metric, task, runs)


@drawn.once(max_entries=64)
def _board(state: str, metric: str, _task: Task, _runs: pd.DataFrame) -> pd.DataFrame:
    if metric != _task.main_metric:
        return frames.board(frames.metric_of(_runs, cached.metrics(_runs), metric), {})
    return frames.board(_runs, cached.groups(_runs))


def show_board(table: pd.DataFrame, metric: str, figure: go.Figure) -> None:
    """The table under the chart, and the downloads of both."""
    downloads(_draw_board(drawn.state(table, metric), metric, table), "leaderboard", figure)


@drawn.once(max_entries=64)
def _draw_board(state: str, metric: str, _table: pd.DataFrame) -> pd.DataFrame:
    """The table with its words, as it is taken away."""
    table = _table.assign(warnings=[warnings(kept) for kept in _table["warnings"]])
    told = ["warnings"] if table["warnings"].any() else []
    table["bytes_a_document"] = costs.bytes_a_document(table).round()
    sized = ["bytes_a_document"] if table["bytes_a_document"].notna().any() else []
    # a phone shows a name, its score and the interval; the rank is the order
    shown = table[["label", "score", "low", "high", "rank", "group", "items", "seconds", *sized, *told]]
    shown = shown.assign(rank=notation.ranks(table["rank"].astype(float).tolist()))
    if told:  # the sentences stand above the table
        shown["warnings"] = table["warnings"].map(lambda said: "⚠" if said else "")
    st.dataframe(
        lists.amounts(shown, {"seconds": 1}),
        key="leaderboard.table",
        placeholder="–",
        hide_index=True,
        column_config={
            "rank": st.column_config.TextColumn(_("rank"), help=_("Equal scores share a rank: =2.")),
            "label": st.column_config.TextColumn(_("model")),
            "score": st.column_config.NumberColumn(metric_title(metric), format="%.3f"),
            **ends("%.3f"),
            "group": st.column_config.TextColumn(
                _("group of ties"),
                help=_(
                    "Models that share a letter cannot be told apart (paired tests at 5%, corrected for all pairs)."
                ),
            ),
            "items": st.column_config.NumberColumn(
                _("items"), format="localized", help=_("How many judged items the score rests on.")
            ),
            "seconds": st.column_config.NumberColumn(
                _("seconds with loading"),
                help=_(
                    "Wall time of the whole run: loading the model, encoding, judging, tests; texts already in the vector store cost nothing. The speed on the page Cost counts encoding alone."
                ),
            ),
            "bytes_a_document": st.column_config.NumberColumn(
                _("bytes a document"),
                format="localized",
                help=_("What the vectors of a document take; the mean where a text has one for every token."),
            ),
            "warnings": st.column_config.TextColumn(
                "⚠", width="small", help=_("What was known before the run; results of earlier versions say nothing.")
            ),
        },
    )
    return table


def ends(format: str) -> dict[str, object]:
    """The columns `low` and `high` of an interval, called the same everywhere."""
    return {
        "low": st.column_config.NumberColumn(_("95% low"), format=format),
        "high": st.column_config.NumberColumn(_("95% high"), format=format),
    }


def show_matrix(scores: pd.DataFrame, runs: pd.DataFrame) -> None:
    """Models × datasets with Borda rank and means; the best of a column is bold."""
    known = cached.datasets()
    called = {name: cached.dataset_title(known[name], language()) for name in scores}
    downloads(_draw_matrix(drawn.state(runs, *called.values()), called, scores, runs), "matrix")


@drawn.once(max_entries=24)
def _draw_matrix(state: str, _called: dict[str, str], _scores: pd.DataFrame, _runs: pd.DataFrame) -> pd.DataFrame:
    """The matrix with its summary, as it is taken away."""
    scores, runs = _scores, _runs
    task_of = dict(zip(runs["dataset"], runs["task"], strict=True))
    summary = frames.summary(scores, task_of)
    table = summary.join(scores).rename_axis("model")
    shown = table.assign(borda=notation.ranks(table["borda"].tolist()))
    titles = {name: st.column_config.NumberColumn(title, format="%.3f") for name, title in _called.items()}
    types = {
        f"task:{name}": st.column_config.NumberColumn(_("mean") + " · " + _(cached.task(name).title), format="%.3f")
        for name in set(task_of.values())
    }
    fixed = {
        "model": st.column_config.TextColumn(_("model"), pinned=True),
        "borda": st.column_config.TextColumn(
            _("Borda rank"),
            help=_(
                "On each dataset a model gets one point for every model it beats; rank by the sum, over what is in view."
            ),
        ),
        "mean": st.column_config.NumberColumn(
            _("mean"), format="%.3f", help=_("Mean over all datasets in view; empty where one is missing.")
        ),
        "mean_by_task": st.column_config.NumberColumn(_("mean of task means"), format="%.3f"),
    }
    bold: object = shown
    if scores.size <= MOST_STYLED:
        best = {"subset": [*scores, "mean", "mean_by_task"]}
        bold = shown.style.highlight_max(**best, props="font-weight: bold; background-color: rgba(0, 158, 115, 0.18)")
    st.dataframe(bold, key="leaderboard.matrix", placeholder="–", column_config=fixed | types | titles)
    lacking = [str(name) for name in scores.index[scores.isna().any(axis=1)]]
    if lacking:
        models = escape(listed(lacking))
        st.caption(
            _("Without a score on some of these datasets, and so without points there: {models}.", models=models)
        )
    return table
