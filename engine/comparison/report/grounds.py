"""What does the answer rest on: which models on which data, at what cost, by which method and settings?"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from engine.comparison import costs
from engine.comparison.report.markup import element, facts, folded, table
from engine.comparison.report.picture import interval
from engine.comparison.report.subject import Subject
from engine.comparison.verdict import at_most
from engine.models import catalogue
from engine.notation import percent
from engine.results import frames
from engine.texts.profile import profile_texts
from engine.types import Message

KEYS = ("source", "revision", "precision", "device", "machine", "similarity", "seed", "draws")
NAN = float("nan")
TABLES = {
    "corpus": Message("documents"),
    "documents": Message("documents"),
    "queries": Message("queries"),
    "qrels": Message("judgements"),
    "candidates": Message("candidates"),
    "pairs": Message("pairs"),
    "train": Message("training texts"),
    "test": Message("test texts"),
    "summaries": Message("summaries"),
}
"""What the tables of a dataset are called."""
WRITINGS = {"Han": "Chinese", "Hangul": "Korean", "none": "no letters"}
"""What writings are called where that is not their own name."""
SAMPLE = "Parallax sample, written for it"
"""What the samples say of their source."""


def scores(about: Subject) -> str:
    """Every model with its score, its letters of ties and its chance of being first."""
    say = about.say
    first = [Message("comes first")] if len(about.first) else []  # of an example no resamples are kept
    heads = [Message("rank"), Message("model"), Message("{metric}", {"metric": about.metric}), Message("group")]
    told = [say(head) for head in (*heads, *first, Message("items"))]
    rows = []
    for row in about.everything.itertuples(index=False):
        share = [percent(about.first.get(row.label, NAN))] if first else []
        number, rank = interval(row.score, row.low, row.high), "–" if pd.isna(row.rank) else row.rank
        rows.append((rank, row.label, number, row.group or "–", *share, f"{row.items:,}"))
    return table(told, rows, {*range(len(told))} - {1})


def against_best(about: Subject) -> Iterator[str]:
    """The best model's lead over each other one."""
    say, rows = about.say, []
    for row in range(1, len(about.board)):
        found = about.lead(row)
        if found:
            p = "–" if np.isnan(about.p[row]) else at_most(about.p[row])
            counts = f"{found.won:,} / {found.tied:,} / {found.lost:,}"
            gap = interval(found.gap, found.low, found.high, sign=True)
            rows.append((about.board["label"].iloc[row], gap, counts, p))
    if rows:
        best = about.board["label"].iloc[0]
        yield element("h3", say(Message("{best} against the others", {"best": best})))
        heads = (Message("model"), Message("lead"), Message("won / tied / lost"), Message("p, corrected"))
        yield table([say(head) for head in heads], rows, (1, 2, 3))


def cost(about: Subject) -> Iterator[str]:
    """What every model takes: time, room, money; figures of other datasets are marked."""
    board, say = about.board, about.say
    found = costs.table(board, frames.latest(about.results.runs()), catalogue.entries())
    found["megabytes"] = found["bytes"] / 1e6
    shown: dict[str, tuple[Message, str]] = {
        "texts_per_second": (Message("texts per second"), ",.0f"),
        "p50": (Message("milliseconds per query"), ",.3g"),
        "bytes_a_document": (Message("bytes a document"), ",.0f"),
        "megabytes": (Message("MB of vectors"), ",.3g"),
        "price": (Message("price per million tokens"), ",.4g"),
    }
    shown = {name: one for name, one in shown.items() if found[name].notna().any()}
    if not shown:
        return
    elsewhere = {"texts_per_second": "speed_from", "p50": "latency_from"}

    def cell(row: Any, name: str, form: str) -> str:
        value = getattr(row, name)
        if np.isnan(value):
            return "–"
        return f"{value:{form}}" + ("*" if name in elsewhere and getattr(row, elsewhere[name]) else "")

    rows = [
        [row.label, *(cell(row, name, form) for name, (_head, form) in shown.items())] for row in found.itertuples()
    ]
    yield element("h2", say(Message("What it costs")))
    yield table([say(Message("model")), *(say(head) for head, _form in shown.values())], rows, range(1, len(shown) + 1))
    chosen = costs.choice(about.task, found, about.comparisons, costs.AXES["texts_per_second"], about.title)
    if chosen:
        yield element("p", say(chosen[1]))
    if any("*" in value for row in rows for value in row[1:]):
        yield element("p", say(Message("* measured on another dataset")), "note")
    devices = sorted({one for one in found["device"] if one})
    if devices:
        yield element("p", say(Message("Measured on {machine}.", {"machine": ", ".join(devices)})), "note")


