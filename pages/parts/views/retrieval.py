"""A query with what each model found, and what it should have found."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.inspection import retrieval_errors
from engine.notation import fixed
from engine.results import frames
from engine.texts.widths import lines
from pages.parts import address, cached, cards, chart_choices, charts, drawn, lists
from pages.parts.language import _, metric_title, ngettext, together
from pages.parts.views import Look, Overview, prepared

DEPTHS = ("10", "20", "50")
FLAGS = ("cut", "missing")
NAME = 20
"""Latin letters up to which a kind's name stands in one line beside its bar."""
BAR = 46
"""Pixels of a bar and the room around it: a name of two lines."""
MOVED = 3
"""Right answers whose way through a reranker is told."""

COLUMNS = ("first_right", "recall_at_10", "mrr_at_10", "unjudged_at_10")


def names() -> dict[str, str]:
    """The kinds of errors, in words."""
    return {
        "first": _("right answer first"),
        "near": _("at rank 2–10"),
        "deep": _("at rank 11–100"),
        "lost": _("beyond rank 100"),
        "none": _("no relevant document"),
        "cut": _("cut off by truncation"),
        "missing": _("probably a missing judgement"),
    }


def meanings() -> dict[str, str]:
    """What the kinds mean that their names do not say."""
    return {
        "cut": _(
            "Cut off: no right answer came first, and the passage of one that fits best lies beyond what the model reads."
        ),
        "missing": _(
            "Missing judgement: nobody judged what came first, and another model puts it first too, or it nearly repeats a right answer."
        ),
    }


def overview(look: Look) -> Overview:
    """Where the first right answer stood, over all queries; one kind of error can be kept."""
    found = {label: prepared.kinds(look, label) for label in look.runs}
    state, words = drawn.here(cached.results().version(), *map(look.key, look.runs), "kinds"), names()
    counts = _counts(state, found)
    shown = [name for name in words if any(own[name] for own in counts.values())]
    height = 64 + BAR * len(shown)
    figure = charts.made(state, "inspect.kinds", height, partial(picture, counts, shown))
    alt = _("Queries by where their first relevant document stood and by what may have gone wrong")
    charts.show(figure, "inspect.kinds", alt, height=height, picked=chart_choices.into("kind"))
    kind = chart_choices.pills("kind", _("Show queries by where the right answer came"), words, counts[look.label])
    if told := [text for name, text in meanings().items() if name in shown]:
        st.caption(together(*told, _("Such queries are counted by the rank of their right answer as well.")))
    own = found[look.label]
    kept = look.all() if kind is None else (own[kind] if kind in FLAGS else own["kind"] == kind).to_numpy(bool)
    table = pd.DataFrame(counts).loc[shown].rename_axis("kind").reset_index()
    ranks = own["rank"].astype("Int64").mask(own["rank"] == 0)
    return Overview(kept, {"error_kinds": table, "queries_by_error": own}, {"first_right": ranks})


@drawn.once(max_entries=48)
def _counts(state: str, _found: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, int]]:
    return {label: counts_of(own) for label, own in _found.items()}


def picture(counts: Mapping[str, Mapping[str, int]], shown: Sequence[str]) -> go.Figure:
    """Bars of the kinds, one colour a model; they lie, so that a phone has room for their names."""
    shade, figure = charts.colours(list(counts)), go.Figure()
    words = {name: "<br>".join(lines(title, NAME)) for name, title in names().items()}
    for label, own in counts.items():
        figure.add_bar(
            y=[words[name] for name in shown],
            x=[own[name] for name in shown],
            orientation="h",
            name=charts.plain(label),
            marker={"color": shade[label]},
            customdata=shown,
            text=[f"{own[name]:,}" for name in shown],
            textangle=0,
        )
    figure.update_layout(legend={"orientation": "h"}, showlegend=len(counts) > 1)
    figure.update_xaxes(title=_("queries"))
    figure.update_yaxes(type="category", autorange="reversed")
    return figure


def outcome(mine: pd.DataFrame) -> str:
    """Where the right answers stood, as people ask for it; `mine` are all the queries that are looked at."""
    kinds = retrieval_errors.places(mine)
    first, near = (int((kinds == name).sum()) for name in ("first", "near"))
    return _(
        "{first} of {queries} have a right answer first, {near} more within the first ten",
        first=f"{first:,}",
        near=f"{near:,}",
        queries=ngettext("{n} query", "{n} queries", len(mine)),
    )


