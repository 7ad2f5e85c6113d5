"""RetroMAE: a model learns from texts alone to put a whole text into one vector (bge's first stage)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from engine.training import Base, Course, Examples, Lesson, Recipe, Setting, Settings, loop
from engine.types import BadModel
from engine.weights import enhanced_decoding

if TYPE_CHECKING:
    from torch import Tensor


def train(base: Base, examples: Sequence[Examples], settings: Settings) -> Course:
    """One lesson of all texts, their order drawn in steps as of any other examples.

    Raises:
        BadModel: the base has no language that could be masked.
    """
    import torch

    torch.manual_seed(base.seed)
    try:
        parts = enhanced_decoding.decoder(base.model).to(base.model.device)
    except ValueError as error:
        raise BadModel(
            "{name} cannot be pretrained: it has not BERT's tables of words and positions, or no mask token.",
            name=base.entry.name,
        ) from error
    length = min(one for one in (settings["max_length"], base.model.max_seq_length) if one)
    shares = (settings["encoder_share"], settings["decoder_share"])

    def loss(rows: pd.DataFrame) -> Tensor:
        # drawn from torch, whose state a checkpoint keeps
        dice = np.random.default_rng(int(torch.randint(2**31, (1,))))
        batch = enhanced_decoding.collate(base.model.tokenizer, rows["text"].tolist(), length, shares, dice)
        encoder, decoder = enhanced_decoding.losses(base.model, parts, batch.to(base.model.device))
        return encoder + decoder

    texts = list(dict.fromkeys(text for one in examples for text in one.texts))
    return Course(base, base.model, (Lesson(pd.DataFrame({"text": texts}), loss=loss, modules=(parts,)),))


RECIPE = Recipe(
    name="retromae",
    title="RetroMAE pretraining (bge)",
    question="Learns from unlabelled texts: a decoder of one layer has to rebuild each text from its vector.",
    shapes=("texts", "pairs", "scored pairs", "labelled texts"),
    source="https://arxiv.org/abs/2205.12035; staoxiao/RetroMAE; FlagEmbedding research/baai_general_embedding",
    settings=loop(epochs=2, batch_size=32, learning_rate=2e-5, warmup=0.1, max_length=512)
    | {
        "encoder_share": Setting("Share of the tokens that the encoder does not see", 0.3, 0.01, 0.9),
        "decoder_share": Setting("Share of the tokens that each position of the decoder does not see", 0.5, 0.01, 0.95),
    },
    costs="Two passes over the texts an epoch, the second through one layer over whole sentences of words.",
    fails="bge pretrained on hundreds of millions of texts; from a few thousand the model may only unlearn what "
    "its vectors were good for.",
    train=train,
    then="It learns what words stand in a text, not which texts are alike: its vectors are of no use until another "
    "recipe, such as contrastive pairs, has followed.",
)
