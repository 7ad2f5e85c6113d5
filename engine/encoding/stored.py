"""Which stored vectors does a run rest on? They are found again without loading its model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import pandas as pd

from engine.encoding.encode import text_keys
from engine.encoding.vector_store import VectorStore
from engine.models import variants
from engine.models.variants import Kept
from engine.types import Encoder, Role, Texts, UserError, Vectors


def rests(settings: Mapping[str, Any]) -> bool:
    """Whether a run rests on vectors of its texts at all: what ranks by itself, such as a pipeline, does not."""
    return "prompts" in settings


@dataclass(frozen=True)
class Remembered:
    """The encoder of an earlier run, as far as its vectors are found by it."""

    name: str
    key: str
    prompts: Mapping[str, str]
    sided: bool

    def prompt(self, role: Role | None) -> str:
        """What stood before a text of this role."""
        return self.prompts[role or "none"]


def vectors_of(model: str, key: str, settings: Mapping[str, Any], texts: Mapping[str, Texts]) -> dict[str, Vectors]:
    """The vectors of a run's texts by their names, row for row, in the form that the run was scored in.

    settings: those that the run was saved with.

    Raises:
        UserError: some of them are not stored any more, or the model ranks by itself.
    """
    if not rests(settings):
        raise UserError("{model} ranks documents by itself; it has no vectors of texts.", model=model)
    encoder = cast(Encoder, Remembered(model, variants.full(key), settings["prompts"], bool(settings.get("sided"))))
    shelf, found = VectorStore(model, encoder.key), {}
    for name, one in texts.items():
        rows, _ = shelf.find_sound(text_keys(encoder, one.items, one.role))
        if missing := int((rows < 0).sum()):
            raise UserError(
                "{missing} of the {total} vectors of {model} are no longer stored, or damaged; run the model on the "
                "dataset again.",
                missing=missing,
                total=len(rows),
                model=model,
            )
        found[name] = shelf.rows(rows)
    return Kept.read(key).applied(found, settings["similarity"])


def uses(runs: pd.DataFrame) -> pd.DataFrame:
    """By key of the full vectors: the precision and the datasets of the runs that asked for them, and what they found.

    Columns: precision, datasets (lists of names), found (which share of the different texts was stored already, 0..1).

    Args:
        runs: a table of `Results.runs`.
    """
    asked = runs[runs["distinct"] > 0]
    by = asked.groupby(asked["encoder_key"].map(variants.full))
    sums = by[["cached", "distinct"]].sum()
    return pd.DataFrame(
        {
            "precision": by["precision"].first(),
            "datasets": by["dataset"].agg(lambda names: sorted(set(names))),
            "found": sums["cached"] / sums["distinct"],
        }
    )


def dense(model: str, key: str) -> bool:
    """Whether dense vectors of this encoder are stored, one a text, and in full form."""
    label = VectorStore(model, key).label
    return label is not None and not label.sparse and not label.tokens
