"""How many items are judged, how do they hang together, and how is that said?"""

import math
from dataclasses import dataclass

import pandas as pd

from engine import plugins
from engine.statistics.draws import FEWEST, groups_of
from engine.types import Dataset, Message, Task


@dataclass(frozen=True)
class Items:
    """How many items are judged, what they are worth at least where they hang together, and both in words."""

    n: int
    worth: float
    said: Message

    @classmethod
    def of(cls, dataset: Dataset) -> "Items":
        """Those that will be judged, as the dataset's task says, known without any vectors."""
        task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
        groups = groups_of(task.judged(dataset))
        n, web = len(groups.codes), groups.held is not None
        return cls(n, groups.linked, said(task, n, None if web else groups.number, groups.named_by, web=web))

    @classmethod
    def alone(cls, n: int) -> "Items":
        """So many that each stand for themselves."""
        return cls(n, n, Message("{n} {n:item|items}", {"n": n}))


def judged(task: Task, found: pd.Series) -> Message:
    """How many items were judged in a comparison, and how they hang together, where they do."""
    n, groups, web = (int(found.get(name, unknown)) for name, unknown in (("n", 0), ("groups", 1), ("web", 0)))
    if not groups:
        return Message("{n} items that an earlier version counted one by one", {"n": n})
    return said(task, n, groups if "groups" in found else n, str(found.get("named_by", "")), web=bool(web))


def said(task: Task, n: int, groups: int | None, named_by: str, *, web: bool) -> Message:
    """So many items in so many groups; in a web, how many independent ones its interval is of, where that is known.

    named_by: what the file calls the column that names the groups, if it does.
    """
    values = {"n": n, "groups": groups or 0, "column": named_by}
    if groups is not None and groups >= n:
        return Message("{n} {n:item|items}", values)
    if web and groups is None and named_by:
        return Message("{n} items that share texts across the groups that the file names in {column}", values)
    if web and groups is None:
        return Message("{n} items, some of which share texts", values)
    if web and groups is not None and groups < FEWEST:
        return Message("{n} items that share texts, worth about {groups} independent ones", values)
    if web and groups is not None:
        values |= {"times": math.sqrt(n / groups)}
        if named_by:
            return Message(
                "{n} items that share texts across the groups that the file names in {column}, which widens the "
                "interval {times:.2f} times: worth about {groups} independent ones",
                values,
            )
        return Message(
            "{n} items that share texts, which widens the interval {times:.2f} times: worth about {groups} independent "
            "ones",
            values,
        )
    if named_by:
        return Message("{n} items in {groups} groups that the file names in {column}", values)
    return Message(task.together, values)
