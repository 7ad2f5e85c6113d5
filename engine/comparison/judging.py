"""Which of two models gives the better first answer, when people judge only where the two part?"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.datasets import marks
from engine.datasets.marks import Mark, Vote
from engine.inspection.label_noise.opinions import place
from engine.inspection.label_noise.rankings import grades
from engine.inspection.retrieval_errors import firsts
from engine.metrics.groups import COLUMN, LINKS
from engine.statistics.draws import FEWEST, design, groups_of
from engine.types import Dataset

TASKS = ("retrieval", "reranking")
"""Tasks whose answers are documents that can be judged by themselves."""
DRAWS = 4_000
OUTCOMES = np.array([-1, 0, 1])
PRIOR = 1 / 3
"""What each outcome has before the first vote: one vote in all (https://doi.org/10.1214/14-BA915)."""


@dataclass(frozen=True)
class Duel:
    """The first answers of two models to a query: documents; `gap` is how relevant the first model's is less the
    second's (-1, 0, 1), None while nobody knows."""

    query: str
    a: str
    b: str
    gap: int | None
    group: str = ""
    """What it hangs together with: queries of one group are about the same document."""
    links: tuple[int, ...] = ()
    """Where sharing is a web, the numbers of what it shares."""

    @property
    def shown(self) -> tuple[str, str]:
        """Both documents in an order that tells nothing about the models, the same on every visit."""
        pair = sorted([self.a, self.b])
        return (pair[0], pair[1]) if _draw(self.query, *pair) % 2 else (pair[1], pair[0])


def duels(dataset: Dataset, a: pd.DataFrame, b: pd.DataFrame, *, trusting: bool = True) -> list[Duel]:
    """What two models found first for each query for which both found anything, in a random order that never changes.

    trusting: where both answers are judged, the gap is what the data say; otherwise only equal answers have one (0).
    """
    known = grades(dataset)
    first = [firsts(items) for items in (a, b)]
    group = dict(zip(a["item"], a[COLUMN], strict=True)) if COLUMN in a else {}
    links = dict(zip(a["item"], map(tuple, a[LINKS]), strict=True)) if LINKS in a else {}
    found = []
    for query in sorted(first[0].keys() & first[1].keys(), key=_draw):
        one, other = (tops[query] for tops in first)
        said = [known.get((query, document)) for document in (one, other)]
        gap = 0 if one == other else None
        if gap is None and trusting and None not in said:
            right, other_right = ((grade or 0) > 0 for grade in said)
            gap = int(right) - int(other_right)
        found.append(Duel(query, one, other, gap, group.get(query, query), links.get(query, ())))
    return found


def unanswered(a: pd.DataFrame, b: pd.DataFrame) -> int:
    """For how many of the queries that both were judged on one of the two found nothing."""
    return len({*a["item"]} & {*b["item"]}) - len(firsts(a).keys() & firsts(b).keys())


def open_duels(found: Sequence[Duel]) -> list[Duel]:
    """Those that only a person can decide."""
    return [one for one in found if one.gap is None]


def vote_on(duel: Duel, choice: str) -> Vote:
    """A choice between the documents as they were shown (`left`, `right`, `both`, `neither`, `skip`) as a vote."""
    first, second = sorted([duel.a, duel.b])
    chosen = {"left": duel.shown[0], "right": duel.shown[1]}.get(choice)
    named = "first" if chosen == first else "second" if chosen == second else choice
    return Vote(duel.query, first, second, named)  # type: ignore[arg-type]


def outcome(duel: Duel, vote: Vote) -> int:
    """How relevant the first model's answer is less the second's, as the vote has it."""
    better = {"first": vote.first, "second": vote.second}.get(vote.choice)
    return 0 if better is None else 1 if better == duel.a else -1


def marks_of(dataset: Dataset, vote: Vote, *, trusting: bool = True) -> list[Mark]:
    """The judgements that a vote makes: the better answer is relevant (1), the other is not (0).

    trusting: what the data judge already stays as it is.
    """
    good = {"first": (1, 0), "second": (0, 1), "both": (1, 1), "neither": (0, 0)}.get(vote.choice)
    if good is None:
        return []
    known, made = grades(dataset), []
    for document, grade in zip((vote.first, vote.second), good, strict=True):
        given = known.get((vote.item, document))
        if given is None or (not trusting and (given > 0) != bool(grade)):
            made.append(Mark(place("qrels", vote.item, document), "replace", given, float(grade), "vote"))
    return made


def take_back(dataset: Dataset, vote: Vote) -> None:
    """Forget a vote and the judgements that it made, save those that another vote on the same query makes as well."""
    marks.unvote(dataset.fingerprint, vote)
    both = {place("qrels", vote.item, document) for document in (vote.first, vote.second)}
    gone = {one.place for one in marks.of(dataset.fingerprint) if one.origin == "vote" and one.place in both}
    marks.remove(dataset.fingerprint, gone)
    others = [one for one in marks.votes(dataset.fingerprint) if one.item == vote.item]
    marks.put(dataset.fingerprint, [m for one in others for m in marks_of(dataset, one) if m.place in gone])


def estimates(found: Sequence[Duel], votes: Sequence[Vote], *, only_last: bool = False, seed: int = 0) -> pd.DataFrame:
    """How much more often the first model's first answer is relevant, after each vote: votes, gap, low, high.

    The 95 % interval holds two doubts: how the votes still to be cast will fall, and which queries were asked. Both are
    drawn from Dirichlet distributions that began as a third of a vote for each outcome, the first with the votes
    so far, the second with the outcomes of all queries, as many as they are worth where they hang together. Votes are
    cast in random order, so that those so far stand for those to come. Below 8 queries there is no interval, and fewer
    than 8 votes say nothing of those to come: three coins fall alike in a quarter of all cases.
    """
    waiting = {(one.query, *sorted([one.a, one.b])): at for at, one in enumerate(found) if one.gap is None}
    cast = [
        (waiting[key], outcome(found[waiting[key]], vote))
        for vote in votes
        if vote.choice != "skip" and (key := (vote.item, vote.first, vote.second)) in waiting
    ]
    rng, rows = np.random.default_rng(seed), []
    for count in range(len(cast) if only_last else 0, len(cast) + 1):
        known = np.array([np.nan if one.gap is None else one.gap for one in found], np.float64)
        for at, value in cast[:count]:
            known[at] = value
        tally = np.array([sum(value == kind for _, value in cast[:count]) for kind in OUTCOMES])
        gaps = _draws(known, tally if count >= FEWEST else 0 * tally, _worth(found, known), rng=rng)
        middle = float(gaps.mean()) if len(gaps) else float("nan")
        low, high = np.quantile(gaps, [0.025, 0.975]) if len(gaps) and len(found) >= FEWEST else (np.nan, np.nan)
        rows.append((count, middle, float(low), float(high)))
    return pd.DataFrame(rows, columns=["votes", "gap", "low", "high"])


def _draws(
    known: npt.NDArray[np.float64], tally: npt.NDArray[np.int64], worth: float, *, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """The gap over all queries that might be asked; known (queries,) is nan where a vote is still to come."""
    if not len(known):
        return np.empty(0)
    settled, left = np.array([(known == kind).sum() for kind in OUTCOMES]), int(np.isnan(known).sum())
    shares = rng.dirichlet(PRIOR + tally, DRAWS)
    whole = settled + rng.multinomial(left, shares)
    drawn = rng.standard_gamma(PRIOR + whole * worth)
    return np.asarray((drawn @ OUTCOMES) / drawn.sum(axis=1), np.float64)


def _worth(found: Sequence[Duel], known: npt.NDArray[np.float64]) -> float:
    """What a query is worth where queries hang together and their outcomes do so too, 0..1."""
    there = ~np.isnan(known)
    web = any(one.links for one in found)
    if there.sum() < FEWEST or (len({one.group for one in found}) == len(found) and not web):
        return 1.0
    kept = [one for one, known_one in zip(found, there, strict=True) if known_one]
    items = pd.DataFrame({"item": range(len(kept)), COLUMN: [one.group for one in kept]})
    if web:
        items[LINKS] = [list(one.links) for one in kept]
    effect = float(design(groups_of(items), known[there][:, None])[0])
    return 1 / max(effect, 1.0) if effect == effect else 1.0


def contradicted(dataset: Dataset, votes: Sequence[Vote]) -> int:
    """How many votes call an answer better that the data judge not relevant, where the other one is judged relevant."""
    known = grades(dataset)
    pairs: Mapping[str, tuple[int, int]] = {"first": (0, 1), "second": (1, 0)}
    count = 0
    for vote in votes:
        if vote.choice in pairs:
            both = [(vote.first, vote.second)[at] for at in pairs[vote.choice]]
            better, worse = (known.get((vote.item, document)) for document in both)
            count += better is not None and worse is not None and better <= 0 < worse
    return count


def _draw(*names: str) -> int:
    """A number that looks random and never changes."""
    return int.from_bytes(hashlib.blake2b(json.dumps(names).encode(), digest_size=8).digest())
