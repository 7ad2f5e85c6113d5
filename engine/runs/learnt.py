"""Was a model of one's own, alone or in a pipeline, adapted to the very dataset that it is run on?"""

import json
from collections.abc import Mapping
from pathlib import Path

from engine.models import catalogue
from engine.types import Dataset, Message, ModelEntry

FACTS = "adaptation.json"
"""The file in the folder of an adapted model that says what it was made from."""


def warning(entry: ModelEntry, dataset: Dataset) -> Message | None:
    """What to say where the model, or one of a pipeline's, has learnt from the dataset, also under another name.

    None for its untouched part, and for all others.
    """
    known = catalogue.entries()
    if entry.pipeline is None:
        values = {"dataset": dataset.name}
        said = Message("It was adapted to texts of {dataset}: its score here forecasts nothing.", values)
        return said if _learnt(entry, dataset, known) else None
    for name in entry.pipeline.parts:
        if name in known and _learnt(known[name], dataset, known):
            values = {"part": name, "dataset": dataset.name}
            return Message("{part} was adapted to texts of {dataset}: the score here forecasts nothing.", values)
    return None


def _learnt(entry: ModelEntry, dataset: Dataset, known: Mapping[str, ModelEntry]) -> bool:
    """Whether the model, or the one that it was made from, has."""
    made: set[str] = set()
    while entry.source and entry.name not in made and (path := Path(entry.source) / FACTS).is_file():
        said = json.loads(path.read_text(encoding="utf-8"))
        plan = said["plan"]
        learnt = {plan["learnt"] or plan["dataset"], *plan["further"]}
        states = {said["data"][name] for name in learnt if name in said["data"]}
        if (dataset.name in learnt or dataset.fingerprint in states) and dataset.fingerprint != said["judged"]:
            return True
        made.add(entry.name)
        entry = known.get(plan["base"], entry)
    return False
