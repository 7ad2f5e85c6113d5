"""Which of the stored results are what was written, and which of them nobody can tell about?"""

from collections.abc import Sequence

from engine.results.run_files import UNKNOWN
from engine.results.schema import WHOLE
from engine.results.store import Results
from engine.types import Message

_UNSEALED = "(items_check IS NULL OR row_check IS NULL OR metric_count IS NULL)"


def damaged(results: Results) -> list[Message]:
    """The runs whose numbers are not what was written, each in a sentence; reads all rows."""
    runs = {str(row["id"]): row for row in results.database.unsound("runs")}
    with results.database.read() as connection:
        query = f"SELECT id, model, dataset FROM sound_runs AS runs WHERE NOT ({WHOLE}) ORDER BY id"
        runs |= {str(row["id"]): dict(row) for row in connection.execute(query)}
    return [
        Message(
            "The run {run} of {model} on {dataset} is damaged: its numbers are not what was written. It is left out; "
            "run the model on the dataset again.",
            {"run": name, "model": row["model"], "dataset": row["dataset"]},
        )
        for name, row in runs.items()
    ]


def items_damaged(results: Results) -> list[Message]:
    """The runs whose item tables are gone or not what was written, each in a sentence; reads all of them once."""
    return [
        Message(
            "The items of the run {run} of {model} on {dataset} are damaged: its score stands, but nothing can be said "
            "of single items. Run the model on the dataset again.",
            {"run": row.id, "model": row.model, "dataset": row.dataset},
        )
        for row in results.runs().itertuples()
        if not items_sound(results, str(row.id))
    ]


def compared_damaged(results: Results) -> list[tuple[str, str]]:
    """The pairs of runs whose comparison is not what was written, and which is shown nowhere; reads all of them."""
    return [(str(row["a"]), str(row["b"])) for row in results.database.unsound("comparisons")]


def forget_compared(results: Results, pairs: Sequence[tuple[str, str]]) -> None:
    """Takes the comparisons of these pairs of runs away."""
    with results.database.write() as connection:
        connection.executemany("DELETE FROM comparisons WHERE a = ? AND b = ?", pairs)


def ids(results: Results) -> set[str]:
    """The ids of all runs, damaged ones among them."""
    with results.database.read() as connection:
        return {str(row["id"]) for row in connection.execute("SELECT id FROM runs")}


def items_sound(results: Results, run: str) -> bool:
    """Whether the items of a run are there and, as far as that is known, what was written."""
    return results.files.sound(run, results.checks(run))


def precision(results: Results, run: str) -> str:
    """In which precision a run was made; empty where none is known."""
    with results.database.read() as connection:
        row = connection.execute("SELECT precision FROM sound_runs WHERE id = ?", (run,)).fetchone()
    return str(row["precision"]) if row else ""


def unsealed(results: Results) -> int:
    """How many runs were saved without checksums, by an earlier version."""
    with results.database.read() as connection:
        query = f"SELECT count(*) FROM sound_runs AS runs WHERE {_UNSEALED} AND {WHOLE}"
        return int(connection.execute(query).fetchone()[0])


def seal(results: Results) -> None:
    """Gives checksums to the runs that have none, for what they are now."""
    with results.database.write() as connection:
        query = f"SELECT id, items_check, resampled_check FROM sound_runs AS runs WHERE {_UNSEALED} AND {WHOLE}"
        for name, *known in connection.execute(query).fetchall():
            checks = dict(zip(UNKNOWN, known, strict=True)) if known[0] else results.files.checks(name)
            connection.execute(
                "UPDATE runs SET items_check = :items_check, resampled_check = :resampled_check, row_check = NULL,"
                " metric_count = (SELECT count(*) FROM metrics WHERE run = :id) WHERE id = :id",
                {**checks, "id": name},
            )
