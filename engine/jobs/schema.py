"""How is a job written down?"""

import json
import sqlite3
import time
from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from engine import config
from engine.jobs.processes import boot
from engine.storage import strict_json
from engine.storage.database import Database
from engine.types import Job, Message, UserError

_MIGRATIONS = (
    (
        """CREATE TABLE jobs (
            id TEXT PRIMARY KEY, kind TEXT NOT NULL, lane TEXT NOT NULL, arguments TEXT NOT NULL, state TEXT NOT NULL,
            progress REAL NOT NULL, message TEXT, error TEXT, created REAL NOT NULL, started REAL, finished REAL,
            attempts INTEGER NOT NULL, process INTEGER)""",
        "CREATE UNIQUE INDEX one_at_a_time ON jobs (kind, arguments) WHERE state IN ('queued', 'running')",
        "CREATE INDEX jobs_by_state ON jobs (state, lane, created)",
    ),
    (
        # The order of asking, and how long it took, whatever the clock says; who does it, beyond a number that
        # others may get; `clock` is when it began, on the clock of this `boot` that only runs forward.
        *(
            f"ALTER TABLE jobs ADD COLUMN {column}"
            for column in ("sequence INTEGER", "seconds REAL", "born TEXT", "clock REAL", "boot TEXT")
        ),
        "UPDATE jobs SET sequence = rowid",
        "UPDATE jobs SET seconds = finished - started WHERE finished >= started",
        "CREATE INDEX jobs_by_sequence ON jobs (sequence)",
    ),
)
NEXT = "(SELECT coalesce(max(sequence), 0) + 1 FROM jobs)"
"""The place of a job that is asked for now."""
to_json = partial(
    strict_json.dumps,
    ensure_ascii=False,
    sort_keys=True,
    default=lambda value: value.tolist() if hasattr(value, "tolist") else str(value),
)


def database() -> Database:
    """The table `jobs` of this machine; opened anew where its file is another one."""
    path = config.home() / "jobs.sqlite"
    return _opened(path, path.stat().st_ino if path.exists() else 0)


@lru_cache(maxsize=4)
def _opened(path: Path, _file: int) -> Database:
    return Database(path, _MIGRATIONS)


def folder(job: str) -> Path:
    """Where a job's log and result lie."""
    return config.home() / "jobs" / job


def row(connection: sqlite3.Connection, job: str) -> sqlite3.Row:
    """The row of that id."""
    found: sqlite3.Row | None = connection.execute("SELECT * FROM jobs WHERE id = ?", (job,)).fetchone()
    if found is None:
        raise UserError("There is no job {job!r}.", job=job)
    return found


def under_way(connection: sqlite3.Connection, kind: str, arguments: str) -> str | None:
    """The id of the job that waits or runs for the same work."""
    query = "SELECT id FROM jobs WHERE kind = ? AND arguments = ? AND state IN ('queued', 'running')"
    found = connection.execute(query, (kind, arguments)).fetchone()
    return str(found["id"]) if found else None


def end(connection: sqlite3.Connection, job: str, state: str, error: Message | None = None) -> None:
    """Marks a job as ended, unless it has ended before."""
    connection.execute(
        "UPDATE jobs SET state = ?, finished = ?, error = ?, seconds = iif(boot = ?, max(? - clock, 0), NULL)"
        " WHERE id = ? AND state IN ('queued', 'running')",
        (state, time.time(), message_text(error) if error else None, boot(), time.monotonic(), job),
    )


def message_text(message: Message) -> str:
    """A message as the table holds it, with the messages that stand in its gaps."""
    return to_json(parts(message))


def parts(message: Message) -> dict[str, Any]:
    """A message as JSON can hold it: its template and its values, those that are messages likewise."""
    values = {name: parts(one) if isinstance(one, Message) else one for name, one in message.values.items()}
    return {"template": message.template, "values": values}


def job_of(found: sqlite3.Row) -> Job:
    """A row as a record."""
    same = ("id", "kind", "lane", "state", "progress", "created", "started", "finished", "seconds", "attempts")
    values = {name: found[name] for name in same}
    return Job(
        arguments=json.loads(found["arguments"]),
        message=_message(found["message"]),
        error=_message(found["error"]),
        **values,
    )


def readable(found: sqlite3.Row) -> Job | None:
    """A row as a record; None where it is damaged, so that it hides no other."""
    try:
        return job_of(found)
    except (ValueError, TypeError, KeyError):
        return None


def _message(text: str | None) -> Message | None:
    return whole(**json.loads(text)) if text else None


def whole(template: str, values: Mapping[str, Any]) -> Message:
    """The message out of its `parts`."""
    return Message(template, {name: _filling(one) for name, one in values.items()})


def _filling(value: Any) -> Any:
    """What stands in a gap: JSON knows no tuples."""
    if isinstance(value, list):
        return tuple(map(_filling, value))
    return whole(**value) if isinstance(value, dict) else value
