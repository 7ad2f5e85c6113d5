"""How do several processes share one SQLite file, and how does its schema grow?"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.types import UserError

BUSY_SECONDS = 30.0


class Database:
    """A file that any thread of any process may read and write; each migration is one step of its schema."""

    def __init__(self, path: Path, migrations: Sequence[Sequence[str]]) -> None:
        self.path = path
        self._migrations = migrations
        with self.read() as connection:
            current = _schema(connection) == len(migrations)
        if not current:
            with self.write() as connection:
                self._migrate(connection)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection for questions; writers do not wait for it."""
        connection = self._connect()
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A connection inside one transaction: all of it is kept, or after an exception nothing."""
        with self.read() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = NORMAL")
            self._use_log(connection)
        except sqlite3.DatabaseError as error:
            connection.close()
            raise UserError(
                "{path} cannot be used as a database ({why}). Close whatever holds it, or move it away.",
                path=self.path,
                why=error,
            ) from error
        return connection

    def _use_log(self, connection: sqlite3.Connection) -> None:
        """Write-ahead logging, so that readers and a writer do not stop one another."""
        for _attempt in range(50):
            if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
                return
            # While several processes create the file, the pragma fails where a transaction waits its turn.
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            with suppress(sqlite3.OperationalError):
                connection.execute("PRAGMA journal_mode = WAL")
                return

    def _migrate(self, connection: sqlite3.Connection) -> None:
        done = _schema(connection)
        if done > len(self._migrations):
            raise UserError(
                "{path} was written by a newer Parallax (schema {seen}, this one knows {known}); update Parallax.",
                path=self.path,
                seen=done,
                known=len(self._migrations),
            )
        for number, statements in enumerate(self._migrations[done:], start=done + 1):
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")


def _schema(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
