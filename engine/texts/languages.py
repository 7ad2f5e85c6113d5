"""In which language is each text written? Told by its letters, and among Latin letters by its commonest words."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd

from engine.texts.keywords import WORD
from engine.texts.profile import SCRIPTS, lengths_and_scripts

MOST_CHARACTERS = 400
TOLD = 200
"""Texts by which the language of many is told."""
MOST = 0.6
"""Share of the texts whose language is told that must be in one."""
OF_SCRIPT = {
    "Han": "zh", "Japanese": "ja", "Hangul": "ko", "Greek": "el", "Hebrew": "he", "Thai": "th", "Cyrillic": "ru",
    "Arabic": "ar", "Devanagari": "hi",
}  # fmt: skip
WITH_WORDS = {
    "en": "EN", "de": "GERMAN", "fr": "FRENCH", "es": "SPANISH", "it": "ITALIAN", "pt": "PORTUGUESE", "nl": "DUTCH",
    "da": "DANISH", "no": "NORWEGIAN", "sv": "SWEDISH", "tr": "TURKISH",
}  # fmt: skip


def languages(texts: pd.Series, scripts: pd.Series, among: Sequence[str] = ()) -> pd.Series:
    """The code of each text's language (ISO 639-1), empty where nothing tells it; `among` are the ones that may occur.

    A text in Latin letters is in the language that has most of its words among its commonest ones; where one language
    only may occur in a script, all texts in it are in that one.
    """
    may = [code for code in WITH_WORDS if code in among] or list(WITH_WORDS)
    if len(may) == 1:
        latin = np.full(len(texts), may[0], object)
    else:
        latin = np.array([_by_words(text, may) for text in texts.where(scripts == "Latin", "")], object)
    found = scripts.map(OF_SCRIPT).fillna("").to_numpy(object)
    return pd.Series(np.where(scripts == "Latin", latin, found), index=texts.index, dtype="str")


def commonest(texts: Sequence[str] | pd.Series) -> str:
    """The language that most of the first texts are in (ISO 639-1); empty where nothing tells it."""
    first = pd.Series(list(texts[:TOLD]), dtype="str")
    names = np.array(["", *SCRIPTS])
    scripts = pd.Series(names[lengths_and_scripts(first.tolist())[1]], dtype="str").replace("Kana", "Japanese")
    found = languages(first, scripts)
    told = found[found != ""].value_counts()
    return str(told.index[0]) if len(told) and told.iloc[0] > MOST * told.sum() else ""


def _by_words(text: str, may: Sequence[str]) -> str:
    words = set(WORD.findall(text[:MOST_CHARACTERS].lower()))
    counts = {code: len(words & _common(code)) for code in may}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] and list(counts.values()).count(counts[best]) == 1 else ""


@cache
def _common(code: str) -> frozenset[str]:
    from bm25s import stopwords

    return frozenset(getattr(stopwords, f"STOPWORDS_{WITH_WORDS[code]}"))
