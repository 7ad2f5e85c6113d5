"""What would somebody who was not here need to judge the comparison? One HTML file that opens without a network."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

import numpy as np
import pandas as pd

from engine import plugins
from engine.comparison import markup
from engine.comparison.verdict import verdict
from engine.metrics import names
from engine.results import frames
from engine.results.store import Results
from engine.statistics import multiple, stability
from engine.statistics.power import power
from engine.types import Comparison, Dataset, Message, Task

Say: TypeAlias = Callable[[Message], str]
KEYS = ("source", "revision", "precision", "device", "machine", "similarity", "seed", "draws")


@dataclass(frozen=True)
class Ask:
    """What goes into a report: how many error cases of each kind, and whether the dataset's texts may be in it."""

    cases: int = 10
    texts: bool = False
    language: str = "en"


def report(dataset: Dataset, runs: pd.DataFrame, results: Results, *, ask: Ask, say: Say = str) -> str:
    """The report on the runs (with their labels) on one state of a dataset, as one HTML file."""
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    comparisons = results.comparisons(dataset.fingerprint)
    board = frames.board(runs, multiple.groups(runs, comparisons))
    title = say(Message("Comparison of models on {dataset}", {"dataset": dataset.title or dataset.name}))
    answer = verdict(task, runs, comparisons)
    written = Message("Written by Parallax on {day} (UTC).", {"day": datetime.now(UTC).strftime("%Y-%m-%d %H:%M")})
    parts = [
        markup.element("h1", title),
        markup.element("p", say(answer), "verdict") if answer else "",
        markup.element("p", say(power(int(board["items"].max()), comparisons).said())),
        *_leaderboard(task, board, results, say),
        *_against_best(board, comparisons, say),
        *_cases(dataset, board, results, ask=ask, say=say),
        *_data(dataset, task, say),
        *_settings(board, results, say),
        f"<footer>{markup.element('small', say(written))}</footer>",
    ]
    return markup.page(title, ask.language, parts)


def _leaderboard(task: Task, board: pd.DataFrame, results: Results, say: Say) -> Iterator[str]:
    metric = names.title(task.main_metric)
    yield markup.element("h2", say(Message("Leaderboard")))
    rows = list(board[["label", "score", "low", "high"]].itertuples(index=False, name=None))
    yield markup.dots(rows, say(Message("Score of every model with its 95 % interval")))
    resampled = {row.label: found for row in board.itertuples() if (found := results.resampled(row.id)) is not None}
    scores = dict(zip(board["label"], board["score"], strict=True))
    firm = stability.on_items(scores, resampled).set_index("label") if resampled else pd.DataFrame(columns=["first"])
    yield markup.table(
        [say(one) for one in (Message("rank"), Message("model"))]
        + [metric]
        + [say(one) for one in (Message("95 % interval"), Message("the same, BCa"), Message("tied"))]
        + [say(one) for one in (Message("first in resamples"), Message("items"))],
        (
            (
                row.rank,
                row.label,
                f"{row.score:.4f}",
                _span(row.low, row.high),
                _span(row.bca_low, row.bca_high),
                row.group,
                f"{firm['first'][row.label]:.0%}" if row.label in firm.index else "",
                row.items,
            )
            for row in board.itertuples(index=False)
        ),
    )
    definition = task.definitions.get(task.main_metric) or task.definitions.get(task.main_metric.split("_at_")[0], "")
    explained = Message(
        "{metric}: {definition} Intervals are bootstraps over whole items, percentile and bias-corrected (BCa). Models "
        "that share a letter cannot be told apart by a paired test (5 %, corrected for all pairs).",
        {"metric": metric, "definition": Message(definition)},
    )
    yield markup.element("small", say(explained))
    for row in board.itertuples(index=False):
        for one in frames.warnings(row.warnings):
            yield markup.element("p", f"⚠ {row.label}: {say(one)}")


def _against_best(board: pd.DataFrame, comparisons: pd.DataFrame, say: Say) -> Iterator[str]:
    """The best model against each other one."""
    ids, labels = board["id"].tolist(), board["label"].tolist()
    p = multiple.corrected(ids, comparisons)[0] if ids else []
    rows = [
        (label, _gap(found), f"{found.won} / {found.tied} / {found.lost}", f"{value:.4f}", f"{more:,}" if more else "")
        for run, label, value in zip(ids[1:], labels[1:], p[1:], strict=True)
        if (found := frames.between(ids[0], run, comparisons))
        for more in [stability.more_items(found)]
    ]
    if rows:
        yield markup.element("h2", say(Message("{best} against the others", {"best": labels[0]})))
        heads = (
            Message("model"),
            Message("lead (95 % interval)"),
            Message("won / tied / lost"),
            Message("p, corrected"),
            Message("items to add until this lead would show"),
        )
        yield markup.table([say(head) for head in heads], rows)


