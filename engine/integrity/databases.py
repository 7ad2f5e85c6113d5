"""Can every database of a home be read to its end? What can still be read of a damaged one is saved into a new one."""

import sqlite3
from contextlib import closing
from pathlib import Path

from engine import config
from engine.integrity.findings import Finding, Findings
from engine.jobs import workers
from engine.storage.files import UNFINISHED
from engine.types import Message


def examine(mend: bool) -> Findings:
    """Each `*.sqlite` of the home."""
    for path in sorted(config.home().glob("*.sqlite")):
        why = _problem(path)
        if why is None:
            continue
        values = {"path": str(path), "why": why}
        if not mend:
            yield Finding("damaged", Message("{path} is damaged ({why}).", values))
        elif any(workers.alive(lane) for lane in workers.LANES):
            yield Finding("damaged", Message(
                "{path} is damaged ({why}). Stop the workers with `python -m engine.worker --stop`, and run this again "
                "to save what can still be read.", values))  # fmt: skip
        else:
            kept, aside = _saved(path)
            yield Finding("mended", Message(
                "{path} was damaged ({why}): {rows} rows could be read and are in its place; the damaged file lies in "
                "{aside}.", values | {"rows": kept, "aside": str(aside)}))  # fmt: skip


def _problem(path: Path) -> str | None:
    """What SQLite finds wrong in the file; None if nothing."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if (getattr(error, "sqlite_errorcode", 0) & 0xFF) not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return None  # not damaged, but in use or out of reach, which others say
        return str(error)
    return None if found == "ok" else str(found).replace("\n", " ")


def _saved(path: Path) -> tuple[int, Path]:
    """Copies every row that can be read into a new file, which takes the old one's place; how many; where it is."""
    fresh, aside = path.with_name(f".{path.name}{UNFINISHED}"), path.with_name(f"{path.name}.damaged")
    fresh.unlink(missing_ok=True)
    rows = 0
    with closing(sqlite3.connect(path, isolation_level=None)) as old, closing(sqlite3.connect(fresh)) as new:
        old.text_factory = bytes
        try:
            schema = old.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
            new.execute(f"PRAGMA user_version = {old.execute('PRAGMA user_version').fetchone()[0]}")
        except sqlite3.DatabaseError:  # not even its first page: an empty one begins
            schema = []
        for kind, name, sql in sorted(schema, key=lambda row: row[0] != b"table"):
            new.execute(sql.decode())
            if kind == b"table":
                rows += _copied(old, new, name.decode())
        new.commit()
    for suffix in ("-wal", "-shm"):
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
    path.replace(aside)
    fresh.replace(path)
    return rows, aside


def _copied(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> int:
    """The rows from the first on until one cannot be read, and from the last back."""
    count, keys = 0, [row[1].decode() for row in old.execute(f"PRAGMA table_info({table})") if row[5]]
    sql = old.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
    back = ", ".join(f"{key} DESC" for key in (keys if b"WITHOUT ROWID" in sql else ["rowid"]))
    for order in ("", f" ORDER BY {back}"):
        try:
            for row in old.execute(f"SELECT * FROM {table}{order}"):
                cells = [cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell for cell in row]
                marks = ", ".join("?" * len(cells))
                count += new.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", cells).rowcount
        except sqlite3.DatabaseError:
            continue
    return count
