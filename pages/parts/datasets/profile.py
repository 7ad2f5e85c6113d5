"""What a dataset is like, drawn: its texts, labels, judgements, and what overlaps with what."""

from collections.abc import Callable, Iterator
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.datasets.profile import Profile, TextProfile, profile
from engine.notation import percent
from pages.parts import cached, charts, drawn, export, lists
from pages.parts.apart import apart
from pages.parts.language import _, listed
from pages.parts.map import colours
from pages.parts.map.names import titles

HEIGHT = 260
MOST_LABELS = 20
"""That are drawn, the most frequent first."""
LETTERS = 24


@st.cache_data(max_entries=16, show_spinner=False)
@apart
def of(name: str, fingerprint: str) -> Profile:
    """The profile of a dataset as it is now."""
    return profile(cached.dataset(name))


def show(name: str, fingerprint: str) -> None:
    """All of a dataset's profile."""
    found, state = of(name, fingerprint), drawn.here(name, fingerprint)
    _draw_texts(state, found)
    left, right = st.columns(2)
    for place, (key, alt, make) in zip((left, right), pictures(found), strict=False):
        height = max(HEIGHT, 76 + 18 * min(MOST_LABELS, found.labels["label"].nunique())) if key == "labels" else HEIGHT
        with place:
            figure = charts.kept(state, f"profile.{key}.{name}", alt, height, make)
            export.figure_download(figure, f"profile.{key}.{name}")
    for text, share in overlaps(found).items():
        st.text(f"{text} · {percent(share)}")


def pictures(found: Profile) -> Iterator[tuple[str, str, Callable[[], go.Figure]]]:
    """What is drawn of it: a key, what it shows in words, and what draws it."""
    yield "lengths", _("How long the texts are"), partial(lengths, found.texts)
    if not found.labels.empty:
        yield "labels", _("How many texts carry each label"), partial(labels, found.labels)
    elif not found.judgements.empty:
        yield "judged", _("Judged documents per query"), partial(judgements, found.judgements)
    elif not found.numbers.empty:
        yield "numbers", _("How often each score was given"), partial(numbers, found.numbers)


@drawn.once(max_entries=32)
def _draw_texts(state: str, _found: Profile) -> None:
    found = _found
    st.dataframe(
        pd.DataFrame([row(texts) for texts in found.texts]),
        key="profile.texts",
        hide_index=True,
        placeholder="–",
        column_config={
            "table": _("table"),
            "column": _("column"),
            "rows": lists.count(_("texts")),
            "empty": lists.count(_("empty")),
            "repeated": lists.count(_("repeated"), _("Texts that an earlier row has too.")),
            "median": lists.count(_("characters (median)")),
            "p95": lists.count(_("95% have at most")),
            "max": lists.count(_("longest")),
            "scripts": st.column_config.TextColumn(_("scripts"), width="medium"),
        },
    )


def row(texts: TextProfile) -> dict[str, object]:
    """One column of texts in a line."""
    called = titles()
    scripts = listed(
        f"{called.get(name, name)} {percent(count / max(texts.rows, 1))}" for name, count in texts.scripts.items()
    )
    counts = {
        "table": texts.table,
        "column": texts.column,
        "rows": texts.rows,
        "empty": texts.empty,
        "repeated": texts.repeated,
    }
    return counts | {name: round(texts.characters[name], 0) for name in ("median", "p95", "max")} | {"scripts": scripts}


def overlaps(found: Profile) -> dict[str, float]:
    """What overlaps, in words."""
    titles = {
        "query_in_answer": _("Queries that stand word for word in a document that answers them"),
        "query_is_document": _("Queries that are a document of the corpus"),
        "test_in_train": _("Test texts that are in the training texts too"),
    }
    return {titles.get(name, name): share for name, share in found.overlaps.items()}


def lengths(texts: tuple[TextProfile, ...]) -> go.Figure:
    """Histograms of characters, one line a column."""
    figure, highest = go.Figure(), 0.0
    for place, one in enumerate(texts):
        colour = charts.PALETTE[place % len(charts.PALETTE)]
        middle = (one.histogram["low"] + one.histogram["high"]) / 2
        name = f"{one.table}.{one.column}"
        share = one.histogram["rows"] / max(one.rows, 1)
        highest = max(highest, float(share.max()))
        figure.add_scatter(x=middle, y=share, name=name, mode="lines+markers", line={"color": colour})
    figure.update_layout(legend={"orientation": "h"})
    figure.update_xaxes(title=_("characters"), type="log", dtick=1, tickformat=",d")
    highest = highest or 1.0
    figure.update_yaxes(title=_("share of texts"), tickformat=".0%", range=[-0.04 * highest, 1.08 * highest])
    return figure


def labels(table: pd.DataFrame) -> go.Figure:
    """The labels by their number of texts; the bars lie, so that there is room for their names."""
    figure, title = go.Figure(), _("texts")
    labels = table["label"].drop_duplicates()
    shown = table[table["label"].isin(labels.head(MOST_LABELS))]
    for place, (name, rows) in enumerate(shown.groupby("table", sort=False)):
        names = [charts.plain(colours.start(str(label), LETTERS)) for label in rows["label"]]
        figure.add_bar(
            y=names, x=rows["rows"], orientation="h", name=charts.plain(name), marker={"color": charts.PALETTE[place]}
        )
    if len(labels) > MOST_LABELS:
        title = _("texts ({shown} of {all} labels)", shown=MOST_LABELS, all=len(labels))
    figure.update_layout(legend={"orientation": "h"}, showlegend=shown["table"].nunique() > 1)
    figure.update_xaxes(title=title)
    figure.update_yaxes(type="category", autorange="reversed", dtick=1)
    return figure


def numbers(table: pd.DataFrame) -> go.Figure:
    """The scores by how often they were given."""
    figure = go.Figure(
        go.Bar(x=(table["low"] + table["high"]) / 2, y=table["rows"], marker={"color": charts.PALETTE[0]})
    )
    figure.update_xaxes(title=_("score"))
    figure.update_yaxes(title=_("pairs"))
    return figure


def judgements(table: pd.DataFrame) -> go.Figure:
    """Queries by their number of judged and of relevant documents."""
    figure = go.Figure()
    for place, (column, title) in enumerate({"judged": _("judged"), "relevant": _("relevant")}.items()):
        figure.add_bar(x=table["documents"], y=table[column], name=title, marker={"color": charts.PALETTE[place]})
    figure.update_layout(legend={"orientation": "h"})
    figure.update_xaxes(title=_("documents"))
    figure.update_yaxes(title=_("queries"))
    return figure
