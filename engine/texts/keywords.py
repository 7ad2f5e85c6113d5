"""Which words set each group of texts apart from the others?"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

WORD = re.compile(r"[\u3400-\u9fff]+|[^\W\d_][\w'’-]+")
MOST_TEXTS = 500
MOST_CHARACTERS = 400


def keywords(texts: Sequence[str], groups: npt.NDArray[np.integer], words: int = 3) -> list[list[str]]:
    """For every group 0..max its most distinctive words, best first; of at most 500 texts a group.

    A word weighs s × log(1 + mean / sum): s is the share of the group's texts that hold it, the sum that of its shares
    in all groups, the mean that of all words' shares in a group (class-based TF-IDF, Grootendorst 2022). Chinese is cut
    into words by jieba. Stop words of a dozen languages, single letters and characters, and words that only one text of
    the group has, do not count.
    """
    shares: list[dict[str, float]] = []
    for group in range(int(groups.max(initial=-1)) + 1):
        members = np.flatnonzero(groups == group)
        some = members[:: -(-len(members) // MOST_TEXTS) or 1]
        seen = Counter(word for row in some for word in words_of(texts[row]))
        least = 2 if len(some) > 3 else 1
        shares.append({word: count / len(some) for word, count in seen.items() if count >= least})
    sums: Counter[str] = Counter()
    for own in shares:
        sums.update(own)  # a Counter adds fractions as well
    mean = sum(sums.values()) / max(len(shares), 1)
    weights = [{word: share * np.log1p(mean / sums[word]) for word, share in own.items()} for own in shares]
    return [sorted(own, key=lambda word: (-own[word], word))[:words] for own in weights]


def words_of(text: str) -> set[str]:
    """The words of a text that can say what it is about, in lower case."""
    return {word for word in in_order(text) if word}


def in_order(text: str) -> list[str]:
    """The words of a text as they follow one another, in lower case; empty where one says nothing of its subject."""
    import jieba

    jieba.setLogLevel(60)
    found: list[str] = []
    for run in WORD.findall(text[:MOST_CHARACTERS].lower()):
        found += jieba.cut(run) if han(run) else [run]
    return [word if len(word) > 1 and word not in stop_words() else "" for word in found]


def pieces(text: str) -> list[str]:
    """Words, and every two Chinese characters that stand together: much faster than words where only overlap counts."""
    found: list[str] = []
    for run in WORD.findall(text[:MOST_CHARACTERS].lower()):
        found += [run[at : at + 2] for at in range(max(len(run) - 1, 1))] if han(run) else [run]
    return [one for one in found if one not in stop_words()]


def han(run: str) -> bool:
    """Whether a run of letters is Chinese."""
    return "\u3400" <= run[0] <= "\u9fff"


@cache
def stop_words() -> frozenset[str]:
    """Words of a dozen languages that say nothing about the subject."""
    from bm25s import stopwords

    lists = [getattr(stopwords, name) for name in dir(stopwords) if name.startswith("STOPWORDS_")]
    return frozenset(word for one in lists for word in one)
