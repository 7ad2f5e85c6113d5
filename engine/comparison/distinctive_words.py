"""Which words are commoner in the items that one model does better than in those that the other does better?"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from engine.statistics.multiple import benjamini_hochberg
from engine.texts.keywords import han, in_order

MOST_ITEMS = 3_000
LEAST_TEXTS = 3


def wording(texts: Sequence[str], difference: np.ndarray) -> pd.DataFrame:
    """Words and pairs of words with the share of texts that hold them where A is better, and where B is.

    difference: how much better A did on each text; ties are left out. At most 3,000 texts a side are read, drawn by a
    seed. Columns: words, a and b (shares), n (texts), p (Fisher's exact test, two-sided by doubling) and q (after the
    correction for the number of words), the surest first.
    """
    from scipy.stats import hypergeom

    rng = np.random.default_rng(0)
    sides = [rng.permutation(np.flatnonzero(side))[:MOST_ITEMS] for side in (difference > 0, difference < 0)]
    better, worse = (Counter(word for row in rows for word in phrases(texts[row])) for rows in sides)
    words = [word for word, n in (better + worse).items() if n >= LEAST_TEXTS]
    of_a, of_b = (np.array([count[word] for word in words], int) for count in (better, worse))
    size_a, size_b = map(len, sides)
    if not words or not size_a or not size_b:
        return pd.DataFrame(columns=["words", "a", "b", "n", "p", "q"])
    chance = hypergeom(size_a + size_b, of_a + of_b, size_a)
    p = np.minimum(1.0, 2 * np.minimum(chance.cdf(of_a), chance.sf(of_a - 1)))
    table = pd.DataFrame({"words": words, "a": of_a / size_a, "b": of_b / size_b, "n": of_a + of_b, "p": p})
    table["q"] = benjamini_hochberg(p)
    return table.sort_values(["p", "n", "words"], ascending=[True, False, True], ignore_index=True)


def phrases(text: str) -> set[str]:
    """The words of a text that say something, and every two of them that follow one another."""
    words = in_order(text)
    pairs = pairwise(words)
    return {word for word in words if word} | {_joined(*pair) for pair in pairs if all(pair)}


def _joined(one: str, other: str) -> str:
    return f"{one}{other}" if han(one) and han(other) else f"{one} {other}"
