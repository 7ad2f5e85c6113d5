"""What would somebody who was not here need to judge the comparison? A short report to send or print."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from engine.comparison.report import failures, firmness, grounds, markup
from engine.comparison.report.picture import Row, drawing, slide
from engine.comparison.report.subject import Say, Subject
from engine.comparison.verdict import verdict
from engine.results import frames
from engine.results.store import Results
from engine.types import Dataset, Message


@dataclass(frozen=True)
class Ask:
    """What goes into a report: whether the dataset's own words may be in it, and in which language it is."""

    texts: bool = False
    language: str = "en"


def report(dataset: Dataset, runs: pd.DataFrame, results: Results, *, ask: Ask, say: Say = str) -> str:
    """The report on the runs (with their labels) on one state of a dataset, as one HTML file.

    What somebody must know comes first, on paper on one sheet; what it rests on, on the next.
    """
    about = Subject(dataset, runs, results, say)
    answer = verdict(about.task, runs, about.comparisons, about.title)
    fails = failures.failures(about, texts=ask.texts)
    written = Message("Written by Parallax on {day} (UTC).", {"day": datetime.now(UTC).strftime("%Y-%m-%d %H:%M")})
    basis = [
        *grounds.data(about),
        markup.element("h2", say(Message("All figures"))),
        grounds.scores(about),
        *grounds.against_best(about),
        *grounds.method(about),
        markup.inside("footer", [markup.element("p", say(written))]),
    ]
    parts = [
        markup.element("h1", say(about.question())),
        markup.element("p", grounds.in_short(about), "note"),
        markup.element("p", say(about.answer()), "answer"),
        markup.element("p", say(answer), "verdict") if answer else "",
        markup.inside("div", warned, "warning") if (warned := list(_warnings(about))) else "",
        drawing(_rows(about), _axis(about), say(about.answer())) if len(about.board) else "",
        markup.element("p", say(caption(about)), "note") if len(about.board) > 1 else "",
        *firmness.firmness(about),
        *grounds.cost(about),
        *fails.kinds,
        markup.inside("div", fails.details, "details") if fails.details else "",
        markup.inside("div", basis, "details"),
    ]
    return markup.page(say(about.question()), ask.language, parts)


def for_slide(dataset: Dataset, runs: pd.DataFrame, results: Results, *, say: Say = str) -> str:
    """The report's answer and drawing as one SVG on white, for a slide."""
    about = Subject(dataset, runs, results, say)
    items = int(about.board["items"].max()) if len(about.board) else 0
    said = Message(
        "{question} {n:,} items, {metric} with its 95% interval. {caption}",
        {
            "question": about.question(),
            "n": items,
            "metric": about.metric,
            "caption": caption(about) if len(about.board) > 1 else "",
        },
    )
    return slide(_rows(about), _axis(about), say(about.answer()), say(said))


def _rows(about: Subject) -> list[Row]:
    rows = zip(about.board.itertuples(), about.best, strict=True)
    return [Row(row.label, row.score, row.low, row.high, best) for row, best in rows]


def _axis(about: Subject) -> str:
    return about.say(Message("{metric} (further right is better)", {"metric": about.metric}))


def caption(about: Subject) -> Message:
    """What the colours mean, as firm as the answer."""
    if sum(about.best) == 1:
        return Message("Blue: the best. Grey: worse, beyond what luck explains.")
    if all(about.best):
        return Message("Blue: each may be the best; the differences may be luck.")
    return Message("Blue: may be the best. Grey: worse than the best, beyond what luck explains.")


def _warnings(about: Subject) -> Iterator[str]:
    """What was said before the runs, and of vectors of different precision: it changes what the answer is worth."""
    models: dict[str, list[str]] = {}
    for row in about.everything.itertuples():
        for one in frames.warnings(row.warnings):
            models.setdefault(about.say(one), []).append(str(row.label))
    told = [
        about.say(Message("{name}: {value}", {"name": tuple(labels), "value": sentence}))
        for sentence, labels in models.items()
    ]
    mixed = frames.mixed_precision(about.everything)
    told += [about.say(mixed)] if mixed else []
    yield from (markup.element("p", f"⚠ {one}") for one in told)
