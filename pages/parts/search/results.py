"""The pieces of the search: asking the interactive worker, rankings next to each other, matrices of similarity."""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from engine.jobs import queue
from engine.types import Dataset
from pages.parts import address, cached, charts
from pages.parts.language import _, listed, say
from pages.parts.markdown import escape

MOST_TEXTS = 20
SNIPPET = 300
FIRST = 3
"""Models that are asked unless others are chosen."""


def pick_models(dataset: str | None) -> list[str]:
    """The models to ask: those on this machine that fit; to begin with none that was seen unable to read the dataset."""
    task = cached.card_of(dataset).task if dataset else "sts"
    here = cached.here()
    names = [name for name in cached.applying(task) if name in here]
    runs = cached.runs_on(dataset) if dataset else cached.runs().iloc[:0]
    blind = set(runs.loc[cached.blind(runs), "model"])
    first = [name for name in names if name not in blind][:FIRST]
    st.session_state["search.models"] = [name for name in st.session_state.get("search.models", first) if name in names]
    return st.multiselect(
        _("Models"),
        names,
        key="search.models",
        max_selections=6,
        help=_("Here models read texts in float32, whatever the precision of their runs."),
        placeholder=_("choose"),
    )


def answer(kind: str, arguments: Mapping[str, Any]) -> Any:
    """What the interactive worker answers; the page waits for it without standing still, and ends where it fails."""
    known = st.session_state.setdefault("answers", {})
    dataset = arguments.get("dataset")
    state = [cached.model_state(model) for model in arguments["models"]] + ([cached.card(dataset)] if dataset else [])
    key = f"{kind} {sorted(arguments.items())} {state}"
    if key not in known:
        known[key] = queue.submit(kind, dict(arguments), lane="interactive").id
    job = queue.job(known[key])
    if job.state == "done":
        return queue.result(job.id)
    if job.state in ("failed", "cancelled"):
        known.pop(key)
        with st.container(border=True):
            st.text(say(job.error) if job.error else _("The search was cancelled."))
            st.button(_("Try again"), key="search.again")
        address.stop()
    wait(job.id)
    address.stop()


@st.fragment(run_every=0.3)
def wait(job: str) -> None:
    """Look at a job until it ends, then draw the page anew."""
    now = queue.job(job)
    if now.state not in ("queued", "running"):
        st.rerun()
    st.progress(now.progress)
    st.text(
        say(now.message)
        if now.message
        else _("Asking the models. The first question loads them; later ones need not wait for that.")
    )


def answer_in_short(found: Mapping[str, Any], dataset: str, k: int) -> None:
    """How far the models agree on this query, in one sentence."""
    if len(found) < 2:
        return
    ids = [[one["id"] for one in results[0]] for results in found.values()]
    values = {
        "dataset": dataset,
        "models": listed(found),
        "shared": len(set.intersection(*map(set, ids))),
        "k": k,
    }
    if all(ids) and len({own[0] for own in ids}) == 1:
        told = _("On {dataset}, {models} put the same text first and share {shared} of their first {k}.", **values)
    else:
        told = _("On {dataset}, {models} put different texts first and share {shared} of their first {k}.", **values)
    st.info(escape(told), icon=":material/search:")


def show_rankings(found: Mapping[str, Any], dataset: Dataset) -> None:
    """A column a model; a text that another model also found carries its rank there."""
    rankings = {model: results[0] for model, results in found.items()}
    for column, (model, results) in zip(st.columns(len(rankings)), rankings.items(), strict=True):
        with column:
            st.text(model)
            if not results:
                st.text(_("Shares no words with any text."))
            others = {
                name: {one["id"]: rank for rank, one in enumerate(its, 1)}
                for name, its in rankings.items()
                if name != model
            }
            for rank, one in enumerate(results, 1):
                show_result(rank, one, others)


def show_result(rank: int, one: Mapping[str, Any], others: Mapping[str, Mapping[str, int]]) -> None:
    """One text: rank, score, where the others have it."""
    with st.container(border=True):
        with st.container(horizontal=True):
            st.text(f"{rank} · {one['score']:.3f} · {one['id']}")
            shared = sum(one["id"] in ranks for ranks in others.values())
            if others and shared == len(others):
                st.badge(_("found by all"), color="green")
            elif others and not shared:
                st.badge(_("only here"), color="orange")
        if one.get("title"):
            st.text(one["title"])
        text = one["text"]
        if not text.strip() and not one.get("title"):
            st.caption(_("a text without any letters"))
        else:
            st.text(text if len(text) <= SNIPPET else f"{text[:SNIPPET]}…")


def show_matrices(found: Mapping[str, Any], texts: list[str]) -> None:
    """A matrix of pairwise similarity per model."""
    names = [charts.plain(f"{number} {text[:18]}") for number, text in enumerate(texts, 1)]
    for column, (model, matrix) in zip(st.columns(min(len(found), 3)) * len(found), found.items(), strict=False):
        figure = go.Figure(
            go.Heatmap(z=matrix, x=names, y=names, colorscale="Viridis", texttemplate="%{z:.2f}", showscale=False)
        )
        figure.update_yaxes(autorange="reversed")
        with column:
            st.text(model)
            charts.show(figure, f"search.matrix.{model}", _("How similar the texts are"), height=200 + 24 * len(texts))
