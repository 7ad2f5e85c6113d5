"""Is a row of a database still what was written? Each carries the checksum of its own cells."""

import sqlite3
from collections.abc import Sequence
from typing import Any

import xxhash

CHECK = "row_check"


def columns(*tables: str) -> tuple[str, ...]:
    """The statements of a migration that gives the rows of these tables their checksums."""
    return tuple(
        statement
        for table in tables
        for statement in (
            f"ALTER TABLE {table} ADD COLUMN {CHECK} INTEGER",
            f"CREATE INDEX {table}_unsealed ON {table} ({CHECK}) WHERE {CHECK} IS NULL",
        )
    )


def views(connection: sqlite3.Connection, tables: Sequence[str]) -> list[str]:
    """The statements that make `sound_TABLE` of each of these tables: its rows but those that are not what was written.

    Its column `sequence` grows from row to row in the order of writing, whatever the clock said.
    """
    found = []
    for table in tables:
        order = "" if _without_rowid(connection, table) else "rowid AS sequence, "
        sound = f"{CHECK} IS NULL OR {CHECK} = {_expression(connection, table)}"
        found.append(f"CREATE TEMP VIEW sound_{table} AS SELECT {order}* FROM main.{table} WHERE {sound}")
    return found


def prepare(connection: sqlite3.Connection, made: Sequence[str]) -> None:
    """Lets this connection compute checksums, and gives it these views."""
    connection.create_function("row_checksum", -1, _checksum, deterministic=True)
    for view in made:
        connection.execute(view)


def seal(connection: sqlite3.Connection, table: str) -> None:
    """Gives its checksum to every row of the table that has none."""
    connection.execute(f"UPDATE {table} SET {CHECK} = {_expression(connection, table)} WHERE {CHECK} IS NULL")


def unsound(connection: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    """The rows that are not what was written; what is no text any more stands there with replacements."""
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        query = f"SELECT * FROM {table} WHERE {CHECK} IS NOT NULL AND {CHECK} != {_expression(connection, table)}"
        return [dict(row) for row in connection.execute(query)]
    finally:
        connection.text_factory = str


def _without_rowid(connection: sqlite3.Connection, table: str) -> bool:
    (text,) = connection.execute("SELECT sql FROM main.sqlite_master WHERE name = ?", (table,)).fetchone()
    return "WITHOUT ROWID" in text.upper()


def _expression(connection: sqlite3.Connection, table: str) -> str:
    """The checksum of a row in SQL; texts go in as bytes, for a damaged one need not be UTF-8."""
    columns = [
        f"CAST({row[1]} AS BLOB)" if row[2] == "TEXT" else row[1]
        for row in connection.execute(f"PRAGMA table_info({table})")
        if row[1] != CHECK
    ]
    return f"row_checksum({', '.join(columns)})"


def _checksum(*cells: object) -> int:
    """A signed 64-bit number; cells without a value count for nothing, so that a later version may add columns."""
    told = repr([(place, cell) for place, cell in enumerate(cells) if cell is not None])
    return xxhash.xxh3_64_intdigest(told.encode()) - 2**63