def counts_of(found: pd.DataFrame) -> dict[str, int]:
    """How many queries are of each kind; the last two overlap with the others."""
    kinds = found["kind"].value_counts()
    return {name: int(found[name].sum() if name in FLAGS else kinds.get(name, 0)) for name in names()}


def detail(rows: Mapping[str, pd.Series], look: Look) -> dict[str, pd.DataFrame]:
    """The query, then a column of cards per model."""
    first = next(iter(rows.values()))
    query = str(frames.item_texts(look.dataset, pd.DataFrame([first]))["text"].iloc[0])
    lists.whole(query)
    depth = int(address.one_of("depth", _("Cards"), {one: one for one in DEPTHS}))
    if len(rows) > 1:
        a, b = rows
        shared = retrieval_errors.moves(rows[a]["top_ids"], rows[b]["top_ids"], depth)
        st.text(
            _(
                "Of the first {depth}, both found {both}; only {a}: {only_a}; only {b}: {only_b}.",
                depth=depth, both=shared["both"], a=a, only_a=shared["a"], b=b, only_b=shared["b"],
            )
        )  # fmt: skip
    models = [cached.model_state(look.runs[label]["model"]) for label in rows]
    state = drawn.here(depth, first["item"], *(look.runs[label]["id"] for label in rows), *models)
    sides, exports = _sides(state, depth, query, rows, look)
    cards.show(sides, "inspect.cards")
    return exports


@drawn.once(max_entries=64)
def _sides(
    state: str, depth: int, query: str, _rows: Mapping[str, pd.Series], _look: Look
) -> tuple[list[dict[str, object]], dict[str, pd.DataFrame]]:
    """The columns of cards, and the tables that they are of."""
    sides, exports = [], {}
    for label, row in _rows.items():
        found, missed = frames.ranking(row, _look.dataset, depth), frames.missed(row, _look.dataset)
        missed = missed[missed["rank"].isna() | (missed["rank"] > depth)]
        others = [(name, list(other["top_ids"])) for name, other in _rows.items() if name != label]
        sides.append(side(_look.runs[label], row, query, tables=(missed, found), others=others))
        exports[f"ranking {label}"] = pd.concat([found, missed], ignore_index=True).assign(query_id=row["item"])
    return sides, exports


def side(run: pd.Series, row: pd.Series, query: str, *, tables: tuple, others: list) -> dict[str, object]:
    """One model's column of cards."""
    missed, found = tables
    ids = pd.concat([missed["corpus_id"], found["corpus_id"]])
    dataset = cached.dataset(run["dataset"])
    ends = prepared.ends(run["id"], run["model"], dataset, ids)
    metric = cached.task(run["task"]).main_metric
    unjudged = int(found["grade"].head(10).isna().sum())
    note = _("unjudged among the first {n}: {unjudged}", n=min(10, len(found)), unjudged=unjudged)
    if strange := int((found["score"] == 0).sum()):  # exactly 0 only where not a word is shared
        note += " · " + _("share no word with the query (score 0, in no order): {strange}", strange=strange)
    note = " · ".join([note, *moved(row)])
    return {
        "title": f"{run['label']} · {metric_title(metric)} {row['measure']:.3f}",
        "note": note,
        "missed": [cards.card(one, query, ends=ends, others=others) for one in missed.itertuples()],
        "found": [cards.card(one, query, ends=ends, others=others) for one in found.itertuples()],
    }


def moved(row: pd.Series) -> list[str]:
    """Where the reranker of a pipeline put the right answers, with the scores before and after."""
    if "before_ranks" not in row or not isinstance(row["before_ranks"], list | np.ndarray):
        return []
    said, places = [], {True: _("not listed")}
    told = zip(row["relevant_ids"], row["before_ranks"], row["relevant_ranks"], row["before_scores"],
               row["after_scores"], strict=True)  # fmt: skip
    for name, before, after, old, new in told:
        if before == after == 0:
            continue
        said.append(
            _(
                "{id} reranked from {before} ({old}) to {after} ({new})",
                id=name,
                before=places.get(before == 0, before),
                old=fixed(float(old), 4),
                after=places.get(after == 0, after),
                new=fixed(float(new), 4),
            )
        )
    return said[:MOVED]
