"""What of a suite is left to run, and why did parts of it fail? The job that runs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.benchmarks import copies, definitions
from engine.benchmarks.mteb_tasks import PREFIX
from engine.datasets import library
from engine.models import catalogue
from engine.results.store import Results
from engine.runs.evaluate import evaluate
from engine.suites import standings
from engine.types import Cancelled, Message, ModelEntry, Step, UserError


@dataclass(frozen=True)
class Failure:
    """Why parts of a suite failed: one dataset, or several of one task, called by it, with one or several models."""

    models: tuple[str, ...]
    dataset: str
    parts: int
    why: Message


def work(arguments: Mapping[str, Any], step: Step) -> dict[str, Any]:
    """Does a job of the kind `suite`: every dataset of a suite with every model, but what has been run already.

    arguments: suite and models by name, precision where one is wanted. A part that fails does not stop the others: its
    sentence is kept in the job's result, which `failures` reads.
    """
    precision = arguments.get("precision")
    entries = [catalogue.find(name) for name in arguments["models"]]
    left = _left(arguments["suite"], entries, precision)
    failed: list[tuple[str, str, Message]] = []
    lacking: dict[str, Message] = {}
    titles = {name: entry.title for name, entry in library.entries().items() if entry.title}
    done = 0
    for number, (name, entry) in enumerate(left):

        def part(share: float, message: Message, number: int = number, name: str = name) -> None:
            said = {"part": number + 1, "parts": len(left), "dataset": titles.get(name, name), "failed": len(failed)}
            text = Message(
                "{part} of {parts}, {dataset}: {message} ({failed} failed so far)", said | {"message": message}
            )
            step((number + share) / len(left), text)

        task = _task_of(name)
        # all subsets of a task lie in one place: nobody asks the hub for each
        error = lacking[task] if task in lacking else _attempt(name, entry, precision, part)
        if error is None:
            done += 1
            continue
        failed.append((entry.name, name, error))
        if name.startswith(PREFIX) and error.template == copies.MISSING:
            lacking[task] = error
    return {"done": done, "failed": _told(failed)}


def _task_of(dataset: str) -> str:
    """A public dataset's name without its subset and split."""
    return dataset.partition("/")[0] if dataset.startswith(PREFIX) else dataset


def _told(failed: Sequence[tuple[str, str, Message]]) -> list[dict[str, Any]]:
    """What a job's result holds of the parts that failed: one entry per task and kind of reason."""
    alike: dict[tuple[str, str], list[tuple[str, str, Message]]] = {}
    for model, name, error in failed:
        alike.setdefault((_task_of(name), error.template), []).append((model, name, error))
    return [
        {
            "models": list(dict.fromkeys(model for model, *_ in parts)),
            "dataset": parts[0][1] if len({name for _, name, _ in parts}) == 1 else task,
            "parts": len(parts),
            "template": template,
            "values": {key: str(value) for key, value in parts[0][2].values.items()},
        }
        for (task, template), parts in alike.items()
    ]


def failures(result: Mapping[str, Any]) -> list[Failure]:
    """What failed and why, from the result of a job; of several parts that failed alike the reason of the first."""
    return [
        Failure(
            tuple(one.get("models") or [one["model"]]),  # jobs of before told each model apart
            one["dataset"],
            one.get("parts", 1),
            Message(one["template"], one["values"]),
        )
        for one in result["failed"]
    ]


def _left(suite: str, entries: Sequence[ModelEntry], precision: str | None) -> list[tuple[str, ModelEntry]]:
    """Datasets with models in the order in which they will run, a dataset's models together."""
    runs = standings.current(Results().runs())
    if precision:
        runs = runs[runs["precision"].isin([precision, ""])]  # words are counted in no precision
    done = set(zip(runs["model"], runs["dataset"], strict=True))
    names = definitions.parts(suite)["dataset"].drop_duplicates()
    return [(name, entry) for name in names for entry in entries if (entry.name, name) not in done]


def _attempt(name: str, entry: ModelEntry, precision: str | None, step: Step) -> Message | None:
    """Runs one part; the sentence that says why, if it fails."""
    try:
        step(0.0, Message("Reading {dataset}", {"dataset": name}))
        evaluate(entry, library.load(name), precision=precision, step=step)
    except Cancelled:
        raise
    except UserError as error:
        return Message(error.template, error.values)
    except Exception as error:  # noqa: BLE001 whatever one part runs into, the next one gets its turn
        return Message("Unexpected {kind}: {text}", {"kind": type(error).__name__, "text": str(error).strip()})
    return None
