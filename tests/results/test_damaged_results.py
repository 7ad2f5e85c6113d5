"""A result whose bytes have changed on the disk is never shown: it is left out and named."""

import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.jobs.schema import to_json
from engine.results import soundness
from engine.results.store import Results
from engine.storage import documents
from engine.storage.failures import Damaged, DiskRefuses
from tests.results.test_store import COMPARISON, result


def flip(path: Path, place: int, bit: int = 3) -> None:
    """One bit of the file becomes another."""
    content = bytearray(path.read_bytes())
    content[place] ^= 1 << bit
    path.write_bytes(content)


def edit(home: Path, statement: str, *values: object) -> None:
    """Changes a cell behind the store's back."""
    with sqlite3.connect(home / "results.sqlite") as connection:
        assert connection.execute(statement, values).rowcount > 0


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.97])
def test_one_bit_of_an_item_table_is_noticed_wherever_it_flips(home: Path, share: float):
    store = Results()
    run = store.save(result())
    path = home / "results" / f"{run}.parquet"
    flip(path, int(share * path.stat().st_size))
    with pytest.raises(Damaged, match=f"{run} are damaged: .*{run}.parquet.* Run the model again"):
        store.items(run)
    assert store.known("m", "f1", {"seed": 0}) is None  # so that running the model again is no dead end
    assert store.known("m", "f1", {}) is None and not store.runs().empty


def test_resampled_scores_that_are_not_what_was_kept_are_as_if_never_kept(home: Path):
    store = Results()
    run = store.save(result(), np.arange(100.0))
    assert (store.resampled(run) == np.arange(100.0)).all()
    flip(home / "results" / f"{run}.npy", 500)
    assert store.resampled(run) is None


def test_a_changed_score_or_run_is_left_out_and_named_and_the_others_stay(home: Path):
    store = Results()
    scored, moved, good = (store.save(result(model)) for model in ("scored", "moved", "good"))
    assert soundness.damaged(store) == []
    edit(home, "UPDATE metrics SET value = value + 1e-9 WHERE run = ? AND metric = 'cosine_spearman'", scored)
    edit(home, "UPDATE runs SET settings = CAST(x'ff' AS TEXT) WHERE id = ?", moved)
    assert store.runs()["id"].tolist() == [good]
    assert set(store.metrics()["id"]) == {good, scored}  # its other metrics are what was written
    assert {(str(one.values["run"]), one.values["model"]) for one in soundness.damaged(store)} == {
        (moved, "moved"), (scored, "scored"),
    }  # fmt: skip
    for run in (scored, moved):
        with pytest.raises(Damaged, match=run):
            store.result(run)


def test_a_changed_comparison_is_as_if_never_made(home: Path):
    store = Results()
    a, b = store.save(result("a")), store.save(result("b"))
    store.save_comparisons({(a, b): COMPARISON})
    edit(home, "UPDATE comparisons SET p = 0.9")
    assert store.comparisons("f1").empty and store.spreads("sts").empty


def test_results_of_the_version_before_open_with_everything_and_get_checksums_at_the_next_write(home: Path):
    store = Results()
    run = store.save(result())
    edit(home, "UPDATE runs SET row_check = NULL, items_check = NULL")
    edit(home, "UPDATE metrics SET row_check = NULL")
    assert store.runs()["id"].tolist() == [run] and len(store.items(run)) == 2 and soundness.damaged(store) == []
    store.save(result("another"))
    edit(home, "UPDATE metrics SET value = 2 WHERE run = ? AND metric = 'cosine_spearman'", run)
    assert run not in set(store.runs()["id"])


def test_a_result_whose_row_cannot_be_written_leaves_no_files(home: Path, monkeypatch: pytest.MonkeyPatch):
    store = Results()

    def refuse(*_: object) -> None:
        raise sqlite3.OperationalError("no such thing")

    monkeypatch.setattr("engine.results.store.count_write", refuse)
    with pytest.raises(sqlite3.OperationalError):
        store.save(result(), np.arange(3.0))
    assert list((home / "results").iterdir()) == [] and store.runs().empty


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_may_only_be_read_shows_its_results_and_refuses_new_ones_in_a_sentence(home: Path):
    run = Results().save(result())
    for folder in (home / "results", home):
        folder.chmod(0o555)
    try:
        assert Results().runs()["id"].tolist() == [run] and len(Results().items(run)) == 2
        with pytest.raises(DiskRefuses, match="may only be read"):
            Results().save(result("another"))
    finally:
        for folder in (home, home / "results"):
            folder.chmod(0o755)


def test_a_number_that_is_none_is_null_wherever_json_is_written(home: Path):
    store = Results()
    settings = {"vectors": {"norm_spread": float("nan"), "bytes": np.float64("inf")}}
    run = store.save(replace(result(), settings=settings, metrics=result().metrics | {"rounds": [1.0, float("nan")]}))
    documents.write(home / "record.json", {"rows": [{"p": float("-inf")}]})
    with store.database.read() as connection:
        (row,) = connection.execute("SELECT settings, further FROM runs")
    for text in (*row, (home / "record.json").read_text(), to_json({"p": float("nan")})):
        json.loads(text, parse_constant=pytest.fail)
    assert store.runs()["id"].tolist() == [run] and np.isnan(store.result(run).metrics["rounds"][1])
    assert documents.read(home / "record.json") == {"rows": [{"p": None}]}


def test_a_home_whose_settings_hold_nan_opens_and_the_run_is_named_and_measured_anew(home: Path):
    store = Results()
    run, good = store.save(result("zeros")), store.save(result("good"))
    edit(home, """UPDATE runs SET settings = '{"seed": NaN}', row_check = NULL WHERE id = ?""", run)
    good = store.save(result("good"))
    assert store.runs()["id"].tolist() == [good] and store.known("zeros", "f1", {}) is None
    assert [one.values["run"] for one in soundness.damaged(store)] == [run]
    fresh = store.save(result("zeros"))
    assert set(store.runs()["id"]) == {good, fresh} and soundness.damaged(store) == []


@pytest.mark.parametrize("harm", ["UPDATE metrics SET value = 0.9", "DELETE FROM metrics"])
@pytest.mark.parametrize("metric", ["cosine_spearman", "pearson"])
def test_a_metric_that_was_changed_or_lost_takes_its_run_out_until_it_is_measured_anew(home, harm, metric):
    store = Results()
    run = store.save(result())
    edit(home, f"{harm} WHERE run = ? AND metric = ?", run, metric)
    assert [one.values["run"] for one in soundness.damaged(store)] == [run] and store.known("m", "f1", {}) is None
    with pytest.raises(Damaged, match=run):
        store.result(run)
    fresh = store.save(result())
    assert store.runs()["id"].tolist() == [fresh] and soundness.damaged(store) == []
