"""How does a result leave this machine, so that others can check it?"""

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd

from engine.results.schema import to_json
from engine.results.store import Results
from engine.storage import strict_json
from engine.texts import defused
from engine.types import Message, Result

TEMPLATES = "warning_templates"


def export(run: str, folder: Path) -> Path:
    """Writes a run into a folder of its own under this one: result.json, items.parquet and items.csv."""
    result = Results().result(run)
    target = folder / run
    target.mkdir(parents=True, exist_ok=True)
    (target / "result.json").write_text(as_json(description(result)) + "\n", encoding="utf-8")
    result.items.to_parquet(target / "items.parquet", index=False)
    # The mark at the start lets spreadsheets see that the text is UTF-8.
    (target / "items.csv").write_text(defused.csv(result.items), encoding="utf-8-sig", newline="")
    return target


def description(result: Result) -> dict[str, Any]:
    """All of a result but its items; its warnings as sentences, and as what they are made of."""
    said = {field.name: getattr(result, field.name) for field in fields(result) if field.name != "items"}
    kept = result.settings.get("warnings", ())
    told = [str(Message(one["template"], one["values"])) for one in kept]
    return said | {"settings": {**result.settings, "warnings": told, TEMPLATES: kept} if kept else result.settings}


def read(folder: Path) -> Result:
    """The result that was written into this folder."""
    said = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    settings = dict(said["settings"])
    if TEMPLATES in settings:
        settings["warnings"] = settings.pop(TEMPLATES)
    metrics = strict_json.numbers(said["metrics"])
    items = pd.read_parquet(folder / "items.parquet")
    return Result(**said | {"settings": settings, "metrics": metrics, "items": items})


def as_json(values: Mapping[str, Any]) -> str:
    """Strict JSON in full precision, with null for what is not a finite number."""
    return json.dumps(json.loads(to_json(values)), ensure_ascii=False, indent=2)
