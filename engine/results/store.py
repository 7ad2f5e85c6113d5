"""What has been measured so far? Runs and their metrics in SQLite, their item tables as Parquet beside it."""

import json
import math
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import config
from engine.results.schema import MIGRATIONS, count_write, metric_rows, number, run_row, speed, to_json
from engine.storage.database import Database
from engine.types import Comparison, Result, UserError

_SAME = ("model", "dataset", "fingerprint", "encoder_key", "precision")


class Results:
    """All results of this machine; any thread of any process may read and write at once."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or config.home()
        self._folder = folder / "results"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._database = Database(folder / "results.sqlite", MIGRATIONS)

    def version(self) -> str:
        """Another text after every write of any process: what caches of results are keyed by."""
        with self._database.read() as connection:
            return "{}-{}".format(*connection.execute("SELECT birth, writes FROM store").fetchone())

    def save(self, result: Result, resampled: npt.NDArray[np.float64] | None = None) -> str:
        """Keeps a result and gives its id; takes the place of an earlier run of the same encoder on it.

        resampled: the main metric under resampling, which spares later comparisons that work; of shape (draws,).
        """
        name = secrets.token_hex(6)
        self._write_items(name, result.items)
        if resampled is not None:
            np.save(self._resampled_path(name), resampled)
        run = run_row(name, result)
        with self._database.write() as connection:
            same = " AND ".join(f"{column} = :{column}" for column in _SAME)
            replaced = [row["id"] for row in connection.execute(f"SELECT id FROM runs WHERE {same}", run)]
            connection.executemany("DELETE FROM runs WHERE id = ?", [(old,) for old in replaced])
            connection.execute(
                f"INSERT INTO runs ({', '.join(run)}) VALUES ({', '.join(f':{key}' for key in run)})", run
            )
            connection.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?, ?)", metric_rows(name, result))
            count_write(connection)
        self._remove_files(replaced)
        return name

    def delete(self, run: str) -> None:
        """Forgets a run, its items and its comparisons; nothing happens where there is none."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM runs WHERE id = ?", (run,))
            count_write(connection)
        self._remove_files([run])

    def runs(self) -> pd.DataFrame:
        """One row per run, oldest first: id, model, dataset, task, metric (the main one), score, low, high, ….

        `created` is in seconds since 1970 (UTC), `seconds` the run's wall time, `items` how many were judged,
        `texts_per_second` the encoding speed (nan where every vector was known already), `distinct` and `cached` how
        many different texts were asked for and how many of their vectors were stored already.
        """
        query = """SELECT runs.id, model, dataset, task, runs.metric, value AS score, low, high, bca_low, bca_high,
            items, fingerprint, encoder_key, precision, created, timings FROM runs
            LEFT JOIN metrics ON metrics.run = runs.id AND metrics.metric = runs.metric ORDER BY created, runs.rowid"""
        table = self._frame(query, numbers=("score", "low", "high", "bca_low", "bca_high", "created"))
        timings = [json.loads(text) for text in table.pop("timings")]
        table["seconds"] = np.array([timing.get("total", math.nan) for timing in timings], dtype=float)
        table["texts_per_second"] = np.array([speed(timing) for timing in timings], dtype=float)
        for name in ("distinct", "cached"):
            table[name] = np.array([timing.get(name, 0) for timing in timings], dtype=np.int64)
        return table

    def metrics(self, fingerprint: str = "") -> pd.DataFrame:
        """One row per run and metric: id (of the run), model, dataset, task, metric, value, low, high.

        fingerprint: only of the runs on this state of a dataset.
        """
        query = f"""SELECT runs.id, model, dataset, task, metrics.metric, value, low, high
            FROM metrics JOIN runs ON metrics.run = runs.id {"WHERE fingerprint = ?" if fingerprint else ""}
            ORDER BY created, runs.rowid, metrics.metric"""
        return self._frame(query, [fingerprint] if fingerprint else [], numbers=("value", "low", "high"))

    def result(self, run: str) -> Result:
        """All that is known about a run, its items included."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM runs WHERE id = ?", (run,)).fetchone()
            if row is None:
                raise UserError("No run is called {run!r}.", run=run)
            metrics = connection.execute(
                "SELECT metric, value, low, high, bca_low, bca_high FROM metrics WHERE run = ?", (run,)
            ).fetchall()
        return Result(
            **{name: row[name] for name in ("model", "dataset", "task", "fingerprint", "encoder_key")},
            metrics={one["metric"]: number(one["value"]) for one in metrics} | json.loads(row["further"]),
            items=self.items(run),
            intervals={one["metric"]: (one["low"], one["high"]) for one in metrics if one["low"] is not None},
            accelerated={
                one["metric"]: (one["bca_low"], one["bca_high"]) for one in metrics if one["bca_low"] is not None
            },
            timings=json.loads(row["timings"]),
            settings=json.loads(row["settings"]),
        )

    def notes(self, run: str) -> tuple[dict[str, Any], dict[str, float]]:
        """The settings and timings of a run; empty where there is none."""
        with self._database.read() as connection:
            row = connection.execute("SELECT settings, timings FROM runs WHERE id = ?", (run,)).fetchone()
        return (json.loads(row["settings"]), json.loads(row["timings"])) if row else ({}, {})

    def items(self, run: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The item table of a run, or these columns of it."""
        try:
            return pd.read_parquet(self._items_path(run), columns=list(columns) if columns is not None else None)
        except FileNotFoundError as error:
            raise UserError("The items of run {run!r} are not there: run the model again.", run=run) from error

    def resampled(self, run: str) -> npt.NDArray[np.float64] | None:
        """The main metric of a run under resampling, of shape (draws,), if it was kept."""
        path = self._resampled_path(run)
        return np.load(path, allow_pickle=False) if path.exists() else None

    def known(self, model: str, fingerprint: str, settings: Mapping[str, Any]) -> str | None:
        """The newest run of this model on this dataset whose settings agree with all of these."""
        query = "SELECT id, settings FROM runs WHERE fingerprint = ? AND model = ? ORDER BY created DESC, rowid DESC"
        wanted = json.loads(to_json(settings))
        with self._database.read() as connection:
            for run, text in connection.execute(query, (fingerprint, model)):
                had = json.loads(text)
                if all(key in had and had[key] == value for key, value in wanted.items()):
                    return str(run)
        return None

    def save_comparison(self, a: str, b: str, comparison: Comparison) -> None:
        """Keeps what a paired test said of run a against run b; nothing happens if one of them is gone."""
        values = [None if isinstance(value, float) and math.isnan(value) else value for value in astuple(comparison)]
        with self._database.write() as connection:
            both = connection.execute("SELECT count(*) FROM runs WHERE id IN (?, ?)", (a, b)).fetchone()[0] == 2
            if both:
                marks = ", ".join("?" * (2 + len(values)))
                connection.execute(f"INSERT OR REPLACE INTO comparisons VALUES ({marks})", (a, b, *values))
                count_write(connection)

    def comparisons(self, fingerprint: str) -> pd.DataFrame:
        """One row per compared pair of runs on this dataset: a, b (ids), then the fields of a Comparison."""
        names = ", ".join(f"comparisons.{field.name}" for field in fields(Comparison))
        query = (
            f"""SELECT a, b, {names} FROM comparisons JOIN runs ON runs.id = a WHERE fingerprint = ? ORDER BY a, b"""
        )
        return self._frame(query, (fingerprint,), numbers=("gap", "low", "high", "p", "effect"))

    def spreads(self, task: str) -> pd.DataFrame:
        """n, low and high of every comparison on datasets of this task, and the dataset's fingerprint."""
        query = """SELECT fingerprint, n, comparisons.low, comparisons.high FROM comparisons
            JOIN runs ON runs.id = a WHERE task = ? AND n > 0"""
        return self._frame(query, (task,), numbers=("low", "high"))

    def _frame(self, query: str, values: Sequence[object] = (), *, numbers: Iterable[str]) -> pd.DataFrame:
        with self._database.read() as connection:
            found = connection.execute(query, values)
            table = pd.DataFrame(found.fetchall(), columns=[column[0] for column in found.description])
        return table.astype(dict.fromkeys(numbers, float))

    def _items_path(self, run: str) -> Path:
        return self._folder / f"{run}.parquet"

    def _resampled_path(self, run: str) -> Path:
        return self._folder / f"{run}.npy"

    def _write_items(self, run: str, items: pd.DataFrame) -> None:
        """Whole or not at all: under another name first."""
        unfinished = self._folder / f"{run}.unfinished"
        items.to_parquet(unfinished, index=False)
        unfinished.replace(self._items_path(run))

    def _remove_files(self, runs: Iterable[str]) -> None:
        for run in runs:
            self._items_path(run).unlink(missing_ok=True)
            self._resampled_path(run).unlink(missing_ok=True)
