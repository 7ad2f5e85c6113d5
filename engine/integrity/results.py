"""Is every run what was saved? Those of the version before get checksums, damaged ones are run again."""

from functools import partial

from engine import plugins
from engine.datasets import library
from engine.integrity.findings import Finding, Findings, mended
from engine.models import catalogue
from engine.results import soundness
from engine.results.store import Results
from engine.runs.evaluate import compare, evaluate
from engine.types import Message, Step, UserError


def examine(mend: bool, step: Step | None = None) -> Findings:
    """Every row and every item table, and every comparison of two runs."""
    results = Results()
    if without := soundness.unsealed(results):
        yield Finding(
            "left", Message("{n} runs of an earlier version have no checksums: they get them.", {"n": without})
        )
        if mend:
            soundness.seal(results)
    for message in soundness.damaged(results) + soundness.items_damaged(results):
        run, model, dataset = (str(message.values[name]) for name in ("run", "model", "dataset"))
        yield _again(run, model, dataset, mend=mend, step=step)
    if pairs := soundness.compared_damaged(results):
        said = Message(
            "Damaged comparisons of two runs: {n}. They are shown nowhere, and the runs are compared again.",
            {"n": len(pairs)},
        )
        yield mended(mend, said)
        if mend:
            soundness.forget_compared(results, pairs)
            _compare(results, {run for pair in pairs for run in pair})


def _compare(results: Results, ids: set[str]) -> None:
    """Compares anew whatever was run where these runs were."""
    runs = results.runs()
    places = runs[runs["id"].isin(ids)].drop_duplicates(["task", "dataset", "fingerprint"])
    for task, dataset, fingerprint in places[["task", "dataset", "fingerprint"]].itertuples(index=False):
        compare(plugins.tasks()[task], dataset, fingerprint, results)


def _again(run: str, model: str, dataset: str, *, mend: bool, step: Step | None) -> Finding:
    """Runs the model again in the place of a damaged run, where model and dataset are there."""
    values = {"run": run, "model": model, "dataset": dataset}
    if mend:
        try:
            precision = soundness.precision(Results(), run) or None
            entry, data = plugins.pick(catalogue.entries(), model, "model"), library.load(dataset)
            evaluate(entry, data, precision=precision, step=step, force=True)
            Results().delete(run)
        except UserError as error:
            said = Message(
                "The run {run} of {model} on {dataset} is damaged and could not be made again: {why}",
                values | {"why": Message(error.template, error.values)},
            )
            return Finding("damaged", said, partial(Results().delete, run))
    return mended(mend, Message("The run {run} of {model} on {dataset} is damaged: the model is run again.", values))