def data(about: Subject) -> Iterator[str]:
    """What was compared on what."""
    say, dataset = about.say, about.dataset
    yield element("h2", say(Message("What was compared")))
    rows: list[tuple[Message, object]] = [
        (Message("models compared"), say(Message("{names}", {"names": tuple(about.everything["label"])}))),
        (Message("dataset"), about.title),
        (Message("task"), say(Message(about.task.title)) + " – " + say(Message(about.task.question))),
        (Message("items"), f"{int(about.board['items'].max()):,}" if len(about.board) else ""),
        (Message("rows"), _sizes(about)),
        (Message("languages"), say(Message("{languages}", {"languages": tuple(dataset.languages)}))),
        (Message("scripts"), _scripts(about)),
        (Message("source"), _source(about)),
        (Message("licence"), dataset.licence),
    ]
    yield facts(((say(name), value) for name, value in rows), "short")


def in_short(about: Subject) -> str:
    """How much of what was judged, in a line."""
    items = int(about.board["items"].max()) if len(about.board) else 0
    told = [about.say(Message("{n} items", {"n": items})), _sizes(about), _source(about)]
    return " · ".join(one for one in told if one)


def _source(about: Subject) -> str:
    """Where the data come from; the samples' own word for it in the reader's language."""
    return about.say(Message(SAMPLE)) if about.dataset.source == SAMPLE else about.dataset.source


def _sizes(about: Subject) -> str:
    """What the tables are called, and how many rows each has."""
    rows = about.dataset.tables.items()
    return " · ".join(f"{about.say(TABLES[name]) if name in TABLES else name} {len(its):,}" for name, its in rows)


def _scripts(about: Subject) -> str:
    """In which scripts the texts are, for a dataset that does not name its languages."""
    if about.dataset.languages:
        return ""
    sides = about.task.texts(about.dataset).values()
    found = profile_texts("", "", pd.Series([text for side in sides for text in side.items], dtype="str")).scripts
    most = sorted(found.items(), key=lambda one: -one[1])
    called = {name: about.say(Message(WRITINGS.get(name, name))) for name in found}
    return " · ".join(f"{called[name]} {percent(n / sum(found.values()))}" for name, n in most if n)


def method(about: Subject) -> Iterator[str]:
    """How the figures came about, in small print, and all that is needed to repeat each run."""
    say, task = about.say, about.task
    definition = task.definitions.get(task.main_metric) or task.definitions.get(task.main_metric.split("_at_")[0], "")
    yield element("h2", say(Message("Method")))
    explained = Message(
        "{metric}: {definition} Brackets hold 95% intervals: bootstraps over whole items, centred on the score. "
        "Models that share a letter cannot be told apart by a paired test (5%, corrected for all pairs). Comes first: "
        "in how many of the resamples, shared by all models, a model has the highest score.",
        {"metric": about.metric, "definition": Message(definition)},
    )
    yield element("p", say(explained), "note")
    yield element("p", say(Message("Fingerprint of the data: {name}", {"name": about.dataset.fingerprint})), "note")
    for row in about.everything.itertuples():
        yield folded(say(Message("Settings of {model}", {"model": row.label})), _settings(about, row))


def _settings(about: Subject, row: Any) -> str:
    settings, timings = about.results.notes(row.id)
    created = datetime.fromtimestamp(row.created, UTC).strftime("%Y-%m-%d %H:%M")
    told = [(name, settings[name]) for name in KEYS if settings.get(name) not in (None, "")]
    told += [(f"prompt · {role}", prompt) for role, prompt in settings.get("prompts", {}).items() if prompt]
    told += [(f"version · {name}", version) for name, version in settings.get("versions", {}).items()]
    bca = interval(row.score, row.bca_low, row.bca_high, 4)
    told += [("BCa", bca), ("run", row.id), ("encoder", row.encoder_key), ("measured (UTC)", created)]
    told += [(f"{name} (s)", f"{timings[name]:.2f}") for name in ("encode", "judge", "total") if name in timings]
    return facts(told)
