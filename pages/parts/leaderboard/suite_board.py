"""The leaderboard of a suite: own runs beside imported and published scores, as mteb aggregates them."""

from collections.abc import Callable
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.parts import cached, charts, drawn, export, score_tables
from pages.parts.address import settle_many
from pages.parts.language import _, listed, ngettext
from pages.parts.leaderboard import public_agreement
from pages.parts.suites import choice

MEANS = ("mean", "mean_by_task")
GREY = "rgba(128, 128, 128, 0.45)"


def show() -> None:
    """The whole view: the suite, what of it is in view, its picture, its table, and what it says about own data."""
    suite = choice.pick()
    parts = choice.parts(suite)
    found = choice.rows(suite)
    origins, types = pick(found, parts)
    table, scores = choice.board(suite, choice.stamp(suite), origins, types)
    if table.empty:
        nothing()
    else:
        origin = found.drop_duplicates("model").set_index("model")["origin"].reindex(table.index)
        state = drawn.here(suite, choice.stamp(suite), origins, types, *cached.labels())
        tell(table, origin, parts[parts["type"].isin(types)] if types else parts)
        alt, make = _("Scores of all models by type of task"), partial(spread, table, origin)
        export.figure_download(charts.kept(state, "suite.spread", alt, 420, make), "suite.spread")
        trained = choice.trained(tuple(table.index), tuple(scores.columns), choice.called())
        score_tables.downloads(_draw_board(state, table, origin, trained), "suite")
        if st.toggle(_("Every task"), key="suite.tasks"):
            score_tables.downloads(_draw_tasks(state, scores, trained), "tasks")
    public_agreement.show(suite)


