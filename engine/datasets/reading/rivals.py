"""Which readings of given tables is a person asked to choose from?"""

from collections.abc import Sequence
from dataclasses import replace

from engine import plugins
from engine.datasets.reading.choices import Choices
from engine.datasets.reading.guess import Guess, left_over
from engine.datasets.recognition.directions import is_undirected
from engine.datasets.recognition.headers import is_similar, is_unnamed
from engine.datasets.recognition.readings import layouts
from engine.types import Tables, Task

ASKED = 4
"""Readings that a person is asked to choose from."""
JUDGED = 2
"""Columns at most of which it is asked whether they judge."""


def rivals(found: Sequence[Guess]) -> list[Guess]:
    """The complete readings that a person is asked to choose from, the likeliest first."""
    complete = [one for one in found if not one.missing]
    near = [one for one in complete if one.worth >= 0.6 * complete[0].worth]
    different: list[Guess] = []
    for one in near if len(near) > 1 else complete:
        if not any(_is_same_but(kept, one) for kept in different):
            different.append(one)
    leading = [*{one.task: one for one in reversed(different)}.values()]  # the likeliest of each task
    twins = [one for one in different if any(_is_twin(one, other) for other in leading)]
    leading += [one for one in twins if _is_twin(one, different[0])]
    leading += [one for one in different if one not in leading and _is_turned(one, different[0])]
    different = [one for one in different if one in leading or one not in twins]
    others = [one for one in different if one not in leading][: max(0, ASKED - len(leading))]
    return [one for one in different if one in leading or one in others][:ASKED]


def _is_same_but(one: Guess, other: Guess) -> bool:
    """Whether two readings differ in nothing but columns that only one has and that judge nothing, or in the layout."""
    if one.task == other.task and one.layout != other.layout:
        differing = _said(one) ^ _said(other)
        if all(to.endswith("_id") for _, to, _ in differing):
            return True
    if (one.task, one.layout, one.invert, {*one.tables}) != (other.task, other.layout, other.invert, {*other.tables}):
        return False
    pairs = [(one.tables[name], other.tables[name]) for name in one.tables]
    if any(("score" in a[1]) != ("score" in b[1]) for a, b in pairs):
        return False
    return all(a[0] == b[0] and all(is_same(to, a[1][to], b[1][to]) for to in {*a[1]} & {*b[1]}) for a, b in pairs)


def _is_twin(one: Guess, other: Guess) -> bool:
    """Whether two readings differ in nothing but whether a column judges the documents."""
    differing = {to for _, to, _ in _said(one) ^ _said(other)}
    return one.task == other.task and differing == {"score"}


def _is_turned(one: Guess, other: Guess) -> bool:
    """Whether two readings differ only in which way a scale goes that a header describes, and does not tell."""
    headers = [columns[to] for _, columns in one.tables.values() for to in ("score", "label") if to in columns]
    return one.task == other.task and _said(one) == _said(other) and any(map(is_undirected, headers))


def is_same(to: str, one: str, other: str) -> bool:
    """Whether two readings mean the same by a column, or the other takes a nameless one for ids that have a name."""
    return one == other or (to.endswith("id") and is_unnamed(other) and not is_unnamed(one))


def _said(one: Guess) -> set[tuple[str, str, str]]:
    """What a reading takes for what: an answer is a document, whether it is one of pairs or of samples."""
    return {
        (given, "document" if to == "positive" else to, header)
        for given, columns in one.tables.values()
        for to, header in columns.items()
    }


def with_turned(found: list[Guess]) -> list[Guess]:
    """The readings, and before one whose documents are other ways to ask its questions the same the other way round."""
    for one in found:
        columns = one.tables.get("pairs", ("", {}))[1]
        if one.task != "retrieval" or {"query", "document"} != {*columns} or not is_similar(columns["document"]):
            continue
        given = one.tables["pairs"][0]
        turned = {"pairs": (given, {"query": columns["document"], "document": columns["query"]})}
        rest = [other for other in found if (other.task, other.tables) != ("retrieval", turned)]
        place = rest.index(one)
        return [*rest[:place], replace(one, tables=turned), *rest[place:]]
    return found


def with_judged(found: list[Guess], tables: Tables, said: Choices) -> list[Guess]:
    """The readings, and behind the first that counts every document as right the same with what may judge them."""
    retrieval: Task = plugins.pick(plugins.tasks(), "retrieval", "task")
    number = next(number for number, one in enumerate(layouts(retrieval)) if "pairs" in one.tables)
    for place, one in enumerate(found):
        if one.task != "retrieval" or one.missing or len(one.tables) != 1:
            continue
        ((given, columns),) = one.tables.values()
        pairs = {("document" if to == "positive" else to): of for to, of in columns.items()}
        if not {*one.tables} <= {"pairs", "samples"} or "negative" in columns or "score" in columns:
            return found
        judged = left_over(tables, one).judging.get(given, ())[:JUDGED]
        more = [{"pairs": (given, {**pairs, "score": header})} for header in judged]
        more = [new for new in more if not any(other.task == "retrieval" and other.tables == new for other in found)]
        made = [replace(one, layout=number, tables=new, worth=0.99 * one.worth) for new in more]
        return [*found[: place + 1], *made, *found[place + 1 :]] if said.column("pairs", "score") is None else found
    return found
