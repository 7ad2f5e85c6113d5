"""What is kept of an adaptation: plan, split, curve, verdict; each read by a page while a job may write it."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from engine import config
from engine.adaptation.data import leaks
from engine.adaptation.plans import Plan
from engine.adaptation.prepare import Prepared
from engine.adaptation.training import curve
from engine.datasets.library import slug
from engine.families import checkpoints
from engine.jobs.schema import parts
from engine.notation import amount
from engine.storage import documents, strict_json
from engine.storage.failures import Damaged
from engine.types import Message, UserError

FACTS, VERDICT = "facts.json", "verdict.json"
ROWS = ("test", "guards", "lexical", "shares")
"""What holds the figures of a verdict."""


def begin(plan: Plan, said: Mapping[str, Any]) -> None:
    """Keeps what is known before the training, unless this plan was begun before; raises DiskRefuses.

    A plan whose model has been damaged since is begun anew.
    """
    known = facts(plan.name)
    if known is None or known["key"] != plan.key or (known.get("made") and not made(plan)):
        for name in (VERDICT, "checkpoint.pt", "best.pt", "curve.jsonl"):
            (plan.folder / name).unlink(missing_ok=True)
        documents.write(plan.folder / FACTS, {"plan": plan.arguments(), "key": plan.key, **said})


def facts(name: str) -> dict[str, Any] | None:
    """What is kept under this name: plan, key, sizes, notes, and what the training took; None where there is nothing.

    Raises:
        Damaged: it is not what was written.
    """
    return documents.read(_facts(name)) if begun(name) else None


def begun(name: str) -> bool:
    """Whether anything is kept under this name, sound or damaged."""
    return _facts(name).exists()


def _facts(name: str) -> Path:
    return config.home() / "adaptations" / slug(name) / FACTS


def plan(name: str) -> Plan:
    """The plan that is kept under this name; raises UserError where there is none."""
    known = facts(name)
    if known is None:
        raise UserError("No adaptation is called {name!r}.", name=name)
    return Plan.read(known["plan"])


def names() -> list[str]:
    """The names of all adaptations, the newest first, but of those whose facts are damaged."""
    found = (config.home() / "adaptations").glob(f"*/{FACTS}")
    told = []
    for path in sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True):
        with suppress(Damaged):
            told.append(str(documents.read(path)["plan"]["name"]))
    return told


def damaged() -> list[Message]:
    """Which adaptations are left out, because what is known of them is not what was written."""
    said = []
    for path in sorted((config.home() / "adaptations").glob(f"*/{FACTS}")):
        try:
            documents.read(path)
        except Damaged as error:
            said.append(Message(error.template, error.values))
    return said


def of(ready: Prepared) -> dict[str, Any]:
    """What is known of a plan before the training, as it is kept."""
    said = [*ready.split.notes, *leaks.told(ready.split.left_out), *ready.notes]
    return {
        "sizes": ready.split.sizes, "rows": ready.rows, "left_out": len(ready.split.left_out.rows),
        "notes": [parts(one) for one in said], "test": ready.split.test.name,
    }  # fmt: skip


def took(facts: Mapping[str, Any]) -> Message:
    """How long all of it was, and which weights are its result, of the facts of one that is over."""
    learning = facts["training_seconds"]
    values = {
        "steps": facts["steps"], "minutes": amount(max(facts.get("seconds", 0.0), learning) / 60, 1),
        "learning": amount(learning / 60, 1), "best_step": facts["best_step"],
    }  # fmt: skip
    if facts.get("watched", True):
        return Message(
            "{minutes} min in all, {learning} of them in {steps} {steps:step|steps}; the weights are those of step "
            "{best_step}, the best on the dev part.",
            values,
        )
    return Message(
        "{minutes} min in all, {learning} of them in {steps} {steps:step|steps}; the weights are the last ones, for no "
        "dev part was scored.", values,
    )  # fmt: skip


def note(plan: Plan, said: Mapping[str, Any]) -> None:
    """Adds to what is kept; raises DiskRefuses."""
    documents.write(plan.folder / FACTS, {**(facts(plan.name) or {}), **said})


def made(plan: Plan) -> bool:
    """Whether the model of exactly this plan lies there already, and is the one that was made."""
    known, model = facts(plan.name) or {}, plan.folder / "model"
    return bool(known.get("made")) and known["key"] == plan.key and model.is_dir() and checkpoints.sound(model)


def keep_verdict(plan: Plan, said: Mapping[str, Any]) -> None:
    """Keeps the verdict; raises DiskRefuses."""
    documents.write(plan.folder / VERDICT, said)


def verdict(name: str) -> dict[str, Any] | None:
    """The verdict of the adaptation of that name; None before there is one."""
    path = config.home() / "adaptations" / slug(name) / VERDICT
    if not path.exists():
        return None
    return {name: strict_json.numbers(one) if name in ROWS else one for name, one in documents.read(path).items()}


def curve_of(name: str) -> pd.DataFrame:
    """The rows of its curve so far."""
    return curve.curve(config.home() / "adaptations" / slug(name) / "curve.jsonl")