def _cases(dataset: Dataset, board: pd.DataFrame, results: Results, *, ask: Ask, say: Say) -> Iterator[str]:
    """Where the best model fails, and where the first two part; ids only, unless texts are asked for."""
    if not ask.cases or board.empty:
        return
    columns = None if ask.texts else ["item", "measure"]
    sides = [results.items(run, columns).sort_values("item", ignore_index=True) for run in board["id"].head(2)]
    first, best = sides[0], board["label"].iloc[0]
    yield markup.element("h2", say(Message("Cases")))
    yield markup.element("h3", say(Message("Where {best} fails", {"best": best})))
    worst = first.sort_values("measure", kind="stable").head(ask.cases)
    yield _items(dataset, worst, [(best, worst["measure"])], ask=ask, say=say)
    if len(sides) < 2:
        return
    second = board["label"].iloc[1]
    apart = frames.duel(first, sides[1]).head(ask.cases)
    chosen = first.set_index("item").loc[apart["item"]].reset_index()
    yield markup.element("h3", say(Message("Where {a} and {b} part", {"a": best, "b": second})))
    yield _items(dataset, chosen, [(best, apart["a"]), (second, apart["b"])], ask=ask, say=say)


def _items(dataset: Dataset, items: pd.DataFrame, measures: list[tuple[str, pd.Series]], *, ask: Ask, say: Say) -> str:
    """Items with how well they went (0 to 1)."""
    columns: list[tuple[str, list[object]]] = [(say(Message("item")), items["item"].tolist())]
    columns += [(label, [f"{value:.3f}" for value in values]) for label, values in measures]
    if ask.texts:
        texts = frames.item_texts(dataset, items.reset_index(drop=True))
        columns += [(str(name), texts[name].tolist()) for name in frames.ITEM_TEXTS[dataset.task][1]]
    return markup.table([head for head, _ in columns], zip(*[cells for _, cells in columns], strict=True))


def _data(dataset: Dataset, task: Task, say: Say) -> Iterator[str]:
    yield markup.element("h2", say(Message("Data")))
    settings = {**task.settings, **dataset.settings}
    sizes = ", ".join(f"{name}: {len(table):,}" for name, table in dataset.tables.items())
    rows = [
        (say(Message("name")), dataset.name),
        (say(Message("task")), say(Message(task.title))),
        (say(Message("rows")), sizes),
        (say(Message("source")), dataset.source),
        (say(Message("licence")), dataset.licence),
        (say(Message("fingerprint")), dataset.fingerprint),
        (say(Message("settings")), json.dumps(settings, ensure_ascii=False, default=str) if settings else ""),
    ]
    yield markup.table(["", ""], [row for row in rows if row[1]])


def _settings(board: pd.DataFrame, results: Results, say: Say) -> Iterator[str]:
    """All that is needed to repeat each run."""
    yield markup.element("h2", say(Message("Settings")))
    for row in board.itertuples():
        settings, timings = results.notes(row.id)
        created = datetime.fromtimestamp(row.created, UTC).strftime("%Y-%m-%d %H:%M")
        told = [(name, settings[name]) for name in KEYS if settings.get(name) not in (None, "")]
        told += [(f"prompt · {role}", prompt) for role, prompt in settings.get("prompts", {}).items() if prompt]
        told += [(f"version · {name}", version) for name, version in settings.get("versions", {}).items()]
        told += [("run", row.id), ("encoder", row.encoder_key), ("measured (UTC)", created)]
        told += [(f"{name} (s)", f"{timings[name]:.2f}") for name in ("encode", "judge", "total") if name in timings]
        yield markup.folded(row.label, markup.table(["", ""], told))


def _span(low: float, high: float) -> str:
    return f"{low:.4f} – {high:.4f}" if not np.isnan([low, high]).any() else ""


def _gap(found: Comparison) -> str:
    return f"{found.gap:+.4f} ({found.low:+.4f} – {found.high:+.4f})"
