"""The leaderboard over all datasets: what is in view, and its pictures: heat map, radar, ranks."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.datasets import shapes
from engine.results import frames
from engine.texts.widths import shortened
from pages.parts import cached, charts, drawn, export, score_tables
from pages.parts.address import settle_many, view
from pages.parts.language import _, language, say
from pages.parts.leaderboard import stability

MOST_IN_RADAR = 6
FILTERS = ("tasks", "datasets", "models", "languages", "shapes", "sizes")


def pick_runs(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs that the filters leave, on the datasets as they are now; ranks are computed on what is left.

    The parts on which adapted models are judged are none of them: their items would count twice.
    """
    known, catalogue = cached.offered(), cached.models()
    runs = runs[runs["fingerprint"] == runs["dataset"].map({name: entry.fingerprint for name, entry in known.items()})]
    titles = {name: cached.dataset_title(known[name], language()) for name in runs["dataset"].unique()}
    kinds = {name: [shape(name, known[name].fingerprint)] for name in titles}
    sizes = {name: [shapes.size(catalogue.get(name))] for name in runs["model"].unique()}
    languages = {name: list(known[name].languages) for name in titles}
    place = st.popover(_("Filters"), icon=":material/filter_list:", key="board.filters")
    for key in FILTERS:
        label, column, of, titled = {
            "tasks": (_("Tasks"), "task", None, lambda name: _(cached.task(name).title)),
            "datasets": (_("Datasets"), "dataset", None, titles.get),
            "models": (_("Models"), "label", None, str),
            "languages": (_("Languages"), "dataset", languages, str),
            "shapes": (_("Text shapes"), "dataset", kinds, lambda name: say(shapes.SHAPES[name])),
            "sizes": (_("Model sizes"), "model", sizes, lambda name: say(shapes.SIZES[name])),
        }[key]
        names = runs[column].unique()
        with place:
            left = narrowed(key, label, {name: of[name] if of else [name] for name in names}, titled)
        runs = runs if len(left) == len(names) else runs[runs[column].isin(left)]
    return runs


def narrowed(key: str, label: str, values: Mapping[str, list[str]], titled: Callable[[str], str]) -> list[str]:
    """One filter, and the names that it leaves by the values that each has; what is chosen stands in the address."""
    options = sorted({one for some in values.values() for one in some}, key=str)
    settle_many(f"board.{key}", options, [], called=label)
    names = {one: titled(one) for one in options}
    chosen = st.multiselect(
        label, options, format_func=names.get, key=f"board.{key}", persist_state="session", placeholder=_("all")
    )
    return [name for name, some in values.items() if not chosen or set(some) & set(chosen)]


def reset() -> None:
    """All filters empty again."""
    for key in FILTERS:
        st.session_state[f"board.{key}"] = []


@lru_cache(maxsize=1000)  # Streamlit's own cache takes a fifth of a millisecond to find a text, and there are many
def shape(name: str, fingerprint: str) -> str:
    """Sentences, passages or both; a dataset is read for it once."""
    return shapes.shape(cached.dataset(name))


def matrix(runs: pd.DataFrame) -> pd.DataFrame:
    """Models × datasets of the runs' main scores; to be read only."""
    return _matrix(drawn.state(runs), runs)


@drawn.once(max_entries=24)
def _matrix(state: str, _runs: pd.DataFrame) -> pd.DataFrame:
    return frames.matrix(_runs)


def show(scores: pd.DataFrame, runs: pd.DataFrame) -> None:
    """The table, or one of the pictures, of the runs' scores."""
    opened = view(
        "board.view",
        {"table": _("Table"), "heat": _("Heat map"), "radar": _("Radar"), "ranks": _("Ranks and their uncertainty")},
    )
    if opened == "table":
        score_tables.show_matrix(scores, runs)
    elif opened == "heat":
        show_heat(scores, runs)
    elif opened == "radar":
        show_radar(scores, dict(zip(runs["dataset"], runs["task"], strict=True)))
    else:
        stability.show_datasets(scores, runs)


def show_heat(scores: pd.DataFrame, runs: pd.DataFrame) -> None:
    """Models × datasets; the colour says how far a model lies between the worst and the best on a dataset."""
    known = cached.datasets()
    titles = [cached.dataset_title(known[name], language()) for name in scores]
    key, alt, height = "leaderboard.heat", _("Scores of all models on all datasets"), 280 + 18 * len(scores)
    figure = charts.kept(drawn.state(runs, *titles), key, alt, height, partial(heat, scores, titles))
    export.figure_download(figure, key)


def heat(scores: pd.DataFrame, titles: list[str]) -> go.Figure:
    """The picture of it."""
    order = frames.borda(scores).sort_values(kind="stable").index
    scores = scores.loc[order]
    spread = (scores.max() - scores.min()).where(lambda one: one > 0)
    figure = go.Figure(
        go.Heatmap(
            z=((scores - scores.min()) / spread).to_numpy(),
            x=[charts.plain(title) for title in titles],
            y=[charts.plain(name) for name in scores.index],
            customdata=scores.to_numpy(),
            hovertemplate="%{y}<br>%{x}<br>%{customdata:.3f}<extra></extra>",
            colorscale="Cividis",
            colorbar={"title": _("worst to best"), "tickvals": [0, 1], "ticktext": [_("worst"), _("best")]},
        )
    )
    figure.update_yaxes(autorange="reversed", **named(list(scores.index), 26))
    figure.update_xaxes(tickangle=-45, **named(titles, 24))
    return figure


def named(names: list[str], room: int) -> dict[str, Any]:
    """An axis of categories whose names are cut where they are wider than `room`; two that look alike stay two."""
    short = [charts.plain(shortened(name, room)) for name in names]
    return {"type": "category", "tickvals": [charts.plain(name) for name in names], "ticktext": short}


def show_radar(scores: pd.DataFrame, tasks: Mapping[str, str]) -> None:
    """The means of up to six models by kind of task."""
    if len(set(tasks.values())) < 3:
        st.text(_("A radar needs at least three kinds of task in view."))
        return
    summary = frames.summary(scores, tasks)
    settle_many("board.radar", list(summary.index), list(summary.index[:MOST_IN_RADAR]), called=_("Models"))
    models = st.multiselect(
        _("Models"),
        list(summary.index),
        key="board.radar",
        persist_state="session",
        max_selections=MOST_IN_RADAR,
        placeholder=_("choose"),
    )
    kinds = [name for name in summary if name.startswith("task:")]
    names = [_(cached.task(name.removeprefix("task:")).title) for name in kinds]
    figure, shade = go.Figure(), charts.colours(models)
    for model in models:
        values = summary.loc[model, kinds].tolist()
        figure.add_scatterpolar(
            r=[*values, values[0]],
            theta=[*names, names[0]],
            name=charts.plain(model),
            line={"color": shade[model]},
            hovertemplate="%{theta}: %{r:.3f}<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(polar={"radialaxis": {"range": [0, 1], "angle": 90, "tickangle": 90}})
    charts.show(figure, "leaderboard.radar", _("Mean of every kind of task by model"), height=520, menu=False)
    score_tables.downloads(summary.loc[models].rename_axis("model"), "radar", figure)
