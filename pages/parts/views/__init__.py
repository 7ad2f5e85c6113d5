"""How the items of each task are shown: one file per task, with `overview` and `detail`."""

import importlib
from collections.abc import Mapping
from typing import Protocol, cast

import pandas as pd

from engine.types import Dataset


class View(Protocol):
    """What a file of this folder offers; COLUMNS are the columns of the items that its list shows."""

    COLUMNS: tuple[str, ...]

    def overview(self, items: pd.DataFrame, dataset: Dataset, label: str) -> None:
        """Draw where a model stands on all items."""

    def detail(self, rows: Mapping[str, pd.Series], items: Mapping[str, pd.DataFrame], dataset: Dataset) -> None:
        """Draw one item under one or more models: label -> its row, and label -> all of its rows."""


def view(task: str) -> View:
    """The view of a task."""
    return cast(View, importlib.import_module(f"pages.parts.views.{task}"))
