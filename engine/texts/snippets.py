"""Which passage of a document answers a query best, word by word?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.texts.keywords import stop_words

WIDTH = 320
MOST_CHARACTERS = 200_000
RUN = re.compile(r"[\u3400-\u9fff]+|[^\W_]+")
ENDINGS = ("ings", "ing", "ies", "ed", "es", "ly", "s")
STOPS = "。！？!?\n；"


@dataclass(frozen=True)
class Passage:
    """A stretch of a text: its pieces in order, each with whether it is a word of the query, and where it begins."""

    pieces: tuple[tuple[str, bool], ...]
    start: int
    end: int
    length: int
    """Of the whole text, in characters."""


def passage(query: str, text: str, width: int = WIDTH) -> Passage:
    """The stretch of about `width` characters that holds most of the query's different words, the earliest of equals.

    Words are matched by their stems, Chinese by pairs of characters; stop words count only where the query has nothing
    else. A text without any of them is shown from its beginning.
    """
    seen = text[:MOST_CHARACTERS]
    hits = list(_hits(seen, terms(query)))
    start = 0 if len(text) <= width or not hits else _beginning(seen, _best(hits, width), width)
    end = min(len(text), start + width)
    return Passage(tuple(_pieces(text, [hit for hit in hits if start <= hit[0] and hit[1] <= end], start, end)),
                   start, end, len(text))  # fmt: skip


def terms(query: str) -> set[str]:
    """The words of a query that a passage is looked for by."""
    every = {term for _, _, term in _words(query)}
    return {term for term in every if term not in stop_words()} or every


def _words(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, term): stems of words, and pairs of neighbouring Chinese characters."""
    for found in RUN.finditer(text.lower()):
        run, start = found.group(), found.start()
        if "\u3400" <= run[0] <= "\u9fff":
            for place in range(max(len(run) - 1, 1)):
                pair = run[place : place + 2]
                yield start + place, start + place + len(pair), pair
        else:
            yield start, found.end(), run if run in stop_words() else _stem(run)


def _stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e") if len(word) > 3 else word


def _hits(text: str, wanted: set[str]) -> Iterator[tuple[int, int, str]]:
    return (word for word in _words(text) if word[2] in wanted)


def _best(hits: list[tuple[int, int, str]], width: int) -> tuple[int, int]:
    """Where the window with most different words begins and ends; of equals the one with most words, then the first."""
    counts: dict[str, int] = {}
    first, best, found = 0, (0, 0), (hits[0][0], hits[0][1])
    for last, (_, end, term) in enumerate(hits):
        counts[term] = counts.get(term, 0) + 1
        while end - hits[first][0] > width and first < last:
            counts[hits[first][2]] -= 1
            first += 1
        score = (sum(len(one) for one, count in counts.items() if count), last - first)
        if score > best:
            best, found = score, (hits[first][0], end)
    return found


def _beginning(text: str, span: tuple[int, int], width: int) -> int:
    """Where to begin so that the span is shown: at the start of its sentence where that fits, else a little before."""
    earliest = max(0, span[1] - width)
    sentence = max((text.rfind(stop, earliest, span[0]) for stop in (*STOPS, ". ")), default=-1)
    if sentence >= 0:
        return sentence + (2 if text[sentence] == "." else 1)
    if earliest == 0:
        return 0
    begin = max(earliest, span[0] - (width - (span[1] - span[0])) // 2)
    space = text.find(" ", begin, span[0])
    return space + 1 if space >= 0 else begin


def _pieces(text: str, hits: list[tuple[int, int, str]], start: int, end: int) -> Iterator[tuple[str, bool]]:
    """The text between start and end, cut where marks begin and end; marks that touch are one."""
    at = start
    for begin, finish in _joined(hits):
        if begin > at:
            yield text[at:begin], False
        yield text[begin:finish], True
        at = finish
    if at < end:
        yield text[at:end], False


def _joined(hits: list[tuple[int, int, str]]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for begin, finish, _ in hits:
        if spans and begin <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], finish))
        else:
            spans.append((begin, finish))
    return spans
