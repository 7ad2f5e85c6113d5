"""What does mteb itself say about given vectors? A model that only looks vectors up, and tasks held in memory."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

CACHE = tempfile.TemporaryDirectory(prefix="mteb_")  # mteb makes this folder as soon as it is imported
os.environ.update(MTEB_CACHE=CACHE.name, HF_DATASETS_DISABLE_PROGRESS_BARS="1", HF_HUB_OFFLINE="1")

import mteb  # noqa: E402
from mteb.abstasks.task_metadata import TaskMetadata  # noqa: E402
from mteb.models.abs_encoder import AbsEncoder  # noqa: E402
from mteb.models.model_meta import ModelMeta, ScoringFunction  # noqa: E402
from sentence_transformers.util.similarity import SimilarityFunction  # noqa: E402

SCORING = {"cosine": ScoringFunction.COSINE, "dot": ScoringFunction.DOT_PRODUCT}
"""Others mteb leaves to the library's own functions, which it asks the model for."""


class Comparing:
    """What a model of the library says of two vectors."""

    def __init__(self, similarity: str):
        self.similarity = SimilarityFunction.to_similarity_fn(similarity)
        self.similarity_pairwise = SimilarityFunction.to_similarity_pairwise_fn(similarity)


class GivenVectors(AbsEncoder):
    """An mteb model that gives each text the vector written down for it.

    `sides` maps a role ("query", "document", or None where mteb gives none) to its texts and their vectors by row.
    """

    def __init__(self, sides: Mapping[str | None, tuple[Sequence[str], Any]], similarity: str = "cosine"):
        self.mteb_model_meta = ModelMeta.create_empty(
            {"name": "given/vectors", "revision": "1", "similarity_fn_name": SCORING.get(similarity)}
        )
        if similarity not in SCORING:
            self.model = Comparing(similarity)
        self.vectors = {role: np.asarray(vectors) for role, (_, vectors) in sides.items()}
        self.rows = {role: {text: row for row, text in enumerate(texts)} for role, (texts, _) in sides.items()}

    def encode(self, inputs, *, task_metadata, hf_split, hf_subset, prompt_type=None, **kwargs):
        role = prompt_type.value if prompt_type else None
        rows = [self.rows[role][text] for batch in inputs for text in batch["text"]]
        return self.vectors[role][rows]


def in_memory(kind: type, dataset: Any, *, task_type: str, main_score: str, **attributes: Any) -> Any:
    """A fresh task of an mteb class (`AbsTaskSTS`, …) whose subset "default" is the dataset: {"test": …}.

    Further attributes (such as `ignore_identical_ids=True`) are set on the class.
    """
    metadata = TaskMetadata(
        name="InMemory",
        description="held in memory",
        dataset={"path": "in/memory", "revision": "1"},
        type=task_type,
        category="t2t",
        modalities=["text"],
        eval_splits=["test"],
        eval_langs=["eng-Latn"],
        main_score=main_score,
    )
    task = type("InMemory", (kind,), {"metadata": metadata, **attributes})()
    task.dataset = {"default": dataset}
    task.data_loaded = True
    return task


def mteb_scores(task: Any, model: AbsEncoder) -> dict[str, Any]:
    """All scores that mteb computes for the task, as it holds them in memory (not rounded to six places)."""
    result = mteb.evaluate(
        model, task, cache=None, co2_tracker=False, show_progress_bar=False, encode_kwargs={"show_progress_bar": False}
    )
    (scores,) = result.task_results[0].scores["test"]
    return {key: value for key, value in scores.items() if key not in ("hf_subset", "languages", "mteb_version")}
