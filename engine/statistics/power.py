"""Which difference can a dataset show, before anything has been run on it and after?"""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from engine.notation import small
from engine.statistics.draws import FEWEST
from engine.statistics.judged_items import Items as Items
from engine.statistics.multiple import ALPHA
from engine.types import Comparison, Message

ASSUMED_SPREAD = 0.3
NOTHING = pd.DataFrame(columns=["n", "low", "high"], dtype=float)


@dataclass(frozen=True)
class Power:
    """What items can show: spreads from item to item of the differences of two models, and whence they are known.

    `pairs` is how many pairs of models told of the spread; 0 where it is assumed. `here` says whether they were
    compared on the dataset itself, not on others of its task.
    """

    items: Items
    narrow: float
    wide: float
    pairs: int
    here: bool

    @property
    def least(self) -> tuple[float, float]:
        """The smallest true differences that show in 4 of 5 studies, with the narrow spread and with the wide one.

        Spreads that were seen hold how items hang together; where they are assumed, they do so not at all or wholly.
        """
        n, worth = self.items.n, self.items.n if self.pairs else self.items.worth
        return detectable(self.narrow, n, self.tests), detectable(self.wide, worth, self.tests)

    @property
    def tests(self) -> int:
        """For how many pairs a difference is corrected before it shows."""
        return self.pairs if self.here else 1

    def needed(self, difference: float) -> int:
        """How many items show this true difference in 4 of 5 studies, with the wide spread."""
        together = 1.0 if self.pairs else self.items.n / max(self.items.worth, 1.0)
        return math.ceil(items_needed(self.wide, difference, self.tests) * together)

    def said(self) -> Message:
        """The same in a sentence."""
        low, high = self.least
        values = {"items": self.items.said, "low": small(low), "high": small(high)}
        values |= {"pairs": self.pairs, "spread": self.wide}
        if self.items.worth < FEWEST and not self.here:
            return Message(
                "With {items} there will be no interval: below {fewest} that do not hang together nothing tells how "
                "far the next one may lie.",
                values | {"fewest": FEWEST},
            )
        if not self.pairs and low < high:
            return Message(
                "With {items}, a true difference of about {low} to {high} can be seen (4 times in 5), by how "
                "much they go together, if the differences of two models have a standard deviation of {spread} from "
                "item to item (assumed: nothing was compared on this task yet).",
                values,
            )
        if not self.pairs:
            return Message(
                "With {items}, a true difference of about {high} can be seen (4 times in 5), if the differences of "
                "two models have a standard deviation of {spread} from item to item (assumed: nothing was compared on "
                "this task yet).",
                values,
            )
        if self.pairs == 1 and self.here:
            return Message(
                "With {items}, a true difference of about {high} can be seen (4 times in 5), by the spread of the "
                "one pair compared here.",
                values,
            )
        if self.pairs == 1:
            return Message(
                "With {items}, a true difference of about {high} can be seen (4 times in 5), if two models differ "
                "as the one pair did that was compared on another dataset of this task.",
                values,
            )
        if self.here:
            return Message(
                "With {items}, a true difference of about {low} to {high} can be seen (4 times in 5), by the "
                "spread of the {pairs} pairs compared here and corrected for their number.",
                values,
            )
        return Message(
            "With {items}, a true difference of about {low} to {high} can be seen (4 times in 5), if two "
            "models differ as the {pairs} pairs compared on other datasets of this task did.",
            values,
        )


def power(items: Items, here: pd.DataFrame, elsewhere: pd.DataFrame = NOTHING) -> Power:
    """What items can show, by the pairs compared here, else by those on other datasets, else by an assumed spread.

    here, elsewhere: comparisons with n, low and high. Of many pairs the middle nine tenths of the spreads count.
    """
    for known, on_it in ((here, True), (elsewhere, False)):
        known = known[known["high"] > known["low"]]
        if len(known):
            spreads = spread(known["low"].to_numpy(), known["high"].to_numpy(), known["n"].to_numpy())
            narrow, wide = np.quantile(spreads, [0.05, 0.95])
            return Power(items, float(narrow), float(wide), len(known), on_it)
    return Power(items, ASSUMED_SPREAD, ASSUMED_SPREAD, 0, False)


def detectable(sd: float, n: float, pairs: int = 1) -> float:
    """The smallest true difference that n items show in 4 of 5 studies, sd being of the differences.

    Two-sided at 5 %, corrected for so many pairs that are tested together (Bonferroni: max-T needs no more).
    """
    return _quantiles(pairs) * sd / math.sqrt(n) if n > 0 else math.nan


def items_needed(sd: float, difference: float, pairs: int = 1) -> int:
    """How many items show a true difference in 4 of 5 studies, sd being of the differences; as `detectable`."""
    return math.ceil((_quantiles(pairs) * sd / difference) ** 2)


def spread(low: Any, high: Any, n: Any) -> Any:
    """The standard deviation of the items' differences that a 95 % interval of their mean tells of; of many at once."""
    return (high - low) / (2 * NormalDist().inv_cdf(0.975)) * np.sqrt(n)


def spread_of(found: Comparison) -> float:
    """The standard deviation of the items' differences by which they were tested.

    Not what their interval tells of it where that is known otherwise: an interval allows for items that were not seen
    too, of which there are fewer the more are judged.
    """
    if found.se > 0:
        return found.se * math.sqrt(found.n)
    return float(spread(found.low, found.high, found.n))


def _quantiles(pairs: int) -> float:
    """How many standard errors a true difference must have to show in 4 of 5 studies."""
    return NormalDist().inv_cdf(1 - ALPHA / 2 / pairs) + NormalDist().inv_cdf(0.8)
