"""How do several processes share one SQLite file, and how does its schema grow?"""

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from engine.storage import row_checks
from engine.storage.checksums import State, state
from engine.storage.failures import Damaged, full, read_only
from engine.types import UserError

BUSY_SECONDS = 30.0
SETTLED_NANOSECONDS = 50_000_000
"""Longer than a tick of any clock that files are stamped by."""
READ_ONLY_URI = {False: "file:{path}?immutable=1", True: "file:{path}?mode=ro"}
"""By whether what was written last still lies in a log beside the file."""


class Database:
    """A file that any thread of any process may read and write; each migration is one step of its schema.

    checked: tables whose rows carry a checksum in their column `row_check`. Read them as `sound_NAME`, which leaves out
    the rows that are not what was written; `unsound` names those. A row without one is from an earlier version.
    """

    def __init__(self, path: Path, migrations: Sequence[Sequence[str]], *, checked: Sequence[str] = ()) -> None:
        self.path = path
        self._migrations, self._checked = migrations, checked
        self._views: list[str] | None = None
        with self._reading() as connection:
            current = self._known_schema(connection) == len(migrations)
        if not current:
            with self._writing(self._reading()) as connection:
                self._migrate(connection)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection for questions; writers do not wait for it.

        Raises:
            Damaged: the file is no database any more.
            DiskRefuses: its disk is full, or may only be read.
            UserError: a newer Parallax has changed its schema.
        """
        with self._reading() as connection:
            self._known_schema(connection)
            if self._views is None:
                self._views = row_checks.views(connection, self._checked)
            row_checks.prepare(connection, self._views)
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A connection inside one transaction: all of it is kept, or after an exception nothing; raises as `read`."""
        with self._writing(self.read()) as connection:
            yield connection
            for table in self._checked:
                row_checks.seal(connection, table)

    def stamp(self) -> object:
        """Equal only while nobody has written to the file, without opening it: what is remembered of it may be kept by.

        Within the last moment two writes could leave the same times and sizes: then no two stamps are equal.
        """
        seen: list[State] = []
        for one in (self.path, self.path.with_name(f"{self.path.name}-wal")):
            with suppress(FileNotFoundError):  # the log comes and goes with those who read, and is empty then
                seen.append(state(one))
        seen = [one for one in seen if one[2]]
        settled = all(abs(time.time_ns() - changed) > SETTLED_NANOSECONDS for _, changed, _ in seen)
        return tuple(seen) if settled else object()

    def unsound(self, table: str) -> list[dict[str, object]]:
        """The rows of a checked table that are not what was written, as far as they can be read."""
        with self.read() as connection:
            return row_checks.unsound(connection, table)

    @contextmanager
    def _writing(self, reading: AbstractContextManager[sqlite3.Connection]) -> Iterator[sqlite3.Connection]:
        with reading as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._telling():
            connection = self._connect()
            try:
                yield connection
            finally:
                connection.close()

    def _connect(self) -> sqlite3.Connection:
        writable = os.access(self.path.parent, os.W_OK) and (os.access(self.path, os.W_OK) or not self.path.exists())
        if not writable and self.path.exists():
            log = self.path.with_name(f"{self.path.name}-wal")
            uri = READ_ONLY_URI[log.exists() and log.stat().st_size > 0].format(path=quote(str(self.path)))
            connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        else:
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = NORMAL")
            if writable:
                self._use_log(connection)
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What SQLite says of the file, as a sentence; mistakes in our own SQL stay as they are."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and not self._room()):
                raise full(self.path) from error
            if code == sqlite3.SQLITE_READONLY or not os.access(self.path.parent, os.W_OK):
                raise read_only(self.path) from error
            if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise Damaged(
                    "{path} cannot be used as a database: it is damaged ({why}). Run `python -m engine doctor`, which "
                    "saves what can still be read.",
                    path=self.path,
                    why=str(error),
                ) from error
            if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR):
                raise UserError(
                    "{path} cannot be used as a database ({why}). Close whatever holds it, and try again.",
                    path=self.path,
                    why=str(error),
                ) from error
            raise

    def _room(self) -> bool:
        seen = os.statvfs(self.path.parent)
        return seen.f_bavail * seen.f_frsize > 2**20

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
        done = self._known_schema(connection)
        for number, statements in enumerate(self._migrations[done:], start=done + 1):
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")

    def _known_schema(self, connection: sqlite3.Connection) -> int:
        """How many migrations the file has been through; raises UserError where this Parallax knows fewer."""
        done = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if done > len(self._migrations):
            raise UserError(
                "{path} was written by a newer Parallax (schema {seen}, this one knows {known}); update Parallax.",
                path=self.path,
                seen=done,
                known=len(self._migrations),
            )
        return done
