"""Two answers side by side, without a name; a vote; and what all votes say so far."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.comparison import judging
from engine.comparison.judging import Duel
from engine.datasets import marks
from engine.notation import interval
from engine.results import frames
from engine.types import Dataset
from pages.parts import address, cached, charts, pickers
from pages.parts.cards import heading
from pages.parts.language import _, named, ngettext
from pages.parts.markdown import escape

SNIPPET = 1_500


def show(dataset: Dataset, runs: pd.DataFrame) -> None:
    """Pick two models, vote, see the interval shrink."""
    if dataset.task not in judging.TASKS:
        st.text(
            _(
                "Answers are compared blind where they are documents: in retrieval and reranking. For this dataset, go through the suspects and say of each whether it is a mistake."
            )
        )
        return
    if len(runs) < 2:
        st.text(_("Choose at least two models."))
        return
    a, b, trusting = pick(runs)
    found = judging.duels(dataset, cached.items(a["id"]), cached.items(b["id"]), trusting=trusting)
    votes = marks.votes(dataset.fingerprint)
    voted = {(one.item, one.first, one.second) for one in votes}
    waiting = judging.open_duels(found)
    left = [one for one in waiting if (one.query, *sorted([one.a, one.b])) not in voted]
    progress(found, waiting, left)
    if missing := judging.unanswered(cached.items(a["id"]), cached.items(b["id"])):
        st.text(
            ngettext(
                "{n} query is left out: one of the models finds nothing that shares anything with it.",
                "{n} queries are left out: one of the models finds nothing that shares anything with them.",
                missing,
            )
        )
    if left:
        ballot(dataset, left[0], trusting)
    elif waiting:
        st.text(_("Every query on which the two part has been voted on."))
    else:
        st.text(_("There is nothing to vote on: wherever the two part, both answers are judged already."))
    undo(dataset, waiting)
    estimate(dataset, found, (a["label"], b["label"]))


def pick(runs: pd.DataFrame) -> tuple[pd.Series, pd.Series, bool]:
    """The two models, and whether the judgements that are there are believed."""
    a, b = pickers.pick_two(runs)
    which = address.view(
        "part", {"unjudged": _("Answers that nobody judged"), "all": _("All answers that differ: votes overrule")}
    )
    return a, b, which == "unjudged"


def progress(found: list[Duel], waiting: list[Duel], left: list[Duel]) -> None:
    """How much there is to do."""
    same = sum(one.a == one.b for one in found)
    st.text(
        _(
            "Of {n} queries, both models answer {same} with the same document; {known} are judged already; {open} need a vote, {done} have one.",
            n=f"{len(found):,}",
            same=f"{same:,}",
            known=f"{len(found) - same - len(waiting):,}",
            open=f"{len(waiting):,}",
            done=f"{len(waiting) - len(left):,}",
        )
    )


def ballot(dataset: Dataset, duel: Duel, trusting: bool) -> None:
    """The query, both answers in random order without their models, and the buttons."""
    queries = dataset.tables["queries"]
    with st.container(border=True):
        st.text(str(queries.loc[queries["id"].astype(str) == duel.query, "text"].iloc[0]))
    documents = frames.documents(dataset, pd.Series(duel.shown))
    for column, name, document in zip(st.columns(2), ("1", "2"), duel.shown, strict=True):
        with column.container(border=True, height=320):
            row = documents.loc[document]
            st.text(_("Answer {name}", name=name))
            if title := heading(row):
                st.text(title)
            text = str(row["text"])
            st.text(text if len(text) <= SNIPPET else f"{text[:SNIPPET]}…")
    choices = {
        "left": (_("Answer 1 is better"), "1"),
        "right": (_("Answer 2 is better"), "2"),
        "both": (_("Both good"), "3"),
        "neither": (_("Both bad"), "4"),
        "skip": (_("Skip"), "5"),
    }
    with st.container(horizontal=True):
        for choice, (label, key) in choices.items():
            st.button(
                label,
                key=f"vote.{choice}",
                shortcut=key,
                on_click=cast,
                args=(dataset, duel, choice),
                kwargs={"trusting": trusting},
            )
    st.caption(_("Which model gave which answer is not shown, and left and right are drawn. Keys 1 to 5 vote."))


def cast(dataset: Dataset, duel: Duel, choice: str, *, trusting: bool) -> None:
    """Keep a vote and the judgements that it makes."""
    one = judging.vote_on(duel, choice)
    marks.vote(dataset.fingerprint, one)
    marks.put(dataset.fingerprint, judging.marks_of(dataset, one, trusting=trusting))


def undo(dataset: Dataset, waiting: list[Duel]) -> None:
    """Take the last vote back."""
    mine = {(one.query, *sorted([one.a, one.b])) for one in waiting}
    cast_here = [one for one in marks.votes(dataset.fingerprint) if (one.item, one.first, one.second) in mine]
    if cast_here:
        st.button(
            _("Take the last vote back"),
            key="vote.undo",
            icon=":material/undo:",
            on_click=judging.take_back,
            args=(dataset, cast_here[-1]),
        )


def estimate(dataset: Dataset, found: list[Duel], labels: tuple[str, str]) -> None:
    """The gap between the models with its interval, as the votes came in."""
    votes = marks.votes(dataset.fingerprint)
    table = judging.estimates(found, votes)
    last = table.iloc[-1]
    st.header(sentence(labels, last, len(table) - 1))
    if len(table) > 1:
        figure(table)
    st.caption(
        _(
            "The gap: by how many of 100 queries more the first model's first answer is relevant. Where both give the same answer it is 0, where both are judged it is known; for the rest, the votes so far stand for those to come (they are cast in random order), and before the first vote every outcome is as likely. The 95% interval holds that doubt and that of the choice of queries."
        )
    )
    if wrong := judging.contradicted(dataset, votes):
        st.text(
            ngettext(
                "{n} vote contradicts a judgement in the data.", "{n} votes contradict judgements in the data.", wrong
            )
        )


def figure(table: pd.DataFrame) -> None:
    """The gap with its interval as the votes came in."""
    drawn = go.Figure()
    drawn.add_scatter(
        x=table["votes"], y=table["high"], mode="lines", line={"width": 0}, showlegend=False, hoverinfo="skip"
    )
    drawn.add_scatter(x=table["votes"], y=table["low"], mode="lines", line={"width": 0}, fill="tonexty",
                       fillcolor="rgba(0,114,178,0.2)", name=_("95% interval"))  # fmt: skip
    drawn.add_scatter(
        x=table["votes"], y=table["gap"], mode="lines+markers", line={"color": charts.PALETTE[0]}, name=_("gap")
    )
    drawn.add_hline(y=0, line={"dash": "dot", "color": "#888888"})
    drawn.update_xaxes(title=_("votes"), rangemode="tozero")
    drawn.update_yaxes(title=_("gap in right first answers"))
    drawn.update_layout(legend={"orientation": "h"})
    charts.show(drawn, "judge.votes", _("The gap between both models with its interval after each vote"), height=280)


def sentence(labels: tuple[str, str], last: pd.Series, votes: int) -> str:
    """What the votes say, in one sentence."""
    low, high = last["low"], last["high"]
    if not votes:
        return escape(_("No vote yet: whether {a} or {b} answers better is open.", a=labels[0], b=labels[1]))
    first, second = labels if last["gap"] >= 0 else labels[::-1]
    ends = (low, high) if last["gap"] >= 0 else (-high, -low)
    gap = f"{interval(100 * abs(last['gap']), *(100 * end for end in ends), 1, sign=True)}%"
    values = {"a": first, "b": second, "gap": gap}
    if low > 0 or high < 0:
        text = _("{a} answers more queries well than {b}: {gap}.", **values)
    else:
        text = _("{a} and {b} cannot be told apart yet: {gap}.", **values)
    after = ngettext("After {n} vote", "After {n} votes", votes)
    return escape(named(after, text))
