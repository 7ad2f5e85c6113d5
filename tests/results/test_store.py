"""Results survive, stay exact, and may be written by several processes at once."""

import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.results.store import Results
from engine.storage.database import Database
from engine.types import Comparison, Result, UserError

ROOT = Path(__file__).resolve().parents[2]
COMPARISON = Comparison(40, 0.1, 0.02, 0.18, 0.01, "randomisation", 20, 15, 5, float("nan"))


def result(model: str = "m", score: float = 0.1 + 0.2, **changes) -> Result:
    one = Result(
        model=model,
        dataset="pairs",
        task="sts",
        metrics={
            "cosine_spearman": score,
            "pearson": float("nan"),
            "n": 3,
            "by_level": {"Level 0": [0.5, float("nan")]},
        },
        items=pd.DataFrame({"item": ["a", "b"], "measure": [1.0, np.nan], "top_ids": [["d1"], ["d2", "d3"]]}),
        fingerprint="f1",
        encoder_key=f"{model}-key",
        intervals={"cosine_spearman": (0.1, 0.5)},
        accelerated={"cosine_spearman": (0.12, 0.51)},
        timings={"total": 3.5, "encode": 2.0, "encoded": 500},
        settings={"precision": "float32", "seed": 0, "versions": {"numpy": "2"}},
    )
    return replace(one, **changes)


def test_a_result_comes_back_in_full_precision_with_nan_kept_and_lists_whole(home: Path):
    saved = result()
    found = Results().result(Results().save(saved))
    assert found.metrics["cosine_spearman"] == 0.1 + 0.2
    assert np.isnan(found.metrics["pearson"]) and found.metrics["n"] == 3 and isinstance(found.metrics["n"], int)
    assert found.metrics["by_level"]["Level 0"][0] == 0.5
    assert found.items["top_ids"].map(list).tolist() == [["d1"], ["d2", "d3"]]
    assert np.isnan(found.items["measure"][1])
    assert found.accelerated == saved.accelerated
    assert (found.intervals, found.timings, found.settings) == (saved.intervals, saved.timings, saved.settings)
    assert (found.model, found.dataset, found.task, found.fingerprint, found.encoder_key) == (
        "m", "pairs", "sts", "f1", "m-key",
    )  # fmt: skip


def test_runs_have_the_main_score_with_its_interval_and_the_speed_of_encoding(home: Path):
    name = Results().save(result())
    (row,) = Results().runs().to_dict("records")
    assert row["id"] == name and row["metric"] == "cosine_spearman" and row["items"] == 2
    assert (row["score"], row["low"], row["high"], row["seconds"]) == (0.1 + 0.2, 0.1, 0.5, 3.5)
    assert row["texts_per_second"] == 250.0 and (row["bca_low"], row["bca_high"]) == (0.12, 0.51)


def test_the_spreads_of_a_task_come_from_every_comparison_on_its_datasets(home: Path):
    store = Results()
    for fingerprint in ("f1", "f2"):
        a, b = (store.save(result(model, fingerprint=fingerprint)) for model in ("m", "other"))
        store.save_comparisons({(a, b): COMPARISON})
    assert store.spreads("sts").to_dict("list") == {
        "fingerprint": ["f1", "f2"], "n": [40, 40], "low": [0.02, 0.02], "high": [0.18, 0.18],
    }  # fmt: skip
    assert store.spreads("retrieval").empty


def test_an_empty_store_has_tables_with_their_columns(home: Path):
    assert Results().runs().empty and {"id", "score", "low", "created", "seconds"} <= set(Results().runs())
    assert Results().metrics().empty and Results().comparisons("f1").empty


def test_metrics_are_one_row_each_and_leave_out_what_is_no_number(home: Path):
    Results().save(result())
    table = Results().metrics().set_index("metric")
    assert sorted(table.index) == ["cosine_spearman", "n", "pearson"]
    assert np.isnan(table.loc["pearson", "value"]) and np.isnan(table.loc["pearson", "low"])


def test_a_run_of_the_same_encoder_takes_the_place_of_the_earlier_one_and_gets_a_new_id(home: Path):
    store = Results()
    old, other = store.save(result(score=0.5)), store.save(result("other"))
    store.save_comparisons({(old, other): COMPARISON})
    new = store.save(result(score=0.6))
    assert sorted(store.runs()["id"]) == sorted([new, other]) and new != old
    assert store.comparisons("f1").empty
    with pytest.raises(UserError):
        store.items(old)


