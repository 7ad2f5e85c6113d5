"""What do many tests at once say? Corrected p-values, and letters for models that no test separates."""

import string
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from engine.statistics.draws import EQUAL, Floats

ALPHA = 0.05


def step_down(seen: Floats, drawn: Iterable[Floats], *, exact: bool = False) -> tuple[Floats, Floats]:
    """p-values of single statistics, and those corrected for all of them by step-down max-T.

    seen: of shape (tests,), larger is further from chance; drawn: the same under chance, in blocks of (draws, tests).
    exact: whether the draws are all that there are. Westfall & Young 1993, algorithm 2.8; ge is counted as in any test
    by simulation: (hits + 1) / (draws + 1).
    """
    order = np.argsort(-seen, kind="stable")
    ranked, total = seen[order] - EQUAL, 0
    own, most = np.zeros(len(seen)), np.zeros(len(seen))
    for block in drawn:
        falling = block[:, order]
        own += (falling >= ranked).sum(axis=0)
        most += (np.maximum.accumulate(falling[:, ::-1], axis=1)[:, ::-1] >= ranked).sum(axis=0)
        total += len(block)
    extra = 0 if exact else 1
    single, corrected = np.empty(len(seen)), np.empty(len(seen))
    single[order] = (own + extra) / (total + extra)
    corrected[order] = np.maximum.accumulate((most + extra) / (total + extra))
    return single, corrected


def holm(p_values: Sequence[float] | Floats) -> Floats:
    """Holm's step-down correction of a family of p-values; a nan stays nan and does not count."""
    p = np.asarray(p_values, np.float64)
    adjusted, known = np.full(len(p), np.nan), np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)), 1.0)
    return adjusted


def benjamini_hochberg(p: Floats) -> Floats:
    """q-values: of what is taken as found up to a q, that share at most is expected to be false; nan stays nan."""
    found, known = np.full(len(p), np.nan), np.flatnonzero(~np.isnan(p))
    falling = known[np.argsort(-p[known], kind="stable")]
    ranks = np.arange(len(falling), 0, -1)
    found[falling] = np.minimum.accumulate(np.minimum(p[falling] * len(falling) / ranks, 1.0))
    return found


def letters(names: Sequence[str], scores: Sequence[float], p: Floats, alpha: float = ALPHA) -> dict[str, str]:
    """Compact letter display: two models share a letter exactly where no test separates them.

    p: corrected p-values of shape (names, names); nan counts as not separated. Insert and absorb, after Piepho (2004),
    https://doi.org/10.1198/1061860043515; the best model has an a.
    """
    groups = [frozenset(range(len(names)))]
    for one, other in zip(*np.nonzero(np.triu(p < alpha, k=1)), strict=True):
        split = [group - {gone} for group in groups if {one, other} <= group for gone in (one, other)]
        kept = dict.fromkeys([group for group in groups if not {one, other} <= group] + split)
        groups = [group for group in kept if not any(group < other_group for other_group in kept)]
    place = {row: rank for rank, row in enumerate(np.argsort(-np.asarray(scores, np.float64), kind="stable"))}
    groups.sort(key=lambda group: sorted(place[row] for row in group))
    return {
        name: "".join(_letter(number) for number, group in enumerate(groups) if row in group)
        for row, name in enumerate(names)
    }


def together(ids: Sequence[str], comparisons: pd.DataFrame) -> pd.DataFrame:
    """What is known of the pairs of these runs, with p corrected for them and for no others.

    Where they were compared together that is the max-T p of then; where runs have left since, or others were among
    them, Holm's over these: `family` is how many pairs p is corrected for.
    """
    found = _between(ids, comparisons)
    if found.empty or ((found["family"] == len(found)) & found["corrected"].notna()).all():
        return found
    p = holm(found["p"].to_numpy(np.float64))
    return found.assign(corrected=p, family=int((~np.isnan(p)).sum()))


def stepwise(ids: Sequence[str], comparisons: pd.DataFrame) -> bool:
    """Whether the pairs of these runs were corrected together by max-T when they were compared."""
    found = _between(ids, comparisons)
    return "corrected" in found and len(found) > 0 and bool(found["corrected"].notna().all())


def corrected(ids: Sequence[str], comparisons: pd.DataFrame) -> Floats:
    """Corrected p-values between these runs, symmetric, of shape (ids, ids); nan where a pair was not compared.

    By max-T over all runs on the dataset where all pairs were compared together, else by Holm over these.
    """
    found = _between(ids, comparisons)
    place = {name: row for row, name in enumerate(ids)}
    one, other = found["a"].map(place).to_numpy(int), found["b"].map(place).to_numpy(int)
    matrix = np.full((len(ids), len(ids)), np.nan)
    p = found["corrected"].to_numpy(np.float64) if stepwise(ids, comparisons) else holm(found["p"].to_numpy(np.float64))
    matrix[one, other] = matrix[other, one] = p
    return matrix


def groups(runs: pd.DataFrame, comparisons: pd.DataFrame, alpha: float = ALPHA) -> dict[str, str]:
    """The letters of ties of one dataset's runs (columns id, label, score), by label."""
    p = corrected(runs["id"].tolist(), comparisons)
    return letters(runs["label"].tolist(), runs["score"].tolist(), p, alpha)


def _between(ids: Sequence[str], comparisons: pd.DataFrame) -> pd.DataFrame:
    return comparisons[comparisons["a"].isin(ids) & comparisons["b"].isin(ids)]


def _letter(number: int) -> str:
    return string.ascii_lowercase[number % 26] + ("" if number < 26 else str(number // 26))
