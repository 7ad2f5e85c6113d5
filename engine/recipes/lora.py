"""LoRA: another recipe, of which only small matrices beside the old weights are trained."""

from dataclasses import replace
from typing import Any

from engine.training import Course, Recipe, Setting, Settings
from engine.types import BadModel


def add(course: Course, settings: Settings) -> Course:
    """The course on a model with adapters beside all linear layers, which are merged into its weights at the end.

    Raises:
        BadModel: it has no linear layers.
    """
    import torch
    from peft import LoraConfig, TaskType, get_peft_model

    torch.manual_seed(course.base.seed)
    config = LoraConfig(
        task_type=TaskType.FEATURE_EXTRACTION,
        r=int(settings["rank"]),
        lora_alpha=int(settings["alpha"]),
        lora_dropout=float(settings["dropout"]),
        target_modules="all-linear",
    )
    transformer = getattr(course.model[0], "model", None)
    if transformer is None:
        raise BadModel("{name} has no linear layers that LoRA could stand beside.", name=course.base.entry.name)
    course.model[0].model = get_peft_model(transformer, config)
    return replace(course, finish=lambda model: course.finish(merged(model)))


def merged(model: Any) -> Any:
    """The model with its adapters in its weights, as plain as it was."""
    model[0].model = model[0].model.merge_and_unload()
    return model


RECIPE = Recipe(
    name="lora",
    title="Low-rank adapters (LoRA)",
    question="Trains small matrices beside the weights instead of the weights themselves, with another recipe.",
    shapes=(),
    source="https://arxiv.org/abs/2106.09685; rank, alpha and dropout as in sentence-transformers' own example",
    settings={
        "rank": Setting("Rank", 64, 1, 1_024),
        "alpha": Setting("Alpha", 128, 1, 4_096),
        "dropout": Setting("Dropout", 0.1, 0.0, 0.9),
    },
    costs="A fraction of the memory that gradients and optimiser take; hardly less time.",
    fails="At the learning rate of full tuning (2e-5) it learns next to nothing: it wants 1e-4 or more.",
    add=add,
    packages=("peft",),
)
