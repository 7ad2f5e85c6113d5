"""How the items of each task are shown: one file per task, with `overview` and `detail`."""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.types import Dataset


@dataclass(frozen=True)
class Look:
    """What is looked at: one or two runs on a dataset by their label, the chosen one first, and all of their items."""

    runs: Mapping[str, pd.Series]
    items: Mapping[str, pd.DataFrame]
    dataset: Dataset

    @property
    def label(self) -> str:
        """The model that was chosen."""
        return next(iter(self.runs))

    @property
    def mine(self) -> pd.DataFrame:
        """Its items."""
        return self.items[self.label]

    @property
    def beside(self) -> str | None:
        """The second model, if there is one."""
        return next(iter(list(self.runs)[1:]), None)

    def key(self, label: str) -> str:
        """What these items of a model are known by: its run, and which items where they are not all of it."""
        run, items = self.runs[label], self.items[label]
        part = "" if len(items) == run["items"] else str(pd.util.hash_pandas_object(items["item"]).sum())
        return f"{run['id']} {part}"

    def all(self) -> npt.NDArray[np.bool_]:
        """All of its items."""
        return np.ones(len(self.mine), bool)


@dataclass(frozen=True)
class Overview:
    """Which items the choices in the picture leave, a bool for each; the tables that it shows, by name; and what it adds
    to the columns of the items."""

    kept: npt.NDArray[np.bool_]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    columns: Mapping[str, Sequence[object]] = field(default_factory=dict)


class View(Protocol):
    """What a file of this folder offers; COLUMNS are the columns of the items that its list shows."""

    COLUMNS: tuple[str, ...]

    def overview(self, look: Look) -> Overview:
        """Draw where the models stand on all items, and take in what the visitor chooses there."""

    def detail(self, rows: Mapping[str, pd.Series], look: Look) -> dict[str, pd.DataFrame]:
        """Draw one item under one or more models (label -> its row); gives the tables that it shows, by name."""


def view(task: str) -> View:
    """The view of a task."""
    return cast(View, importlib.import_module(f"pages.parts.views.{task}"))
