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
from engine.metrics.groups import COLUMN, COLUMNS
from engine.results.run_files import UNKNOWN, Checks, RunFiles
from engine.results.schema import CHECKED, MIGRATIONS, WHOLE, count_write, metric_rows, number, run_row, speed, to_json
from engine.storage import strict_json
from engine.storage.database import Database
from engine.storage.failures import Damaged
from engine.types import Comparison, Result, UserError

TEXT = pd.StringDtype("python", na_value=np.nan)
"""The dtype `str` without Arrow: pages cut these small tables up, which then takes a third of the time."""
_SAME = ("model", "dataset", "fingerprint", "encoder_key", "precision")
# An earlier version wrote NaN into settings, which SQLite takes for no JSON; nothing but a CASE is read in its order.
_EXAMPLE = "CASE WHEN json_valid(settings) THEN json_extract(settings, '$.example') IS NOT NULL ELSE 0 END"


NUMBERS = ("score", "low", "high", "bca_low", "bca_high", "created", "bytes_a_document", "bytes")
"""Columns of `Results.runs` in which nothing is nan."""


class Results:
    """All results of this machine; any thread of any process may read and write at once."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or config.home()
        self.files = RunFiles(folder / "results")
        self.database = Database(folder / "results.sqlite", MIGRATIONS, checked=CHECKED)
        self._version: tuple[object, str] = (None, "")

    def version(self) -> str:
        """Another text after every write of any process: what caches of results are keyed by."""
        stamp = self.database.stamp()
        if stamp != self._version[0]:
            with self.database.read() as connection:
                known = "{}-{}".format(*connection.execute("SELECT birth, writes FROM store").fetchone())
            self._version = (stamp, known)
        return self._version[1]

    def save(self, result: Result, resampled: npt.NDArray[np.float64] | None = None) -> str:
        """Keeps a result and gives its id; takes the place of an earlier run of the same encoder on it.

        The first own run takes the place of all examples.

        resampled: the main metric under resampling, which spares later comparisons that work; of shape (draws,).
        """
        name = secrets.token_hex(6)
        try:
            checks = self.files.write(name, result.items, resampled)
            replaced = self._write_row(run_row(name, result) | dict(checks), metric_rows(name, result))
        except BaseException:
            self.files.remove([name])
            raise
        self.files.remove(replaced)
        return name

    def _write_row(self, run: Mapping[str, Any], metrics: Sequence[tuple[Any, ...]]) -> list[str]:
        """The ids of the runs whose place it takes."""
        with self.database.write() as connection:
            same = " AND ".join(f"{column} = :{column}" for column in _SAME)
            if "example" not in json.loads(run["settings"]):  # which nobody needs who has results of their own
                same = f"({same}) OR {_EXAMPLE}"
            replaced = [row["id"] for row in connection.execute(f"SELECT id FROM runs WHERE {same}", run)]
            connection.executemany("DELETE FROM runs WHERE id = ?", [(old,) for old in replaced])
            connection.execute(
                f"INSERT INTO runs ({', '.join(run)}) VALUES ({', '.join(f':{key}' for key in run)})", run
            )
            connection.executemany(
                "INSERT INTO metrics (run, metric, value, low, high, bca_low, bca_high) VALUES (?, ?, ?, ?, ?, ?, ?)",
                metrics,
            )
            count_write(connection)
        return replaced

    def delete(self, run: str) -> None:
        """Forgets a run, its items and its comparisons; nothing happens where there is none."""
        with self.database.write() as connection:
            connection.execute("DELETE FROM runs WHERE id = ?", (run,))
            count_write(connection)
        self.files.remove([run])

    def runs(self) -> pd.DataFrame:
        """One row per run, oldest first: id, model, dataset, task, metric (the main one), score, low, high, ….

        Those that are not what was written are left out; `soundness.damaged` names them. `created` is in seconds since
        1970 (UTC) as the clock had it, `sequence` grows in the order of saving, `seconds` is the run's wall time,
        `load` what loading the model took of it, `items` how many were judged, `machine` the device that encoded,
        `texts_per_second` the encoding speed (nan where every vector was known already), `distinct` and `cached` how
        many different texts were asked for and how many of their vectors were stored already, `warnings` what was said
        before the run, as `frames.warnings` reads it, `bytes_a_document` and `bytes` what the vectors of the documents
        take, on average and together (nan of runs that did not say so yet), `example` where an example was measured.
        """
        query = """SELECT runs.id, model, dataset, task, runs.metric, main.value AS score, main.low, main.high,
            main.bca_low, main.bca_high, items, fingerprint, encoder_key, precision, created, sequence, timings,
            coalesce(json_extract(settings, '$.machine'), '') AS machine,
            coalesce(json_extract(settings, '$.warnings'), '[]') AS warnings,
            coalesce(json_extract(settings, '$.example'), '') AS example,
            json_extract(settings, '$.vectors.bytes_a_document') AS bytes_a_document,
            json_extract(settings, '$.vectors.bytes') AS bytes
            FROM sound_runs AS runs
            JOIN sound_metrics AS main ON main.run = runs.id AND main.metric = runs.metric
            WHERE json_valid(settings) AND (metric_count IS NULL OR metric_count = (
                SELECT count(*) FROM metrics AS every WHERE every.run = runs.id)) ORDER BY sequence"""
        table = self._frame(query, numbers=NUMBERS)
        timings = [json.loads(text) for text in table.pop("timings")]
        table["seconds"] = np.array([timing.get("total", math.nan) for timing in timings], dtype=float)
        table["load"] = np.array([timing.get("load", math.nan) for timing in timings], dtype=float)
        table["texts_per_second"] = np.array([speed(timing) for timing in timings], dtype=float)
        for name in ("distinct", "cached"):
            table[name] = np.array([timing.get(name, 0) for timing in timings], dtype=np.int64)
        return table

    def metrics(self, fingerprint: str = "") -> pd.DataFrame:
        """One row per run and metric: id (of the run), model, dataset, task, metric, value, low, high.

        fingerprint: only of the runs on this state of a dataset.
        """
        query = f"""SELECT runs.id, model, dataset, task, metrics.metric, value, low, high
            FROM sound_metrics AS metrics JOIN sound_runs AS runs ON metrics.run = runs.id
            {"WHERE fingerprint = ?" if fingerprint else ""} ORDER BY sequence, metrics.metric"""
        return self._frame(query, [fingerprint] if fingerprint else [], numbers=("value", "low", "high"))

    def result(self, run: str) -> Result:
        """All that is known about a run, its items included."""
        with self.database.read() as connection:
            row = connection.execute("SELECT * FROM sound_runs WHERE id = ?", (run,)).fetchone()
            metrics = connection.execute(
                "SELECT metric, value, low, high, bca_low, bca_high FROM sound_metrics WHERE run = ?", (run,)
            ).fetchall()
            whole = connection.execute(f"SELECT id FROM sound_runs AS runs WHERE id = ? AND {WHOLE}", (run,)).fetchone()
            if whole is None and connection.execute("SELECT id FROM runs WHERE id = ?", (run,)).fetchone():
                raise Damaged(
                    "The run {run} is damaged: its numbers in {path} are not what was written. Run the model again.",
                    run=run,
                    path=self.database.path,
                )
            if row is None:
                raise UserError("There is no run {run!r}.", run=run)
        return Result(
            **{name: row[name] for name in ("model", "dataset", "task", "fingerprint", "encoder_key")},
            metrics={one["metric"]: number(one["value"]) for one in metrics}
            | strict_json.numbers(json.loads(row["further"])),
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
        with self.database.read() as connection:
            row = connection.execute("SELECT settings, timings FROM sound_runs WHERE id = ?", (run,)).fetchone()
        return (json.loads(row["settings"]), json.loads(row["timings"])) if row else ({}, {})

    def items(self, run: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The item table of a run, or those of these columns that it has.

        Raises:
            UserError: it is not there.
            Damaged: it is not what was written.
        """
        return self.files.items(run, self.checks(run), columns)

    def measures(self, run: str) -> pd.DataFrame:
        """The items of a run, how they went, and what they hang together with: all of an older table without groups."""
        found = self.items(run, ("item", "measure", *COLUMNS))
        return found if COLUMN in found else self.items(run)

    def resampled(self, run: str) -> npt.NDArray[np.float64] | None:
        """The main metric of a run under resampling, of shape (draws,), if it was kept and is what was written."""
        return self.files.resampled(run, self.checks(run))

    def checks(self, run: str) -> Checks:
        """The checksums of a run's files; none where it is not there, or was saved by an earlier version."""
        query = "SELECT items_check, resampled_check FROM sound_runs WHERE id = ?"
        with self.database.read() as connection:
            row = connection.execute(query, (run,)).fetchone()
        return dict(row) if row else UNKNOWN

    def known(self, model: str, fingerprint: str, settings: Mapping[str, Any]) -> str | None:
        """The newest sound run of this model on this dataset whose settings agree with all of these; no example."""
        query = f"""SELECT id, settings, items_check, resampled_check FROM sound_runs AS runs
            WHERE fingerprint = ? AND model = ? AND NOT {_EXAMPLE} AND {WHOLE}
            ORDER BY sequence DESC"""
        wanted = json.loads(to_json(settings))
        with self.database.read() as connection:
            rows = connection.execute(query, (fingerprint, model)).fetchall()
        for run, text, *checks in rows:
            had = json.loads(text)
            same = all(key in had and had[key] == value for key, value in wanted.items())
            if same and self.files.sound(run, dict(zip(UNKNOWN, checks, strict=True))):
                return str(run)
        return None

    def save_comparisons(self, found: Mapping[tuple[str, str], Comparison]) -> None:
        """Keeps what paired tests said of runs against one another; nothing happens to pairs of which one is gone."""
        rows = [
            (*pair, *(None if isinstance(value, float) and math.isnan(value) else value for value in astuple(one)))
            for pair, one in found.items()
        ]
        columns = ["a", "b", *(field.name for field in fields(Comparison))]
        marks = ", ".join("?" * len(columns))
        with self.database.write() as connection:
            there = {row["id"] for row in connection.execute("SELECT id FROM runs")}
            known = [row for row in rows if row[0] in there and row[1] in there]
            connection.executemany(f"INSERT OR REPLACE INTO comparisons ({', '.join(columns)}) VALUES ({marks})", known)
            count_write(connection)

    def comparisons(self, fingerprint: str) -> pd.DataFrame:
        """One row per compared pair of runs on this dataset: a, b (ids), then the fields of a Comparison."""
        names = ", ".join(f"comparisons.{field.name}" for field in fields(Comparison))
        query = f"""SELECT a, b, {names} FROM sound_comparisons AS comparisons
            JOIN runs ON runs.id = a WHERE fingerprint = ? ORDER BY a, b"""
        table = self._frame(
            query, (fingerprint,), numbers=("gap", "low", "high", "p", "effect", "corrected", "design", "se")
        )
        counted = ("family", "groups", "web")  # which older rows lack
        told = {name: table[name].astype(float).fillna(0).astype(int) for name in counted}
        return table.assign(named_by=table["named_by"].fillna("").astype(TEXT), **told)

    def spreads(self, task: str) -> pd.DataFrame:
        """n, low and high of every comparison on datasets of this task, and the dataset's fingerprint."""
        query = """SELECT fingerprint, n, comparisons.low, comparisons.high FROM sound_comparisons AS comparisons
            JOIN runs ON runs.id = a WHERE task = ? AND n > 0"""
        return self._frame(query, (task,), numbers=("low", "high"))

    def _frame(self, query: str, values: Sequence[object] = (), *, numbers: Iterable[str]) -> pd.DataFrame:
        with self.database.read() as connection:
            found = connection.execute(query, values)
            table = pd.DataFrame(found.fetchall(), columns=[column[0] for column in found.description])
        texts = table.select_dtypes("str").columns
        return table.astype(dict.fromkeys(texts, TEXT) | dict.fromkeys(numbers, float))
