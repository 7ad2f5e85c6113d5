"""What work has been asked for, and how far is it? A queue on disk that outlives every process."""

import json
import os
import secrets
import shutil
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from engine.jobs import workers
from engine.jobs.processes import Process, boot
from engine.jobs.schema import NEXT, database, end, folder, job_of, message_text, readable, row, to_json, under_way
from engine.jobs.workers import Lane
from engine.jobs.workers import ensure_running as ensure_running
from engine.storage import documents
from engine.types import Cancelled, Job, Message

TRIES = 3
ANSWERS_KEPT_SECONDS = 24 * 3600.0
_looked: list[tuple[object, list[Job]]] = [(None, [])]
"""The jobs under way, and the stamp of the table when they were last read."""
asked: list[Callable[[], None]] = []
"""Called in this process when work is asked for: by who sees to it that a worker does it."""


def submit(kind: str, arguments: Mapping[str, Any], lane: Lane = "batch") -> Job:
    """Asks for work. While the same work waits or runs, its job is given back: it is never done twice at once."""
    text = to_json(dict(arguments))
    with database().write() as connection:
        name = under_way(connection, kind, text)
        if name is None:
            name = secrets.token_hex(6)
            connection.execute(
                "INSERT INTO jobs (id, kind, lane, arguments, state, progress, created, attempts, sequence)"
                f" VALUES (?, ?, ?, ?, 'queued', 0, ?, 0, {NEXT})",
                (name, kind, lane, text, time.time()),
            )
    _tell()
    return job(name)


def job(name: str) -> Job:
    """The job of that id."""
    with database().read() as connection:
        return job_of(row(connection, name))


def jobs(lane: Lane | None = None, limit: int = 200) -> list[Job]:
    """The newest jobs first, of one lane or of all."""
    query = "SELECT * FROM jobs WHERE ? IN (lane, '') ORDER BY sequence DESC LIMIT ?"
    return _jobs(query, (lane or "", limit))


def active(lane: Lane | None = None) -> list[Job]:
    """What runs, then what waits, in the order in which it will be done."""
    seen = stamp()
    if seen != _looked[0][0]:
        query = "SELECT * FROM jobs WHERE state IN ('running', 'queued') ORDER BY state = 'queued', sequence"
        _looked[0] = (seen, _jobs(query, ()))
    return [job for job in _looked[0][1] if lane in (None, job.lane)]


def stamp() -> object:
    """Equal only while nobody has written to the table of jobs, without opening it."""
    known = database()
    return known.path, known.stamp()


def cancel(name: str) -> Job:
    """Stops a job wherever it is; what it has stored so far stays, and nothing happens to one that has ended."""
    with database().write() as connection:
        found = row(connection, name)
        if found["state"] in ("queued", "running"):
            end(connection, name, "cancelled")
        # Everything a worker writes survives its death, and nothing else stops it inside a long computation.
        if found["state"] == "running" and found["born"] and workers.alive(found["lane"]):
            Process(found["process"], found["born"]).send(signal.SIGKILL)
    return job(name)


def retry(name: str) -> Job:
    """Queues a failed or cancelled job again, unless the same work is under way already."""
    with database().write() as connection:
        found = row(connection, name)
        if found["state"] in ("failed", "cancelled"):
            other = under_way(connection, found["kind"], found["arguments"])
            if other is None:
                connection.execute(
                    "UPDATE jobs SET state = 'queued', progress = 0, message = NULL, error = NULL, created = ?,"
                    f" started = NULL, finished = NULL, seconds = NULL, attempts = 0, sequence = {NEXT} WHERE id = ?",
                    (time.time(), name),
                )
            name = other or name
    _tell()
    return job(name)


def claim(lane: str) -> Job | None:
    """The next waiting job, now running in this process; None where nothing waits."""
    me = Process.of(os.getpid())
    waiting = "SELECT id FROM jobs WHERE state = 'queued' AND lane = ? ORDER BY sequence LIMIT 1"
    with database().read() as connection:
        if connection.execute(waiting, (lane,)).fetchone() is None:
            return None
    with database().write() as connection:
        found = connection.execute(waiting, (lane,)).fetchone()
        if found is None:
            return None
        connection.execute(
            "UPDATE jobs SET state = 'running', progress = 0, message = NULL, started = ?, process = ?, born = ?,"
            " clock = ?, boot = ?, attempts = attempts + 1 WHERE id = ?",
            (time.time(), me.number, me.born, time.monotonic(), boot(), found["id"]),
        )
        return job_of(row(connection, found["id"]))


