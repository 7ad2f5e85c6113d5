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

from engine.adaptation.data.split import Split
from engine.adaptation.plans import Plan
from engine.models import catalogue
from engine.runs.learnt import FACTS
from engine.storage.failures import telling
from engine.training import Base, Recipe
from engine.types import Message, ModelEntry, Pipeline

DEPTH = 100
"""Documents of a query that an adapted reranker reads."""
LIBRARIES = ("torch", "transformers", "sentence-transformers", "peft")


def save(model: Any, base: Base, folder: Path, facts: Mapping[str, Any]) -> None:
    """Writes the model whole or not at all, with the prompts that its base was run with; raises DiskRefuses."""
    from safetensors import SafetensorError

    prompts = {role: text for role, text in base.prompts.items() if role != "none" and text}
    if hasattr(model, "prompts"):
        model.prompts = {**model.prompts, **prompts}
    fresh = folder.with_name(f".{folder.name}.unfinished")
    with telling(folder):
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            model.save_pretrained(str(fresh), create_model_card=False, safe_serialization=True)
        except SafetensorError as error:
            raise OSError(None, str(error)) from error
        (fresh / FACTS).write_text(json.dumps(dict(facts), ensure_ascii=False, indent=1), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)


def facts(plan: Plan, parts: Split, values: Mapping[str, Any]) -> dict[str, Any]:
    """What would be needed to make the model again: plan, settings, states of the data, versions."""
    data = {one.name: one.fingerprint for one in (parts.train, parts.dev, parts.test)}
    there = {one.metadata["Name"]: one.version for one in importlib.metadata.distributions()}
    versions = {name: there[name] for name in LIBRARIES if name in there}
    return {"plan": plan.arguments(), "settings": dict(values), "data": data, "judged": parts.test.fingerprint,
            "versions": versions}  # fmt: skip


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
    """The README of the model: what it is made of, with which verdict."""
    front = [
        "---", "library_name: sentence-transformers", "pipeline_tag: sentence-similarity",
        f"base_model: {json.dumps(base.source or base.name)}",
        *([f"license: {base.licence}"] if base.licence else []),
        *(["language:", *(f"- {one}" for one in base.languages)] if base.languages else []), "---",
    ]  # fmt: skip
    body = [
        f"# {plan.name}", "",
        f"{base.name}, adapted by Parallax with the recipe `{'` + `'.join([plan.recipe, *plan.added])}` "
        f"on `{plan.learnt or plan.dataset}`. Settings, states of the data and versions: `{FACTS}`.", "",
        "## Verdict", "", *(f"- {one}" for one in said), "",
        "## Use", "", "```python", "from sentence_transformers import SentenceTransformer", "",
        'model = SentenceTransformer("path/to/this/folder")', "```", "",
    ]  # fmt: skip
    with telling(folder):
        (folder / "README.md").write_text("\n".join([*front, "", *body]), encoding="utf-8")


def zipped(folder: Path) -> bytes:
    """The folder as a Zip, whose weights are stored as they are: they would not shrink."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                file.write(path, Path(folder.parent.name) / path.relative_to(folder))
    return held.getvalue()
