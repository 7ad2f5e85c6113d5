"""A small model and texts in Parquet, on a home of the module's own."""

from pathlib import Path

import pandas as pd
import pytest

from tests import checkpoints

WORDS = checkpoints.WORDS


def texts(number: int) -> list[str]:
    """Different texts of one to twelve words, and every tenth as the one before."""
    made = [
        " ".join(WORDS[(row * 7 + place * place) % len(WORDS)] for place in range(row % 12 + 1))
        for row in range(number)
    ]
    return [f"{text} {row // 10}" if row % 10 else text for row, text in enumerate(made)]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkpoints.bert(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 texts in two files, of small groups of rows."""
    folder = tmp_path_factory.mktemp("texts")
    table = pd.DataFrame({"id": [f"d{row}" for row in range(300)], "text": texts(300), "other": 1})
    table[:170].to_parquet(folder / "a.parquet", row_group_size=50, index=False)
    table[170:].to_parquet(folder / "b.parquet", row_group_size=1000, index=False)
    return folder
