"""What has a person said about single judgements of a dataset? Kept for each state of the data."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from engine import config
from engine.storage import row_checks
from engine.storage.database import Database
from engine.types import Message

Action = Literal["replace", "drop", "keep"]
Choice = Literal["first", "second", "both", "neither", "skip"]
_MIGRATIONS = (
    (
        """CREATE TABLE marks (
            fingerprint TEXT NOT NULL, place TEXT NOT NULL, action TEXT NOT NULL, given TEXT NOT NULL,
            value TEXT NOT NULL, origin TEXT NOT NULL, created REAL NOT NULL, PRIMARY KEY (fingerprint, place))""",
        """CREATE TABLE votes (
            fingerprint TEXT NOT NULL, item TEXT NOT NULL, first TEXT NOT NULL, second TEXT NOT NULL,
            choice TEXT NOT NULL, created REAL NOT NULL, PRIMARY KEY (fingerprint, item, first, second))""",
    ),
    row_checks.columns("marks", "votes"),
)


@dataclass(frozen=True)
class Mark:
    """One judgement: where it stands, what is to become of it, what it was and will be (`keep`: it is right)."""

    place: str
    action: Action
    given: Any = None
    value: Any = None
    origin: Literal["suspect", "vote"] = "suspect"


@dataclass(frozen=True)
class Vote:
    """Which of two answers to an item is better; `first` and `second` are ids in the order of the alphabet."""

    item: str
    first: str
    second: str
    choice: Choice


def put(fingerprint: str, marks: Iterable[Mark]) -> None:
    """Keeps marks; a second one at the same place takes the first one's."""
    rows = [
        (fingerprint, one.place, one.action, _written(one.given), _written(one.value), one.origin, time.time())
        for one in marks
    ]
    with _database().write() as connection:
        connection.executemany("INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?, ?, ?, NULL)", rows)


def remove(fingerprint: str, places: Iterable[str]) -> None:
    """Forgets the marks at these places."""
    with _database().write() as connection:
        connection.executemany(
            "DELETE FROM marks WHERE fingerprint = ? AND place = ?", [(fingerprint, place) for place in places]
        )


def of(fingerprint: str) -> list[Mark]:
    """All marks on a state of a dataset, in the order in which they were made."""
    query = "SELECT place, action, given, value, origin FROM sound_marks WHERE fingerprint = ? ORDER BY sequence"
    with _database().read() as connection:
        return [
            Mark(row["place"], row["action"], json.loads(row["given"]), json.loads(row["value"]), row["origin"])
            for row in connection.execute(query, (fingerprint,))
        ]


def vote(fingerprint: str, one: Vote) -> None:
    """Keeps a vote; a second one on the same two answers takes the first one's place."""
    values = (fingerprint, one.item, one.first, one.second, one.choice, time.time())
    with _database().write() as connection:
        connection.execute("INSERT OR REPLACE INTO votes VALUES (?, ?, ?, ?, ?, ?, NULL)", values)


def unvote(fingerprint: str, one: Vote) -> None:
    """Forgets a vote."""
    query = "DELETE FROM votes WHERE fingerprint = ? AND item = ? AND first = ? AND second = ?"
    with _database().write() as connection:
        connection.execute(query, (fingerprint, one.item, one.first, one.second))


def votes(fingerprint: str) -> list[Vote]:
    """All votes on a state of a dataset, in the order in which they were cast."""
    query = "SELECT item, first, second, choice FROM sound_votes WHERE fingerprint = ? ORDER BY sequence"
    with _database().read() as connection:
        return [Vote(*row) for row in connection.execute(query, (fingerprint,))]


def damaged() -> list[Message]:
    """The marks and votes that are left out because they are not what was written, each table in a sentence."""
    if not (config.home() / "marks.sqlite").exists():
        return []
    counts = {table: len(_database().unsound(table)) for table in ("marks", "votes")}
    path = str(config.home() / "marks.sqlite")
    return [
        Message("{n} {what} in {path} are damaged and left out; make them again.", {"n": n, "what": what, "path": path})
        for what, n in counts.items()
        if n
    ]


def frame(marks: Iterable[Mark]) -> pd.DataFrame:
    """Marks as a table to read and to take away: table, row (from 1) or query_id and corpus_id, action, old, new."""
    rows = []
    for one in marks:
        table, *where = json.loads(one.place)
        by_ids = table == "qrels"
        rows.append(
            {
                "table": table,
                "row": None if by_ids else int(where[0]) + 1,
                "query_id": where[0] if by_ids else None,
                "corpus_id": where[1] if by_ids else None,
                "action": one.action,
                "old": _plain(one.given),
                "new": _plain(one.value) if one.action == "replace" else None,
                "origin": one.origin,
            }
        )
    names = ["table", "row", "query_id", "corpus_id", "action", "old", "new", "origin"]
    return pd.DataFrame(rows, columns=names).astype({"row": "Int64"})


def _plain(value: Any) -> str | None:
    return None if value is None else value if isinstance(value, str) else _written(value)


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _database() -> Database:
    return Database(config.home() / "marks.sqlite", _MIGRATIONS, checked=("marks", "votes"))