def hand_over(name: str) -> None:
    """Says that a running job is done by others than this process: who cancels it, or dies, takes no other along."""
    with database().write() as connection:
        connection.execute("UPDATE jobs SET born = NULL WHERE id = ? AND state = 'running'", (name,))


def report(name: str, share: float, message: Message) -> None:
    """Says how far a running job is.

    Raises:
        Cancelled: somebody has cancelled the job.
    """
    values = (min(max(share, 0.0), 1.0), message_text(message), name)
    with database().write() as connection:
        query = "UPDATE jobs SET progress = ?, message = ? WHERE id = ? AND state = 'running'"
        if connection.execute(query, values).rowcount == 0:
            raise Cancelled


def finish(name: str, value: object = None) -> None:
    """Marks a running job as done and keeps what came of it, if that is anything."""
    if value is not None:
        documents.write(folder(name) / "result.json", {"value": json.loads(to_json(value))})
    with database().write() as connection:
        connection.execute("UPDATE jobs SET progress = 1 WHERE id = ? AND state = 'running'", (name,))
        end(connection, name, "done")


def fail(name: str, error: Message) -> None:
    """Marks a running job as failed, with the sentence that says why."""
    with database().write() as connection:
        end(connection, name, "failed", error)


def put_back(name: str) -> None:
    """Queues a running job again as if it had not been tried: its worker has been asked to leave."""
    with database().write() as connection:
        connection.execute(
            "UPDATE jobs SET state = 'queued', attempts = attempts - 1 WHERE id = ? AND state = 'running'", (name,)
        )


def recover(lane: str, why: Message) -> list[Job]:
    """Queues again what a dead worker of this lane left running, and gives up on what has killed three of them.

    Call it only while holding the lane: that nobody else holds it is the proof that the worker is dead.
    """
    with database().write() as connection:
        query = "SELECT id FROM jobs WHERE state = 'running' AND lane = ?"
        left = [found["id"] for found in connection.execute(query, (lane,)).fetchall()]
        for name in left:
            if row(connection, name)["attempts"] >= TRIES and row(connection, name)["born"]:
                end(connection, name, "failed", why)
            connection.execute(
                "UPDATE jobs SET state = 'queued', attempts = attempts - (born IS NULL)"
                " WHERE id = ? AND state = 'running'",
                (name,),
            )
    for name in left:
        write_log(name, str(why))
    return [job(name) for name in left]


def result(name: str) -> Any:
    """What came of a job that is done; None where its kind gives nothing.

    Raises:
        Damaged: it is not what was written.
    """
    path = folder(name) / "result.json"
    if not path.exists():
        return None
    known = documents.read_any(path)
    return known["value"] if isinstance(known, dict) and set(known) == {"value"} else known


def log(name: str, lines: int = 200) -> str:
    """The last lines of a job's log."""
    path = folder(name) / "log.txt"
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    return "\n".join(text.splitlines()[-lines:])


def write_log(name: str, text: str) -> None:
    """Adds lines to a job's log, under the time of writing; a disk that refuses them stops nothing."""
    with suppress(OSError):
        folder(name).mkdir(parents=True, exist_ok=True)
        with (folder(name) / "log.txt").open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {text}\n")


def forget(name: str) -> None:
    """Removes a job that has ended, with its log; one under way stays."""
    with database().write() as connection:
        ended = "DELETE FROM jobs WHERE id = ? AND state NOT IN ('queued', 'running')"
        gone = connection.execute(ended, (name,)).rowcount
    if gone:
        shutil.rmtree(folder(name), ignore_errors=True)


def forget_answers() -> None:
    """Removes interactive jobs that ended a day ago: their results were for a page that is long gone."""
    with database().write() as connection:
        query = "DELETE FROM jobs WHERE lane = 'interactive' AND finished < ? RETURNING id"
        gone = [found["id"] for found in connection.execute(query, (time.time() - ANSWERS_KEPT_SECONDS,)).fetchall()]
    for name in gone:
        shutil.rmtree(folder(name), ignore_errors=True)


def _tell() -> None:
    for one in asked:
        one()


def _jobs(query: str, values: Sequence[object]) -> list[Job]:
    with database().read() as connection:
        found = connection.execute(query, values).fetchall()
    return [job for job in map(readable, found) if job is not None]
