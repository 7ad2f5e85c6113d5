"""Which way do a column's numbers go, by what it is called: is more of it more alike, or less?"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise

from engine.texts import label_words
from engine.texts.column_names import names, plain, words

PREFIXES = ("un", "non", "dis", "mis", "ir", "in", "im", "il")
"""What negates a word that it is written together with: `mismatch`, `irrelevance`."""
BEFORE = {"not", "non", "never", "isnt", "isn", "without", "least", "less", "nicht", "kein", "keine", "keinerlei",
          "pas", "sans", "peu", "aucun", "aucune", "sin", "nada", "poco", "senza", "não", "nao", "sem"}  # fmt: skip
BESIDE = {"no", "un", "dis", "mis", "ir"}
"""Words that negate one behind them, such as `not_very_similar`, and those that do so only right before it."""
BEFORE_WIDE = "(?<![相是])不|(?<!是)不是|非|无|未|误|没有?"
"""What negates a word of a script without blanks; 是不是 and 相不相关 only ask."""
NUMBER = r"(?<![\w.])-?\d+(?:\.\d+)?"
MEANT = re.compile(
    rf"({NUMBER})\s*(?:=+>?|:|-+>?|–|—|→|\(|\bis\b|\bmeans\b|代表|表示|为|是)?\s*([^\W\d][^\d,;、/|()=:，；]*)"
)
NAMED = re.compile(rf"([^\W\d][^\d,;、/|()=:，；]*?)\s*(?:=+|:)\s*({NUMBER})")
"""A number and what it stands for, either of them first: `5 = unrelated`, `1最相关`, `same: 1`."""
DESCRIBED = re.compile(
    rf"({NUMBER})\s*[分点点점]?\s*(?:=+>?|:|-+>?|–|—|→|\(|\bis\b|\bmeans\b|代表|表示|为|是|(?=[\u3040-\u9fff\uac00-\ud7af]))\s*"
    r"([^\W\d][^\d,;、/|()=:，；]*)"
)
"""A number and what a sign or a word says that it means."""
LESS = re.compile(
    r"\b(?:lower|smaller|less|fewer)\b[\s=:,]*(?:is|means|are)?\s*(?:the\s+)?(?:better|more|closer|best)\b|越[小低少]越(?![差远]|不)"
)
MORE = re.compile(
    r"\b(?:higher|greater|larger|bigger)\b[\s=:,]*(?:is|means|are)?\s*(?:the\s+)?(?:better|more|closer|best)\b|越[大高多]越(?![差远]|不)"
)
ASIDE = re.compile(r"[(\[{【（].*$|\s+from\s+\d.*$|[:：;；,，]\s*\S*\d\s*(?:=|:|-).*$", re.DOTALL)
"""What stands beside a name and says how it is to be read."""


@lru_cache(maxsize=65536)
def falls(said: str) -> bool | None:
    """Whether the scale that a text names falls the more alike two texts are; None where it names none.

    It names one where it says what two numbers mean, such as `1 = same meaning, 5 = unrelated`, or what 0 means, or
    that less is better.
    """
    text = unicodedata.normalize("NFKC", said)
    if LESS.search(text.lower()) or MORE.search(text.lower()):
        return LESS.search(text.lower()) is not None
    told = [(float(number), _side(meant)) for meant, number in NAMED.findall(text)]
    if len({sign for _, sign in told} - {0}) < 2:
        told = [(float(number), _side(meant)) for number, meant in MEANT.findall(text)]
    right, wrong, others = ([number for number, sign in told if sign == side] for side in (1, -1, 0))
    if right and wrong and (max(right) < min(wrong) or min(right) > max(wrong)):
        return max(right) < min(wrong)
    if bool(right) != bool(wrong) and others and _are_below(right or others, others if right else wrong):
        return True  # one end is known, and it is the one that only a falling scale has there
    if len(told) == 1 and told[0][0] == 0 and told[0][1]:
        return told[0][1] > 0
    return None


def _are_below(some: Sequence[float], others: Sequence[float]) -> bool:
    return max(some) < min(others)


@lru_cache(maxsize=65536)
def scale(said: str) -> str:
    """What two numbers or more mean by a text, written out, such as `1 = igual, 5 = distinto`; "" where it says none.

    Only what stands right behind a number or before it counts, not a unit or the words of a range: `1 to 5`, `5 stars`.
    """
    text = unicodedata.normalize("NFKC", said)
    told = {float(number): meant.strip() for number, meant in DESCRIBED.findall(text) if _is_told(meant)}
    before = {float(number): meant.strip() for meant, number in NAMED.findall(text) if _is_told(meant)}
    told = told if len(told) > 1 else before
    return ", ".join(f"{number:g} = {meant}" for number, meant in told.items()) if len(told) > 1 else ""


def _is_told(meant: str) -> bool:
    return bool({*words(meant)} - {*names("unit")})


def is_undirected(header: str) -> bool:
    """Whether a header says what its numbers mean in words that do not tell which end of the scale is the better."""
    return bool(scale(header)) and falls(header) is None


@lru_cache(maxsize=65536)
def leaning(meant: str) -> int:
    """Whether words say that something is alike or right (1), that it is not (-1), or neither (0)."""
    said = plain(meant)
    if is_negated(meant) or said in label_words.words("unlike"):
        return -1
    if said in label_words.words("alike"):
        return 1
    is_known = bool({*words(meant)} & _affirmed()) or any(one in said for one in _affirmed() if not one.isascii())
    return 1 if is_known else 0


def _side(meant: str) -> int:
    return leaning(meant) or extreme(meant)


@lru_cache(maxsize=65536)
def extreme(meant: str) -> int:
    """Whether words name the one end of a scale, such as highest (1), the other, such as worst (-1), or neither (0)."""
    said, parts = plain(meant), {*words(meant)}
    for sign, end in ((-1, "least"), (1, "greatest")):
        if parts & {*names(end)} or any(one in said for one in names(end) if not one.isascii()):
            return sign
    return 0


def crowns(said: str) -> bool:
    """Whether a text says that 1 is the best, and of no other number what it means."""
    told = MEANT.findall(unicodedata.normalize("NFKC", said)) or [
        (number, meant) for meant, number in NAMED.findall(unicodedata.normalize("NFKC", said))
    ]
    return len(told) == 1 and float(told[0][0]) == 1 and extreme(told[0][1]) > 0


def bare(header: str) -> str:
    """A header without the scale that it names: `Rating (1 = same, 5 = unrelated)` is a rating."""
    return ASIDE.sub("", header).strip() or header if falls(header) is not None or scale(header) else header


@lru_cache(maxsize=65536)
def is_negated(header: str) -> bool:
    """Whether its name denies that two texts are alike or a document right: `mismatch`, `not_relevant`, 不一致."""
    parts, said = words(header), plain(header)
    if {*parts} & {*names("denied")} or any(one in said for one in names("denied") if not one.isascii()):
        return True
    if any(_is_turned(word) for word in (*parts, *map("".join, pairwise(parts)))):
        return True
    right = [place for place, word in enumerate(parts) if word in _affirmed()]
    if any({*parts[:place]} & BEFORE or {*parts[:place][-1:]} & BESIDE for place in right):
        return True
    return _wide().search(said) is not None


def _is_turned(word: str) -> bool:
    """Whether a word is another one behind a prefix that negates it."""
    return any(word.startswith(one) and word.removeprefix(one) in _affirmed() for one in PREFIXES)


@lru_cache(maxsize=65536)
def is_inverse(header: str) -> bool:
    """Whether a column's numbers fall, by its name, the more alike two texts are: a distance, a rank, a mismatch.

    A scale that the header names decides, whatever else it is called.
    """
    told = falls(header)
    if told is not None:
        return told
    header = bare(header)
    listed, said = names("inverse"), plain(header)
    if said in listed or set(words(header)) & set(listed):
        return True
    return any(not word.isascii() and said.endswith(word) for word in listed) or is_negated(header)  # 余弦距离


@lru_cache(maxsize=65536)
def is_measure(header: str) -> bool:
    """Whether its name says that a column measures how far texts lie apart, so that rising numbers count no rows."""
    return is_inverse(header) and not is_place(header) and not {*words(header)[-1:]} & {*names("id_words")}


@lru_cache(maxsize=65536)
def is_graded_down(header: str) -> bool:
    """Whether a column grades documents, and its name says that the least grade is the best: a rank, `irrelevant`."""
    return is_place(header) or bool(falls(header)) or (falls(header) is None and is_negated(bare(header)))


@lru_cache(maxsize=65536)
def is_place(header: str) -> bool:
    """Whether its name says that a column's numbers are places in an order, such as a rank."""
    return bool({plain(header), *words(header)} & {*names("place")})


@cache
def _affirmed() -> frozenset[str]:
    """Words that say that two texts are alike, or a document right."""
    return frozenset(names("affirmed"))


@cache
def _wide() -> re.Pattern[str]:
    known = sorted((one for one in _affirmed() if not one.isascii()), key=len, reverse=True)
    return re.compile(f"(?:{BEFORE_WIDE})(?:完全|很|太|够|能|被|为)?(?:{'|'.join(map(re.escape, known))})")
