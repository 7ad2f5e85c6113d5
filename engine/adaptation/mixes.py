"""What would a mix of base and new model give, on the dev part of the own data and on what should not be forgotten?"""

from collections.abc import Mapping
from typing import Any

from engine.adaptation import judging, kept
from engine.adaptation.learning import opened
from engine.adaptation.prepare import prepare
from engine.models import catalogue
from engine.storage import documents, strict_json
from engine.types import Message, Step
from engine.weights.merging import merge

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
MIXES = "mixes.json"


def work(arguments: Mapping[str, Any], step: Step) -> dict[str, str]:
    """Does a job of the kind `adapt_mixes`: the scores of mixes, kept beside the verdict."""
    plan = kept.plan(str(arguments["name"]))
    rows = mixes(plan.name, step)
    documents.write(plan.folder / MIXES, {"key": plan.key, "rows": rows})
    return {"model": plan.name}


def mixes(name: str, step: Step) -> list[dict[str, Any]]:
    """A row a share of the new model and dataset: share, dataset, own (whether it is the dev part), score, low, high.

    The own side is the dev part: a share that was chosen on what is judged would say nothing any more.

    Raises:
        BadModel: the two differ in more than their weights.
    """
    ready = prepare(kept.plan(name))
    base = opened(ready)
    new = base.fresh(catalogue.find(name).name)
    sets = [(ready.split.dev, True), *((one, False) for one in ready.guards)]
    rows = []
    for at, share in enumerate(SHARES):
        model = merge(base.model, new, share).eval()
        for dataset, own in sets:
            values = {"share": share, "dataset": dataset.name}
            step(at / len(SHARES), Message("{share:.0%} of the new model on {dataset}", values))
            score, low, high = judging.scored(dataset, judging.in_memory(base, dataset)(model))
            rows.append({**values, "own": own, "score": score, "low": low, "high": high})
    return rows


def known(name: str) -> list[dict[str, Any]]:
    """The rows that are kept; none where nobody asked for them, or the model is another one since."""
    plan = kept.plan(name)
    path = plan.folder / MIXES
    said = documents.read(path) if path.exists() else {}
    return list(strict_json.numbers(said["rows"])) if said.get("key") == plan.key else []