def pick(found: pd.DataFrame, parts: pd.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whose scores, and on which types of tasks; empty means all."""
    titles, (left, right) = choice.origin_titles(), st.columns(2)
    there = [one for one in titles if one in set(found["origin"])]
    with left:
        origins = pick_some("from", _("Scores"), there, titles.__getitem__)
    with right:
        return origins, pick_some("types", _("Types of tasks"), parts["type"].unique().tolist(), choice.type_title)


def pick_some(key: str, label: str, options: list[str], title: Callable[[str], str]) -> tuple[str, ...]:
    """Some of the options, or none, which means all; they stand in the address."""
    settle_many(key, options, [], called=label)
    return tuple(
        st.multiselect(label, options, key=key, format_func=title, placeholder=_("all"), persist_state="session")
    )


def nothing() -> None:
    """Nobody has scores here yet."""
    with st.container(border=True):
        st.text(_("No model has a score on every part of a task of this suite."))
        st.page_link("pages/work/suites.py", label=_("Run models on the suite"), icon=":material/play_circle:")
        st.page_link("pages/work/exchange.py", label=_("Import scores from mteb"), icon=":material/upload:")


def tell(table: pd.DataFrame, origin: pd.Series, parts: pd.DataFrame) -> None:
    """What is in view, in one sentence, and what is not in the means."""
    own, whole = int((origin == "own").sum()), int(table["mean"].notna().sum())
    models = ngettext("{n} model", "{n} models", len(table))
    tasks = ngettext("{n} task", "{n} tasks", parts["task"].nunique())
    st.text(
        f"{models} × {tasks} · "
        + _("run here: {own} · with a score on every task, which the means need: {whole}", own=own, whole=whole)
    )
    rules = parts[parts["own_rules"]].drop_duplicates("task").sort_values("task")
    if len(rules):
        st.caption(
            ngettext(
                "{n} task counts in mteb by a metric that only it has and that is not computed here, so only published scores stand there: {names}",
                "{n} tasks count in mteb by a metric that only they have and that is not computed here, so only published scores stand there: {names}",
                len(rules),
                names=listed(f"{one.task} ({one.metric})" for one in rules.itertuples()),
            )
        )


def titles_of(table: pd.DataFrame) -> dict[str, str]:
    """The columns of scores and what they are called."""
    types = {name: choice.type_title(name.removeprefix("task:")) for name in table if name.startswith("task:")}
    return {"mean": _("Mean (task)"), "mean_by_task": _("Mean (task type)")} | types


def spread(table: pd.DataFrame, origin: pd.Series) -> go.Figure:
    """Every model a dot in every column: others grey, own and imported ones in their colours."""
    titles, figure = titles_of(table), go.Figure()
    others = table[origin == "published"]
    figure.add_scatter(
        x=others[list(titles)].to_numpy().T.ravel(),
        y=[title for title in titles.values() for _one in range(len(others))],
        text=[charts.plain(name) for _one in titles for name in others.index],
        mode="markers",
        name=_("published"),
        marker={"size": 9, "color": GREY},
        hovertemplate="%{text}: %{x:.3f}<extra></extra>",
    )
    mine = table[(origin != "published") & table[list(titles)].notna().any(axis=1)]
    shade = charts.colours(list(mine.index))
    for name, row in mine.iterrows():
        figure.add_scatter(
            x=row[list(titles)].to_numpy(dtype=float),
            y=list(titles.values()),
            mode="markers",
            name=charts.plain(name),
            marker={"size": 12, "color": shade[name], "line": {"width": 1, "color": "white"}},
            hovertemplate=f"{charts.plain(name)}: %{{x:.3f}}<extra></extra>",
        )
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title=_("score"))
    figure.update_layout(legend={"orientation": "h"})
    return figure


@drawn.once(max_entries=16)
def _draw_board(state: str, _table: pd.DataFrame, _origin: pd.Series, _trained: pd.DataFrame) -> pd.DataFrame:
    """One row per model by Borda rank; the best of a column is bold."""
    table, origin, trained = _table, _origin, _trained
    titles = titles_of(table)
    words = choice.origin_titles()
    shown = table[list(titles)].rename_axis("model")
    shown.insert(0, "borda", table["borda"].astype(int))
    shown.insert(1, "origin", origin.map(words))
    shown.insert(2, "trained", trained.sum(axis=1).astype("Int64").where(trained.notna().any(axis=1)))
    numbers = {name: st.column_config.NumberColumn(title, format="%.3f") for name, title in titles.items()}
    bold = shown.style.highlight_max(subset=list(titles), props="font-weight: bold")
    st.dataframe(
        bold,
        key="suite.table",
        placeholder="–",
        column_config=numbers
        | {
            "model": st.column_config.TextColumn(_("model"), pinned=True),
            "borda": st.column_config.NumberColumn(
                _("Borda rank"),
                help=_(
                    "On each task a model gets one point for every model it beats; rank by the sum, over the models and tasks in view."
                ),
            ),
            "origin": st.column_config.TextColumn(
                _("scores"),
                help=_(
                    "Own runs were measured on this machine; published and imported scores were measured by others."
                ),
            ),
            "trained": st.column_config.NumberColumn(
                "⚠ " + _("trained on"),
                help=_(
                    "How many of the tasks in view the model's authors say they trained it on: its scores there say little about data it has not seen. Empty: they do not say."
                ),
            ),
            "mean": st.column_config.NumberColumn(
                titles["mean"], format="%.3f", help=_("Mean over all tasks in view; empty where a score is missing.")
            ),
            "mean_by_task": st.column_config.NumberColumn(
                titles["mean_by_task"], format="%.3f", help=_("Mean over the means of the types of tasks.")
            ),
        },
    )
    return shown


@drawn.once(max_entries=8)
def _draw_tasks(state: str, _scores: pd.DataFrame, _trained: pd.DataFrame) -> pd.DataFrame:
    """Models × tasks; a cell is shaded where the model was trained on the task's data."""
    scores, trained = _scores, _trained
    shade = (
        trained.fillna(False).astype(bool).map(lambda one: "background-color: rgba(230, 159, 0, 0.3)" if one else "")
    )
    shown = scores.rename_axis("model")
    st.dataframe(
        shown.style.apply(lambda _table: shade.loc[shown.index, shown.columns], axis=None),
        key="suite.matrix",
        placeholder="–",
        column_config={
            name: st.column_config.NumberColumn(title, format="%.3f")
            for name, title in choice.task_titles(shown).items()
        }
        | {"model": st.column_config.TextColumn(_("model"), pinned=True)},
    )
    st.caption(_("Shaded: the model's authors say that it was trained on this task's data."))
    return shown
