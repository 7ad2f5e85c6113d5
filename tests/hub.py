"""Public datasets as the hub lays them out, written by the tests themselves, and a model that needs no weights."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pandas as pd
import pytest
from mteb.models.abs_encoder import AbsEncoder
from mteb.models.model_meta import ModelMeta

from engine.benchmarks import registry
from tests.oracle import SCORING

Tables = Mapping[tuple[str, str], Mapping[str, Any]]


@pytest.fixture
def public_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty PARALLAX_HOME, and an empty cache of the hub under `hub`."""
    monkeypatch.setenv("HF_HOME", str(home / "hub"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", home / "hub" / "datasets")
    return home


def write(folder: Path, tables: Tables) -> Path:
    """A dataset repository: one Parquet file per (config, split), and a README that declares them."""
    lines = ["---", "configs:"]
    for config in dict.fromkeys(config for config, _ in tables):
        lines += [f"- config_name: {config}", "  data_files:"]
        for split in (split for one, split in tables if one == config):
            lines += [f"  - split: {split}", f"    path: {config}/{split}-*"]
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("\n".join([*lines, "---", ""]), encoding="utf-8")
    for (config, split), columns in tables.items():
        (folder / config).mkdir(exist_ok=True)
        pd.DataFrame(dict(columns)).to_parquet(folder / config / f"{split}-00000-of-00001.parquet", index=False)
    return folder


def snapshot(home: Path, task: str, tables: Tables) -> Path:
    """The same in the hub's cache, as a download of the task's revision leaves it."""
    entry = registry.entry(task)
    repository = home / "hub" / "hub" / f"datasets--{entry.path.replace('/', '--')}"
    return write(repository / "snapshots" / entry.revision, tables)


def vector(text: str) -> np.ndarray:
    """Sixteen numbers that depend on the text alone."""
    seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
    return np.random.default_rng(seed).normal(size=16).astype(np.float32)


class TextHashes(AbsEncoder):
    """An mteb model that gives every text its `vector`."""

    def __init__(self) -> None:
        self.mteb_model_meta = ModelMeta.create_empty(
            {"name": "text/hashes", "revision": "1", "similarity_fn_name": SCORING["cosine"]}
        )

    def encode(self, inputs, *, task_metadata, hf_split, hf_subset, prompt_type=None, **kwargs):
        return np.stack([vector(text) for batch in inputs for text in batch["text"]])
