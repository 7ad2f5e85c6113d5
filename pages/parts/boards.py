"""The tables of the leaderboard: one dataset's models with their intervals, and all datasets side by side."""

import io
from functools import partial

import pandas as pd
import streamlit as st

from engine import stats, tables
from engine.metrics.names import title
from engine.types import Task
from pages.parts import library
from pages.parts.address import settle
from pages.parts.language import _, language, say

FILTERS = ("leaderboard.tasks", "leaderboard.datasets", "leaderboard.models")


def metrics_of(runs: pd.DataFrame, task: Task) -> list[str]:
    """The metrics that these runs have, the main one first, those with an interval before the rest."""
    known = library.metrics()
    mine = known[known["id"].isin(runs["id"])]
    sure = mine[mine["low"].notna()]["metric"].unique().tolist()
    others = [name for name in mine["metric"].unique() if name not in sure]
    return list(dict.fromkeys([task.main_metric, *sure, *others]))


def pick_metric(runs: pd.DataFrame, task: Task) -> str:
    """Any metric of the task; its definition is one hover away."""
    names = metrics_of(runs, task)
    settle("metric", names, task.main_metric)
    chosen = st.session_state["metric"]
    definition = task.definitions.get(chosen) or task.definitions.get(chosen.split("_at_")[0], "")
    return st.selectbox(
        _("Metric"),
        names,
        format_func=title,
        key="metric",
        persist_state="session",
        help=_(definition) or None,
        width=360,
    )


def verdict(runs: pd.DataFrame, task: Task) -> str:
    """The answer in one sentence, or nothing while there are fewer than two models."""
    if len(runs) < 2:
        return ""
    found = stats.verdict(task, runs, library.comparisons(runs))
    return escape(say(found)) if found else ""


def escape(text: str) -> str:
    """A text as st.info shows it letter by letter: a model's name may hold Markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>()#+-.!|~$:" else sign for sign in text)


def board(runs: pd.DataFrame, task: Task, metric: str) -> pd.DataFrame:
    """The models on one dataset by falling score; the letters of ties belong to the main metric."""
    if metric != task.main_metric:
        return tables.board(tables.metric_of(runs, library.metrics(), metric), {})
    return tables.board(runs, stats.groups(runs, library.comparisons(runs)))


def show_board(table: pd.DataFrame, metric: str) -> None:
    """The table under the chart, and its downloads."""
    shown = table[["rank", "label", "score", "low", "high", "group", "items", "seconds"]]
    st.dataframe(
        shown,
        key="leaderboard.table",
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
            "group": st.column_config.TextColumn(
                _("tied"),
                help=_("Models that share a letter cannot be told apart by a paired test (Holm-corrected, 5 %)."),
            ),
            "items": st.column_config.NumberColumn(_("items"), help=_("How many judged items the score rests on.")),
            "seconds": st.column_config.NumberColumn(
                _("seconds"),
                format="%.1f",
                help=_("Wall time of the run; texts already in the vector store cost nothing."),
            ),
        },
    )
    downloads(table, "leaderboard")


def downloads(table: pd.DataFrame, name: str) -> None:
    """A table as CSV and as Parquet, made when it is asked for."""
    with st.container(horizontal=True):
        for kind, make in {"csv": csv, "parquet": parquet}.items():
            title = "CSV" if kind == "csv" else "Parquet"
            data = partial(make, table)
            st.download_button(
                title, data, f"{name}.{kind}", key=f"{name}.{kind}", on_click="ignore", icon=":material/download:"
            )


def csv(table: pd.DataFrame) -> bytes:
    """A table as CSV, with a byte-order mark so that spreadsheets read Chinese."""
    return table.to_csv(index=table.index.name is not None).encode("utf-8-sig")


def parquet(table: pd.DataFrame) -> bytes:
    """A table as a Parquet file."""
    target = io.BytesIO()
    table.to_parquet(target)
    return target.getvalue()


def reset() -> None:
    """All filters empty again."""
    for key in FILTERS:
        st.session_state[key] = []


def pick_runs(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs that the filters leave, on the datasets as they are now; ranks are computed on what is left."""
    known = library.datasets()
    current = [row.dataset in known and known[row.dataset].fingerprint == row.fingerprint for row in runs.itertuples()]
    runs = runs[current]
    left, middle, right = st.columns(3)
    options = sorted(runs["task"].unique()), sorted(runs["dataset"].unique()), sorted(runs["label"].unique())
    tasks = left.multiselect(
        _("Tasks"),
        options[0],
        format_func={name: _(library.task(name).title) for name in options[0]}.get,
        key=FILTERS[0],
        placeholder=_("all"),
    )
    datasets = middle.multiselect(
        _("Datasets"),
        options[1],
        format_func={name: library.dataset_title(known[name], language()) for name in options[1]}.get,
        key=FILTERS[1],
        placeholder=_("all"),
    )
    models = right.multiselect(_("Models"), options[2], key=FILTERS[2], placeholder=_("all"))
    for column, chosen in (("task", tasks), ("dataset", datasets), ("label", models)):
        runs = runs[runs[column].isin(chosen)] if chosen else runs
    return runs


def show_matrix(scores: pd.DataFrame, runs: pd.DataFrame) -> None:
    """Models × datasets with Borda rank and means; the best of a column is bold."""
    known = library.datasets()
    task_of = dict(zip(runs["dataset"], runs["task"], strict=True))
    summary = tables.summary(scores, task_of)
    table = summary.join(scores).rename_axis("model")
    percent = table.drop(columns="borda") * 100
    percent.insert(0, "borda", table["borda"])
    titles = {
        name: st.column_config.NumberColumn(library.dataset_title(known[name], language()), format="%.2f")
        for name in scores
    }
    types = {
        f"task:{name}": st.column_config.NumberColumn(_("mean") + " · " + _(library.task(name).title), format="%.2f")
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
    bold = percent.style.highlight_max(
        subset=[*scores, "mean", "mean_by_task"], props="font-weight: bold; background-color: rgba(0, 158, 115, 0.18)"
    )
    st.dataframe(bold, key="leaderboard.matrix", placeholder="–", column_config=fixed | types | titles)
    downloads(table, "matrix")
