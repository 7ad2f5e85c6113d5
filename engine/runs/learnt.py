"""Was a model of one's own adapted to the very dataset that it is run on?"""

import json
from pathlib import Path

from engine.types import Dataset, Message, ModelEntry

FACTS = "adaptation.json"
"""The file in the folder of an adapted model that says what it was made from."""


def warning(entry: ModelEntry, dataset: Dataset) -> Message | None:
    """What to say where the model has learnt from the dataset; None for its untouched part, and for all others."""
    path = Path(entry.source) / FACTS
    if not entry.source or not path.is_file():
        return None
    said = json.loads(path.read_text(encoding="utf-8"))
    plan = said["plan"]
    learnt = {plan["learnt"] or plan["dataset"], *plan["further"]}
    if dataset.name not in learnt or dataset.fingerprint == said["judged"]:
        return None
    return Message("It was adapted to texts of {dataset}: its score here forecasts nothing.", {"dataset": dataset.name})
