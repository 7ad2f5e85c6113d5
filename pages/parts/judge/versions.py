"""What has been marked, whether it would change the ranking, and the new version of the dataset."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.datasets import corrections, marks
from engine.datasets.marks import Mark
from engine.encoding import stored
from engine.jobs import queue
from engine.jobs.schema import whole
from engine.storage import strict_json
from engine.types import Dataset, UserError
from pages.parts import address, cached, charts, frame, score_tables
from pages.parts.judge import job as page_job
from pages.parts.judge import suspects
from pages.parts.language import _, listed, metric_title, named, ngettext, say
from pages.parts.markdown import escape
from pages.parts.views.prepared import notes


def show(dataset: Dataset, runs: pd.DataFrame) -> None:
    """The marks, both rankings, the new version."""
    known = marks.of(dataset.fingerprint)
    changing = corrections.changing(known)
    st.text(
        ngettext("{n} judgement is marked as a mistake", "{n} judgements are marked as mistakes", len(changing))
        + _("; ")
        + ngettext("{n} was found right.", "{n} were found right.", len(known) - len(changing))
    )
    which = address.view("which", {"marked": _("The marked ones"), "top": _("The most suspicious ones")})
    wanted = changing if which == "marked" else proposals(dataset, runs)
    if wanted:
        rankings(dataset, runs, wanted)
    else:
        st.text(_("Mark judgements in the first view; then this one shows whether they change the ranking."))
    if known:
        st.header(_("Marked judgements"))
        table = marks.frame(known)
        st.dataframe(in_words(table), key="judge.marks", hide_index=True, column_config=headers(), placeholder="–")
        score_tables.downloads(table, "corrections")
    if changing:
        st.header(_("A new version of the dataset"))
        keep(dataset, runs, known)


def proposals(dataset: Dataset, runs: pd.DataFrame) -> list[Mark]:
    """The n most suspicious judgements as the models would have them, without those that a person found right."""
    table = suspects.found(dataset, runs)
    table = table[table["proposed"] != "null"]
    right = {one.place for one in marks.of(dataset.fingerprint) if one.action == "keep"}
    table = table[~table["place"].isin(right)]
    if table.empty:
        return []
    address.number("top", _("How many"), 1, len(table))
    n = st.number_input(_("How many"), 1, len(table), min(20, len(table)), key="top", bind="query-params", width=200)
    return [
        Mark(row.place, "replace", json.loads(row.given), json.loads(row.proposed))
        for row in table.head(int(n)).itertuples()
    ]


def rankings(dataset: Dataset, runs: pd.DataFrame, wanted: Sequence[Mark]) -> None:
    """Both rankings, or how to have them computed; a model that ranks by itself would have to run anew."""
    judged = runs[[stored.rests(notes(run)) for run in runs["id"]]]
    if len(judged) < len(runs):
        others = runs.loc[~runs["id"].isin(judged["id"]), "label"]
        st.caption(_("Left out, for only a new run would rank anew: {models}.", models=escape(listed(others))))
    if judged.empty:
        return
    runs = judged
    arguments = {
        "runs": sorted(runs["id"]),
        "dataset": dataset.name,
        "models": runs["label"].tolist(),
        "marks": [asdict(one) for one in wanted],
    }
    job = page_job.newest("what_if", arguments)
    answer = queue.result(job.id) if job and job.state == "done" else None
    if answer is None:
        page_job.offer(
            "what_if",
            arguments,
            _("Would this change the ranking?"),
            icon=":material/leaderboard:",
            key="judge.what_if",
        )
        return
    metric = metric_title(cached.task(dataset.task).main_metric)
    table = pd.DataFrame(strict_json.numbers(answer["rows"]))
    headline = (
        _("The order of the models changes.")
        if answer["order_changes"]
        else _("The order of the models stays as it is.")
    )
    st.header(headline)
    for name, said in zip((_("Before"), _("After")), answer["verdicts"], strict=True):
        if said:
            st.text(named(name, say(whole(*said))))
    figure(table, metric)
    show_rankings(table, metric)


def show_rankings(table: pd.DataFrame, metric: str) -> None:
    """Scores, ranks and letters of ties, before and after."""
    st.dataframe(
        table[["label", "score_before", "score_after", "rank_before", "rank_after", "group_before", "group_after"]],
        key="judge.rankings",
        hide_index=True,
        placeholder="–",
        column_config={
            "label": _("model"),
            "score_before": st.column_config.NumberColumn(_("{metric} before", metric=metric), format="%.3f"),
            "score_after": st.column_config.NumberColumn(_("{metric} after", metric=metric), format="%.3f"),
            "rank_before": _("rank before"),
            "rank_after": _("rank after"),
            "group_before": _("group of ties before"),
            "group_after": _("group of ties after"),
        },
    )
    score_tables.downloads(table, "rankings")


def figure(table: pd.DataFrame, metric: str) -> None:
    """A hollow dot before and a full one after per model, each with its interval."""
    shade = charts.colours(table["label"].tolist())
    drawn = go.Figure()
    names = {"before": _("before"), "after": _("after")}
    for side, symbol, shift in (("before", "circle-open", 0.15), ("after", "circle", -0.15)):
        rows = table.iloc[::-1].reset_index(drop=True)
        drawn.add_scatter(
            x=rows[f"score_{side}"],
            y=rows.index + shift,
            mode="markers",
            name=names[side],
            marker={"size": 11, "symbol": symbol, "color": [shade[label] for label in rows["label"]]},
            error_x={"type": "data", "symmetric": False, "array": rows[f"high_{side}"] - rows[f"score_{side}"],
                     "arrayminus": rows[f"score_{side}"] - rows[f"low_{side}"], "color": "#888888"},
            hovertemplate="%{x:.3f}<extra></extra>",
        )  # fmt: skip
    labels = [charts.plain(label) for label in table["label"].iloc[::-1]]
    drawn.update_yaxes(tickvals=list(range(len(labels))), ticktext=labels)
    drawn.update_xaxes(title=charts.plain(metric))
    drawn.update_layout(legend={"orientation": "h"})
    charts.show(
        drawn,
        "judge.ranking",
        _("Every model's score with its interval, before and after"),
        height=110 + 50 * len(table),
    )


def in_words(table: pd.DataFrame) -> pd.DataFrame:
    """The marks as a person reads them, without the columns that this task has no use for."""
    actions = {"replace": _("corrected"), "drop": _("to be dropped"), "keep": _("right as it is")}
    origins = {"suspect": _("the list of probable mistakes"), "vote": _("a blind vote")}
    shown = table.assign(action=table["action"].map(actions), origin=table["origin"].map(origins))
    unused = ["row"] if (table["table"] == "qrels").all() else ["query_id", "corpus_id"]
    return shown.drop(columns=unused)


def headers() -> dict[str, Any]:
    """What the columns of the marks are called."""
    return {
        "table": _("table"),
        "row": _("row"),
        "query_id": _("query"),
        "corpus_id": _("document"),
        "action": _("what becomes of it"),
        "old": _("old judgement"),
        "new": _("new judgement"),
        "origin": _("comes from"),
    }


def keep(dataset: Dataset, runs: pd.DataFrame, known: Sequence[Mark]) -> None:
    """Save the corrected data beside the old ones, and have the same models scored on them."""
    name, _number = corrections.next_version(dataset.name)
    key = f"judge.kept.{dataset.name}"
    st.text(
        _(
            "It is called {name} and stands in the library beside the old one. The old judgements stay where they are.",
            name=name,
        )
    )
    if st.button(_("Keep as a new version"), key="judge.keep", type="primary", icon=":material/bookmark_add:"):
        try:
            made = corrections.keep(dataset, known, title=frame.title_of(dataset.name))
        except UserError as error:
            st.text(say(error))
            return
        score(runs, made.name)
        st.session_state[key] = made.name
    if (made_name := st.session_state.get(key)) in cached.datasets():
        st.text(_("Kept as {name}; the same models are being scored on it.", name=frame.title_of(str(made_name))))
        st.page_link(
            "pages/compare/leaderboard.py",
            label=_("The leaderboard"),
            icon=":material/leaderboard:",
        )


def score(runs: pd.DataFrame, name: str) -> None:
    """The same models on the new version, each in the precision in which it ran on the old one."""
    for model, precision in runs[["model", "precision"]].drop_duplicates().itertuples(index=False):
        queue.submit("evaluate", {"model": model, "dataset": name} | ({"precision": precision} if precision else {}))
