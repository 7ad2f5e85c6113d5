"""Does a dataset's table come back from disk as it was put there, without being read as a whole?"""

import numpy as np
import pandas as pd
import pyarrow as pa

from engine.storage import saved_tables


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": pd.Series(["1", "二", None], dtype="str"),
            "score": [1.5, np.nan, 0.0],
            "label": np.array([3, -1, 0], dtype=np.int64),
            "labels": [["a", "b"], [], ["猫"]],
            "numbers": [[1, 2], [], [3]],
        }
    )


def test_every_kind_of_cell_comes_back(tmp_path):
    saved_tables.write(table(), tmp_path, "pairs")
    found = saved_tables.read(tmp_path)["pairs"]
    pd.testing.assert_frame_equal(found, table())
    found.loc[0, "score"] = 9.0  # what is read may be changed without changing what is kept
    pd.testing.assert_frame_equal(saved_tables.read(tmp_path)["pairs"], table())


def test_tables_without_rows_and_tables_of_earlier_versions_are_read(tmp_path):
    saved_tables.write(table().iloc[:0], tmp_path, "empty")
    table().to_parquet(tmp_path / "old.parquet", index=False)
    found = saved_tables.read(tmp_path)
    assert list(found["empty"].columns) == list(table().columns) and len(found["empty"]) == 0
    pd.testing.assert_frame_equal(found["old"], table())


def test_texts_are_not_copied_into_memory(tmp_path):
    saved_tables.write(pd.DataFrame({"text": [f"text {row} " * 20 for row in range(50_000)]}), tmp_path, "corpus")
    before = pa.total_allocated_bytes()
    found = saved_tables.read(tmp_path)["corpus"]
    assert found["text"].iloc[49_999].startswith("text 49999 ")
    assert pa.total_allocated_bytes() - before < 1_000_000  # of 11 million
