"""Which texts are so alike that knowing one is knowing the other? Equal but for case, marks and a few words."""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

ALIKE = 0.8
"""Share of their character 5-grams that near-duplicates have in common (Jaccard), as in deduplicated corpora."""
WIDTH = 5
BANDS, ROWS = 16, 4
"""Of MinHash: texts as alike as ALIKE share a band with a probability of 0.9998."""
SEED = 1
SIZE = 20_000
"""Texts that are hashed at once."""
Places = npt.NDArray[np.int64]


def normal(text: str) -> str:
    """A text without case, width, marks and more than single spaces."""
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()


def groups(texts: Sequence[str]) -> Places:
    """A number for every text; equal for texts that are near-duplicates, over others too. Of shape (texts,).

    Candidates come from MinHash (https://doi.org/10.1109/SEQUEN.1997.666900) and are then compared exactly.
    """
    codes: dict[str, int] = {}
    own = np.array([codes.setdefault(normal(text) or text, len(codes)) for text in texts], np.int64)
    if not codes:
        return own
    one, other = _alike(list(codes))
    links = sparse.coo_array((np.ones(len(one), np.int8), (one, other)), (len(codes),) * 2)
    joined = sparse.csgraph.connected_components(links, directed=False)[1]
    return np.asarray(joined[own], np.int64)


def _alike(texts: Sequence[str]) -> tuple[Places, Places]:
    """The places of every two texts that are alike, as far as MinHash brings them together."""
    held = _shingles(texts)
    bands = _bands(held)
    long = np.diff(held.indptr) > WIDTH
    pairs = []
    for band in bands:
        order = np.argsort(band, kind="stable")
        order = order[long[order]]
        same = np.flatnonzero(band[order][1:] == band[order][:-1])
        pairs.append(np.stack([order[same], order[same + 1]]))
    one, other = np.unique(np.sort(np.concatenate(pairs, axis=1), axis=0), axis=1)
    shared = np.asarray(held[one].multiply(held[other]).sum(axis=1)).ravel()
    sizes = np.diff(held.indptr)
    alike = shared >= ALIKE * (sizes[one] + sizes[other] - shared)
    return one[alike], other[alike]


def _shingles(texts: Sequence[str]) -> sparse.csr_array:
    """Which character 5-grams each text holds, by their hashes, (texts, 2 ** 20)."""
    from sklearn.feature_extraction.text import HashingVectorizer

    grams = HashingVectorizer(
        analyzer="char", ngram_range=(WIDTH, WIDTH), lowercase=False, norm=None, binary=True, alternate_sign=False,
        dtype=np.float32,
    )  # fmt: skip
    return sparse.csr_array(grams.transform(texts))


def _bands(held: sparse.csr_array) -> npt.NDArray[np.uint64]:
    """A number for every band of every text's MinHash, (bands, texts)."""
    # multiplying by an odd number and letting it overflow mixes bits well enough, and takes a tenth of a division
    times = np.random.default_rng(SEED).integers(0, 1 << 31, BANDS * ROWS, dtype=np.uint32) * 2 + 1
    found = np.zeros((BANDS, held.shape[0]), np.uint64)
    for start in range(0, held.shape[0], SIZE):
        part = held[start : start + SIZE]
        some = np.flatnonzero(np.diff(part.indptr))
        grams, firsts = part.indices.astype(np.uint32), part.indptr[some]
        for at, factor in enumerate(times):
            hashes = grams * factor
            hashes ^= hashes >> np.uint32(15)
            least = np.minimum.reduceat(hashes * factor, firsts) if len(some) else hashes
            band = found[at // ROWS]
            band[start + some] = band[start + some] * np.uint64(1_000_003) + least
    return found
