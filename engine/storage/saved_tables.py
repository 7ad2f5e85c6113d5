"""How do the tables of a dataset lie on disk, so that reading them takes neither time nor memory?

Arrow's own format, not compressed, is mapped into memory: the system reads what is looked at and may forget it again.
"""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

SUFFIX = ".arrow"
OLD_SUFFIX = ".parquet"


def write(table: pd.DataFrame, folder: Path, name: str) -> None:
    """Puts the table into the folder under this name."""
    made = pa.Table.from_pandas(table, preserve_index=False)
    with pa.OSFile(str(folder / f"{name}{SUFFIX}"), "wb") as file, pa.ipc.new_file(file, made.schema) as writer:
        writer.write_table(made.combine_chunks())


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """All tables in the folder by their names, lists as lists; also those that earlier versions kept as Parquet."""
    found = {path.stem: pq.read_table(path) for path in sorted(folder.glob(f"*{OLD_SUFFIX}"))}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        with pa.memory_map(str(path)) as file:
            found[path.stem] = pa.ipc.open_file(file).read_all()
    return {name: _frame(table) for name, table in found.items()}


def _frame(table: pa.Table) -> pd.DataFrame:
    frame = table.to_pandas()
    for column in table.schema:
        if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
            frame[column.name] = frame[column.name].map(lambda cell: cell.tolist())
    return frame