def test_another_precision_or_changed_weights_are_another_run(home: Path):
    store = Results()
    store.save(result())
    store.save(result(encoder_key="changed weights"))
    store.save(result(settings={"precision": "bfloat16"}))
    assert len(store.runs()) == 3


def test_a_known_run_agrees_in_all_settings_that_were_asked_for(home: Path):
    store = Results()
    name = store.save(result())
    assert store.known("m", "f1", {"precision": "float32"}) == name
    assert store.known("m", "f1", {"precision": "bfloat16"}) is None
    assert store.known("m", "f1", {"revision": "r2"}) is None
    assert store.known("m", "f2", {}) is None


def test_the_version_changes_with_every_write_and_with_nothing_else(home: Path):
    store = Results()
    seen = [store.version()]
    name = store.save(result())
    seen.append(store.version())
    store.runs(), store.items(name)
    assert Results().version() == seen[-1]
    store.delete(name)
    seen.append(store.version())
    assert len(set(seen)) == 3


def test_what_another_one_writes_is_another_version_at_once_however_fast_it_writes(home: Path):
    store, other = Results(), Results()
    seen = [store.version()]
    for number in range(20):
        other.save(result(model=f"m{number}"))
        seen.append(store.version())
    assert len(set(seen)) == 21


def test_a_deleted_run_leaves_nothing_behind(home: Path):
    store = Results()
    name, other = store.save(result(), np.arange(3.0)), store.save(result("other"))
    store.save_comparisons({(name, other): COMPARISON})
    store.delete(name)
    assert store.runs()["id"].tolist() == [other] and store.comparisons("f1").empty
    assert set(store.metrics()["id"]) == {other}
    assert [path.stem for path in (home / "results").iterdir()] == [other]


def test_comparisons_come_back_by_dataset_with_nan_kept(home: Path):
    store = Results()
    a, b = store.save(result("a")), store.save(result("b"))
    store.save_comparisons({(a, b): COMPARISON})
    store.save_comparisons({(a, "gone"): COMPARISON})
    (row,) = store.comparisons("f1").to_dict("records")
    assert (row["a"], row["b"], row["n"], row["gap"], row["p"], row["lost"]) == (a, b, 40, 0.1, 0.01, 5)
    assert np.isnan(row["effect"]) and store.comparisons("f2").empty


def test_resampled_scores_are_kept_beside_the_run(home: Path):
    store = Results()
    assert store.resampled(store.save(result("a"), np.array([0.1, 0.2]))).tolist() == [0.1, 0.2]
    assert store.resampled(store.save(result("b"))) is None


def test_only_the_wanted_columns_are_read(home: Path):
    store = Results()
    assert list(store.items(store.save(result()), ["item"])) == ["item"]


def test_an_unknown_run_is_a_sentence(home: Path):
    with pytest.raises(UserError, match="There is no run 'x'"):
        Results().result("x")


WRITER = """
import sys
from engine.results.store import Results
from tests.results.test_store import result
for number in range(5):
    Results().save(result(f"{sys.argv[1]}-{number}"))
"""


def test_several_processes_create_the_store_and_write_to_it_at_once(home: Path):
    environment = os.environ | {"PARALLAX_HOME": str(home)}
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(n)], cwd=ROOT, env=environment) for n in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert len(Results().runs()) == 15


def test_a_schema_grows_step_by_step_and_a_newer_one_is_not_touched(tmp_path: Path):
    first, second = ("CREATE TABLE t (x)", "INSERT INTO t VALUES (1)"), ("ALTER TABLE t ADD COLUMN y DEFAULT 2",)
    Database(tmp_path / "one.sqlite", (first,))
    with Database(tmp_path / "one.sqlite", (first, second)).read() as connection:
        assert tuple(connection.execute("SELECT x, y FROM t").fetchone()) == (1, 2)
    with pytest.raises(UserError, match="newer Parallax"):
        Database(tmp_path / "one.sqlite", (first,))


def test_a_failed_write_leaves_nothing_half_done(tmp_path: Path):
    database = Database(tmp_path / "one.sqlite", (("CREATE TABLE t (x UNIQUE)",),))
    with pytest.raises(sqlite3.IntegrityError), database.write() as connection:
        connection.execute("INSERT INTO t VALUES (1)")
        connection.execute("INSERT INTO t VALUES (1)")
    with database.read() as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone()[0] == 0


def test_a_file_that_is_no_database_is_named_in_a_sentence(home: Path):
    (home / "results.sqlite").write_text("not a database, but long enough to be taken for one " * 50)
    with pytest.raises(UserError, match=r"results\.sqlite cannot be used as a database"):
        Results()
