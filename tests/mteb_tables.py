"""What leaderboard does mteb itself make of given scores?"""

import pandas as pd
import polars as pl

from tests.oracle import mteb  # noqa: F401 it must be imported with its folder set


def mteb_board(rows: pd.DataFrame) -> pd.DataFrame:
    """mteb's own summary table of rows of model, task, subset, split and score, by model; models need not be known."""
    from mteb.benchmarks import _create_table

    renamed = {"model": "model_name", "task": "task_name"}
    long = pl.from_pandas(rows[["model", "task", "subset", "split", "score"]].rename(columns=renamed))
    before = _create_table._attach_model_metadata
    # It drops models that mteb does not register; nothing else happens there that our boards have.
    _create_table._attach_model_metadata = lambda table, task_names_key=None: table.rename({"model_name": "Model"})
    try:
        made = _create_table._create_summary_table(_create_table._scored(long))
    finally:
        _create_table._attach_model_metadata = before
    if made.is_empty:
        return pd.DataFrame(columns=["Rank (Borda)", "Mean (Task)", "Mean (TaskType)"])
    return made.df.to_pandas().set_index("Model")
