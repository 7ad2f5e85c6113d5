"""What kind of model lies in a folder, and can it be compared as an embedding model at all?"""

import re
from pathlib import Path

from engine.families import checkpoints, configuration
from engine.types import BadModel, Message, ModelEntry

OTHERS = {
    "cross_encoder": Message(
        "{name}: {folder} holds a cross-encoder, which scores a pair of texts and gives no vector of either; it cannot "
        "be compared as an embedding model."
    ),
    "multi_vector": Message(
        "{name}: {folder} holds a multi-vector model (late interaction), which gives a vector for every token; pooled "
        "into one it would be another model. Its family is multi_vector."
    ),
    "classifier": Message(
        "{name}: {folder} holds a classifier, not an embedding model: nobody trained a pooling of its tokens."
    ),
    "adapter": Message(
        "{name}: {folder} holds an adapter of {base}, not a whole model. Merge the two where both are, with "
        "`merge_and_unload()` of peft, and save the result."
    ),
}
"""Kinds that would be scored by a fresh pooling if nobody looked, and why they are refused."""


def kind(folder: Path) -> str:
    """What the model in a folder is, by the name of its family; empty where it does not say.

    `classifier` and `adapter` are nothing that could be compared, and no family.
    """
    settings, config = (
        configuration.read(folder / "config_sentence_transformers.json"),
        configuration.read(folder / "config.json"),
    )
    parts, shapes = checkpoints.modules(folder), [str(one) for one in config.get("architectures") or ()]
    if (folder / "adapter_config.json").exists() and not (folder / "model.safetensors").exists():
        return "adapter"
    if settings.get("model_type") == "CrossEncoder":
        return "cross_encoder"
    if configuration.late_interaction(folder):
        return "multi_vector"
    if not parts and any(one.endswith("ForSequenceClassification") for one in shapes):
        labels = config.get("id2label") or {}
        single = "sentence_transformers" in config or len(labels) == 1 or config.get("num_labels") == 1
        return "cross_encoder" if single else "classifier"
    if not parts and any(re.search("For(Token|Image)?Classification|ForQuestionAnswering", one) for one in shapes):
        return "classifier"
    return configuration.family(parts, settings)


def refuse_others(entry: ModelEntry, folder: Path) -> None:
    """Raises BadModel where the folder holds a model of a kind that this entry's family cannot run."""
    told = kind(folder)
    if told in OTHERS and told != entry.family:
        base = configuration.read(folder / "adapter_config.json").get("base_model_name_or_path") or "?"
        raise BadModel(OTHERS[told].template, name=entry.name, folder=folder, base=base)
