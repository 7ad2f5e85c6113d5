"""Adapter: a linear map behind a model, learnt from its stored vectors without encoding anything again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from engine.encoding.encode import encode
from engine.models import catalogue
from engine.recipes import contrastive, cosent
from engine.training import Base, Examples, Objective, Recipe, Setting, Settings
from engine.types import BadModel, Step, Texts

if TYPE_CHECKING:
    from torch import Tensor


def compute(base: Base, examples: Sequence[Examples], settings: Settings, step: Step) -> Any:
    """The model with a linear map of its vectors behind it, normalised if they were to be.

    Raises:
        BadModel: its vectors are none that a map could be put behind.
    """
    import torch
    from sentence_transformers.base.modules import Dense, Normalize

    width = base.model.get_embedding_dimension()
    if not width or base.model.truncate_dim:
        raise BadModel("{name} gives vectors that are cut or of no fixed width.", name=base.entry.name)
    vectors = [_vectors(base, one, step) for one in examples]
    torch.manual_seed(base.seed)
    matrix = fitted(vectors, [one.rows for one in examples], [objective(one, settings) for one in examples], settings)
    dense = Dense(width, width, bias=False, activation_function=torch.nn.Identity(), init_weight=matrix)
    base.model.append(dense)
    base.model.append(Normalize())
    return base.model


def _vectors(base: Base, one: Examples, step: Step) -> list[Any]:
    """Those of each column of texts, from the store where they are there."""
    encoder, columns = catalogue.load(base.entry), _columns(one)
    return [encode(encoder, Texts(one.rows[name].tolist(), one.roles.get(name)), step).vectors for name in columns]


def _columns(one: Examples) -> tuple[str, ...]:
    return ("sentence1", "sentence2") if one.shape == "scored pairs" else ("query", "document")


def objective(one: Examples, settings: Settings) -> Objective:
    """The loss of mapped vectors: of scored pairs CoSENT's, of pairs that with in-batch negatives."""
    scale = float(settings["scale"])
    return cosent.objective(scale) if one.shape == "scored pairs" else contrastive.objective(1 / scale, "plain")


def fitted(vectors: list[list[Any]], rows: list[pd.DataFrame], losses: list[Objective], settings: Settings) -> Tensor:
    """A matrix (d, d) that starts as the identity and is drawn back to it, after all epochs over the sets in turn."""
    import torch

    width = vectors[0][0].shape[1]
    change = torch.zeros(width, width, requires_grad=True)
    rates = torch.optim.AdamW([change], float(settings["learning_rate"]), weight_decay=float(settings["weight_decay"]))
    columns = [[torch.from_numpy(np.array(one, np.float32)) for one in part] for part in vectors]
    for _ in range(int(settings["epochs"])):
        for part, table, loss in zip(columns, rows, losses, strict=True):
            for drawn in torch.randperm(len(table)).split(int(settings["batch_size"])):
                chosen = _apart(drawn, table)
                if len(chosen) > 1:
                    mapped = [one[chosen] + one[chosen] @ change.T for one in part]
                    loss(mapped, table.iloc[chosen.numpy()]).backward()
                    rates.step()
                    rates.zero_grad()
    return torch.eye(width) + change.detach()


def _apart(drawn: Tensor, table: pd.DataFrame) -> Tensor:
    """Of rows with one document the first: any other's would be taken for a negative."""
    if "document" not in table:
        return drawn
    return drawn[~table["document"].iloc[drawn.numpy()].duplicated().to_numpy()]


RECIPE = Recipe(
    name="adapter",
    title="Linear map of the vectors (adapter)",
    question="Learns a linear map behind the model from vectors that are stored already: seconds, nothing is encoded.",
    shapes=("pairs", "scored pairs"),
    source="LlamaIndex's linear adapter, here on both sides and from the identity",
    settings={
        "epochs": Setting("Epochs", 10, 1, 1_000),
        "batch_size": Setting("Examples in a batch", 256, 2, 65_536),
        "learning_rate": Setting("Learning rate", 1e-4, 1e-8, 1.0),
        "weight_decay": Setting("Weight decay", 0.01, 0.0, 10.0),
        "scale": Setting("Scale (1 / temperature)", 20.0, 1.0, 1_000.0),
    },
    costs="Seconds, once the texts are encoded; one product of d × d more for each text afterwards.",
    fails="It can only stretch and turn what the vectors hold already: what the model does not see it cannot add.",
    compute=compute,
)
