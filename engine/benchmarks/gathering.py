"""What does the installed mteb say about its tasks and benchmarks? Written down once, to be read without mteb."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pandas as pd

from engine import config
from engine.benchmarks.registry import BENCHMARKS, SHIPPED, file_name
from engine.metrics import following, ranking
from engine.metrics.agreement import RANGE
from engine.storage.files import whole

KINDS = {
    "BitextMining": "bitext_mining",
    "Classification": "classification",
    "MultilabelClassification": "classification",
    "Clustering": "clustering",
    "PairClassification": "pair_classification",
    "Reranking": "reranking",
    "Retrieval": "retrieval",
    "InstructionRetrieval": "retrieval",
    "InstructionReranking": "reranking",
    "STS": "sts",
    "Summarization": "summarization",
}
SETTINGS = (
    "samples_per_label", "n_experiments", "max_eval_samples", "max_fraction_of_documents_to_embed",
    "max_document_to_embed", "max_documents_per_cluster", "n_clusters", "k_mean_batch_size", "max_depth",
    "ignore_identical_ids", "skip_first_result", *RANGE,
)  # fmt: skip
SCORING = {"evaluate", "_evaluate_subset", "_compute_metrics", "_undersample_data"}
"""Methods whose replacement by a task's own class changes its scores."""
MERGED = "max_over_subqueries_"
"""What mteb puts before the metrics of a task whose queries it merges."""
_RANKING = rf"({MERGED})?({'|'.join(ranking.FAMILIES)})_at_(?P<k>\d+)|accuracy"
METRICS = {
    "retrieval": _RANKING,
    "reranking": f"{_RANKING}|{following.KEY}",
    "clustering": "v_measure|ami",
    "summarization": "((cosine|dot)_)?(pearson|spearman)",
    "sts": "((cosine|manhattan|euclidean)_)?(pearson|spearman)",
    "pair_classification": "(similarity|cosine|manhattan|euclidean|dot|max)_(accuracy|f1|precision|recall|ap)",
    "bitext_mining": "precision|recall|f1|accuracy",
    "classification": "accuracy|lrap|hamming|((f1|precision|recall|ap)(_weighted)?)",
}
"""The main metrics that our tasks compute; k is one of the task's, and no ranking goes deeper than ours."""


def open_mteb() -> Any:
    """The package mteb, kept from making a folder in the user's home where none is set for it."""
    os.environ.setdefault("MTEB_CACHE", str(config.home() / "mteb" / "cache"))
    import mteb

    return mteb


def gather(folder: Path) -> None:
    """Writes the tables of tasks and benchmarks of the installed mteb."""
    mteb = open_mteb()
    from mteb.get_tasks import _TASKS_REGISTRY

    tasks = [made for made in map(_row, _TASKS_REGISTRY.values()) if made]
    parts = [
        {"benchmark": name, "task": task.metadata.name, "subset": subset, "split": split}
        for name in BENCHMARKS
        for task in mteb.get_benchmark(name).tasks
        for split in task.eval_splits
        for subset in task.hf_subsets
    ]
    _write(pd.DataFrame(tasks).sort_values("name", ignore_index=True), folder / file_name("tasks"))
    _write(pd.DataFrame(parts).astype("category"), folder / file_name("benchmarks"))


def _row(kind: Any) -> dict[str, Any] | None:
    """A task class as a row; None where it is not about text, or of a kind that we do not have."""
    about = kind.metadata
    if about.modalities != ["text"] or about.type not in KINDS:
        return None
    ours = KINDS[about.type]
    return {
        "name": about.name,
        "kind": ours,
        "type": about.type,
        "category": _category(about.name, ours),
        "description": about.description,
        "path": about.dataset["path"],
        "revision": about.dataset["revision"],
        "splits": list(about.eval_splits),
        "subsets": json.dumps(about.hf_subsets_to_langscripts),
        "languages": sorted({code for codes in about.hf_subsets_to_langscripts.values() for code in codes}),
        "parts": len(about.hf_subsets_to_langscripts) * len(about.eval_splits),
        "main_metric": about.main_score,
        "licence": about.license or "",
        "citation": (about.bibtex_citation or "").strip(),
        "reference": str(about.reference or ""),
        "own_rules": _own_rules(kind, ours),
        "settings": json.dumps(_settings(kind, ours)),
        "prompts": json.dumps(_prompts(kind)),
        "members": [task.metadata.name for task in getattr(about, "tasks", ())],
    }


def _settings(kind: Any, ours: str) -> dict[str, Any]:
    """What our task has to be told to score as this one does."""
    settings = {name: getattr(kind, name) for name in SETTINGS if hasattr(kind, name)}
    if kind.metadata.main_score.startswith(MERGED):
        settings["merge_subqueries"] = True
    if ours == "clustering":
        settings["variant"] = "fast" if hasattr(kind, "max_documents_per_cluster") else "legacy"
    if further := [k for k in getattr(kind, "k_values", ()) if k not in ranking.CUTOFFS and k <= ranking.DEPTH]:
        settings["further_k_values"] = further
    if ours == "summarization" and kind.evaluator.__name__.startswith("Deprecated"):
        settings["with_p_values"] = True
    return settings


def _prompts(kind: Any) -> dict[str, str]:
    """The instruction of a task by side; empty text: whatever the side."""
    said = kind.metadata.prompt or getattr(kind, "abstask_prompt", "")
    return dict(said) if isinstance(said, dict) else {"": said} if said else {}


def _category(name: str, kind: str) -> str:
    """S2S, P2P or S2P (sentence or paragraph on either side), which mteb 2 has ceased to record.

    The task's name where it says so; else S2P where queries meet documents, P2P for summaries, S2S for the rest.
    """
    if found := re.search("S2S|P2P|S2P", name, re.IGNORECASE):
        return found.group().upper()
    return {"retrieval": "S2P", "reranking": "S2P", "summarization": "P2P"}.get(kind, "S2S")


def _own_rules(kind: Any, ours: str) -> bool:
    own = [part for part in kind.__mro__ if part.__module__.startswith("mteb.tasks")]
    main = re.fullmatch(METRICS[ours], kind.metadata.main_score)
    return (
        any(SCORING & set(vars(part)) for part in own)
        or getattr(kind, "is_cross_validation", False)
        or main is None
        or int(main.groupdict().get("k") or 1) > ranking.DEPTH
    )


def _write(table: pd.DataFrame, path: Path) -> None:
    with whole(path) as fresh:
        table.to_parquet(fresh, compression="zstd", compression_level=19, index=False)


if __name__ == "__main__":
    gather(SHIPPED)
