"""How are models loaded that are nothing but a table of token vectors?"""

from engine.families import checkpoints, sentence_transformer
from engine.types import BadModel, Encoder, Family, ModelEntry


def load(entry: ModelEntry, device: str, precision: str) -> Encoder:
    """The table of the entry; a lookup gains nothing from a lower precision, so it is always read in float32.

    Raises:
        BadModel: it is not here, holds no safetensors, or is more than a table.
    """
    encoder = sentence_transformer.load(entry, device, "float32")
    first = type(encoder.model[0]).__name__
    if first != "StaticEmbedding":
        raise BadModel(
            "{name} is no table of token vectors but a {kind}: its family is sentence_transformer.",
            name=entry.name,
            kind=first,
        )
    return encoder


FAMILY = Family("static", "Table of token vectors", load, changes=("prompts",), missing=checkpoints.missing)
