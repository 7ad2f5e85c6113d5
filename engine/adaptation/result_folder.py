"""What becomes of an adapted model: a folder that sentence-transformers loads, a card, an entry, a download."""

import importlib.metadata
import io
import json
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.adaptation.plans import Plan, values
from engine.adaptation.prepare import Prepared
from engine.benchmarks.published import public_name
from engine.datasets import library
from engine.families import checkpoints
from engine.models import catalogue
from engine.runs.learnt import FACTS
from engine.storage import strict_json
from engine.storage.failures import telling
from engine.training import Base, Recipe
from engine.types import Message, ModelEntry, Pipeline

DEPTH = 100
"""Documents of a query that an adapted reranker reads."""
LIBRARIES = ("torch", "transformers", "sentence-transformers", "peft")


def save(model: Any, base: Base, folder: Path, facts: Mapping[str, Any]) -> None:
    """Writes the model whole or not at all, with the prompts that its base was run with, and seals it.

    Raises:
        DiskRefuses: it cannot be written.
    """
    prompts = {role: text for role, text in base.prompts.items() if role != "none" and text}
    if hasattr(model, "prompts"):
        model.prompts = {**model.prompts, **prompts}
    fresh = folder.with_name(f".{folder.name}.unfinished")
    with telling(folder):
        shutil.rmtree(fresh, ignore_errors=True)
        model.save_pretrained(str(fresh), create_model_card=False, safe_serialization=True)
        (fresh / FACTS).write_text(strict_json.dumps(dict(facts), ensure_ascii=False, indent=1), encoding="utf-8")
        checkpoints.unseal(folder)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    checkpoints.seal(folder)


def facts(ready: Prepared) -> dict[str, Any]:
    """What would be needed to make the model again: plan, settings, states of the data, versions."""
    plan, parts = ready.plan, ready.split
    settings = values(ready.recipe, plan.settings)
    for one in ready.added:
        own = values(one, plan.settings, f"{one.name}.")
        settings |= {f"{one.name}.{name}": value for name, value in own.items()}
    data = {one.name: one.fingerprint for one in (parts.train, parts.dev, parts.test)}
    known = library.entries()
    data |= {name: known[name].fingerprint for name in _read(plan) if name in known}
    there = {one.metadata["Name"]: one.version for one in importlib.metadata.distributions()}
    versions = {name: there[name] for name in LIBRARIES if name in there}
    return {"plan": plan.arguments(), "settings": settings, "data": data, "judged": parts.test.fingerprint,
            "versions": versions}  # fmt: skip


def _read(plan: Plan) -> tuple[str, ...]:
    """The datasets that it learns from, is judged on elsewhere, or should not forget."""
    return (plan.learnt or plan.dataset, *plan.further, *plan.guards, *plan.old)


def entry(plan: Plan, base: ModelEntry, found: Recipe) -> ModelEntry:
    """The adapted model as the catalogue knows it."""
    folder = plan.folder / "model"
    catalogue_free = replace(catalogue.inspect(str(folder)), name=plan.name)
    return replace(
        catalogue_free,
        title=plan.name,
        languages=base.languages,
        licence=base.licence,
        instruction=base.instruction,
        prompts={**catalogue_free.prompts, **base.prompts},
        similarity=base.similarity or catalogue_free.similarity,
        recipe=found.title,
    )


def register(one: ModelEntry) -> None:
    """Puts the model into the user's catalogue, in the place of an earlier one of this folder or these parts."""
    known = catalogue.entries().get(one.name)
    if known is not None and (known.source, known.pipeline) == (one.source, one.pipeline):
        catalogue.remove(one.name)
    catalogue.add(one)


def judged(one: ModelEntry, base: ModelEntry) -> ModelEntry:
    """What is held against the base: the model itself, or the base with the new reranker behind it."""
    if one.family != "cross_encoder":
        return one
    parts = Pipeline(retrievers=(base.name,), reranker=one.name, depth=DEPTH)
    return ModelEntry(f"{base.name} + {one.name}", "pipeline", pipeline=parts, languages=base.languages)


def write_card(folder: Path, plan: Plan, base: ModelEntry, said: Sequence[Message | str]) -> None:
    """The README of the model: by which recipe, from which states of which data, with which verdict."""
    known = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    reranker = catalogue.entries()[plan.name].family == "cross_encoder"
    kind, task = ("CrossEncoder", "text-ranking") if reranker else ("SentenceTransformer", "sentence-similarity")
    front = [
        "---", "library_name: sentence-transformers", f"pipeline_tag: {task}",
        f"base_model: {json.dumps(public_name(base))}",
        *([f"license: {base.licence}"] if base.licence else []),
        *(["language:", *(f"- {one}" for one in base.languages)] if base.languages else []), "---",
    ]  # fmt: skip
    data = [plan.learnt or plan.dataset, *plan.further]
    body = [
        f"# {' '.join(plan.name.split())}", "",
        f"{base.name}, adapted by Parallax with the recipe {_codes([plan.recipe, *plan.added], ' + ')} on "
        f"{_codes(data)}, seed {plan.seed}.", "",
        "## Verdict", "", *(f"- {one}" for one in said), "",
        "## Data", "", *_table(("part", "fingerprint"), known["data"]), "",
        "## Settings", "", *_table(("setting", "value"), known["settings"]), "",
        "## Use", "", "```python", f"from sentence_transformers import {kind}", "",
        f'model = {kind}("path/to/this/folder")', "```", "",
        f"Made with {', '.join(f'{name} {version}' for name, version in known['versions'].items())}; all of it stands "
        f"in `{FACTS}`.", "",
    ]  # fmt: skip
    with telling(folder):
        (folder / "README.md").write_text("\n".join([*front, "", *body]), encoding="utf-8")


def _codes(names: Sequence[str], between: str = ", ") -> str:
    """Names as Markdown shows them letter by letter."""
    return between.join(f"`{name.replace('`', '')}`" for name in names)


def _table(head: tuple[str, str], rows: Mapping[str, Any]) -> list[str]:
    """The lines of a table in Markdown."""
    cells = [head, ("---", "---"), *((_codes([name]), _codes([str(value)])) for name, value in rows.items())]
    return [f"| {name} | {value} |" for name, value in cells]


def zipped(folder: Path) -> bytes:
    """The folder as a Zip, whose weights are stored as they are: they would not shrink."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                file.write(path, Path(folder.parent.name) / path.relative_to(folder))
    return held.getvalue()
