"""Where do the item table of a run and its resampled scores lie, and are they what was written?"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from engine.metrics.groups import COLUMN
from engine.storage import flat_arrays
from engine.storage.checksums import checksum, verify
from engine.storage.failures import Damaged
from engine.storage.files import whole
from engine.types import Task, UserError

Checks = Mapping[str, str | None]
"""The checksums of a run's files by the columns of its row, `items_check` and `resampled_check`."""
UNKNOWN: Checks = {"items_check": None, "resampled_check": None}


class RunFiles:
    """The files of all runs, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, run: str, items: pd.DataFrame, resampled: npt.NDArray[np.float64] | None) -> Checks:
        """Keeps them, whole or not at all, and gives their checksums; raises DiskRefuses."""
        with whole(self._items(run)) as fresh:
            items.to_parquet(fresh, index=False)
        if resampled is None:
            return {"items_check": checksum(self._items(run)), "resampled_check": None}
        with whole(self._resampled(run)) as fresh:
            flat_arrays.write(fresh, resampled)
        return self.checks(run)

    def checks(self, run: str) -> Checks:
        """The checksums of the files that are there now."""
        paths = {"items_check": self._items(run), "resampled_check": self._resampled(run)}
        return {column: checksum(path) if path.exists() else None for column, path in paths.items()}

    def items(self, run: str, checks: Checks, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The item table, or those of these columns that it has.

        Raises:
            UserError: it is not there.
            Damaged: it is not what was written.
        """
        path = self._items(run)
        try:
            verify(path, checks["items_check"])
            known = pq.read_schema(path).names if columns is not None else []
            wanted = None if columns is None else [name for name in columns if name in known]
            return pd.read_parquet(path, columns=wanted)
        except FileNotFoundError as error:
            raise UserError("The items of run {run!r} are not there: run the model again.", run=run) from error
        except (Damaged, pa.ArrowException, OSError, ValueError) as error:
            raise Damaged(
                "The items of the run {run} are damaged: {path} is not what was written there. Run the model again.",
                run=run,
                path=path,
            ) from error

    def complete(self, run: str, task: Task) -> bool:
        """Whether the item table says what hangs together and what else intervals need: some earlier ones do not."""
        return {COLUMN, *task.item_columns} <= set(pq.read_schema(self._items(run)).names)

    def resampled(self, run: str, checks: Checks) -> npt.NDArray[np.float64] | None:
        """The resampled scores, if they were kept and are what was written: else they are drawn again."""
        path = self._resampled(run)
        with suppress(FileNotFoundError, Damaged, ValueError, EOFError):
            verify(path, checks["resampled_check"])
            return np.asarray(np.load(path, allow_pickle=False))
        return None

    def sound(self, run: str, checks: Checks) -> bool:
        """Whether the item table is there and, as far as its checksum is known, what was written."""
        try:
            verify(self._items(run), checks["items_check"])
        except (FileNotFoundError, Damaged):
            return False
        return self._items(run).exists()

    def remove(self, runs: Iterable[str]) -> None:
        """Takes the files of these runs off the disk."""
        for run in runs:
            with suppress(OSError):  # what cannot be removed now is cleared up when a worker starts
                self._items(run).unlink(missing_ok=True)
                self._resampled(run).unlink(missing_ok=True)

    def _items(self, run: str) -> Path:
        return self.folder / f"{run}.parquet"

    def _resampled(self, run: str) -> Path:
        return self.folder / f"{run}.npy"
