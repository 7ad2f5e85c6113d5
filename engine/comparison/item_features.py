"""What is each judged item like: how long, in which script, about what, with which label, how near to its answer?"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import plugins
from engine.inspection.confusions import label_text
from engine.models.truncation import cut_off
from engine.results import frames
from engine.texts.keywords import keywords, pieces
from engine.texts.profile import NONE, SCRIPTS, lengths_and_scripts
from engine.types import Dataset, Message, ModelEntry

TITLES: Mapping[str, Message] = {
    "characters": Message("characters"),
    "script": Message("script"),
    "topic": Message("topic"),
    "label": Message("label"),
    "gold": Message("gold score"),
    "overlap": Message("share of words in common"),
    "relevant": Message("relevant documents"),
    "answer": Message("characters of the answer"),
    "cut_a": Message("cut off by A"),
    "cut_b": Message("cut off by B"),
}
EXPLAINED: Mapping[str, Message] = {
    "overlap": Message(
        "Share of words in common: how many of the query's words also stand in its right answer, or how many of the "
        "words of a pair stand in both of its texts; 0: none, 1: all."
    ),
    "topic": Message(
        "Topic: texts that use the same words, found by itself and named by the most telling ones of them."
    ),
}
"""What a trait is, where its title does not say it all."""
COLUMN = "column "
SEED = 0
MOST_TOPICS, PER_TOPIC, FITTED = 12, 15, 5_000


def traits(dataset: Dataset, items: pd.DataFrame, models: Sequence[ModelEntry | None] = ()) -> pd.DataFrame:
    """The traits of the items, row for row: columns of numbers or of words, an extra column of the dataset by its name.

    models: A and B, of which is said which texts they cut off.
    """
    shown = frames.item_texts(dataset, items)
    names = frames.ITEM_TEXTS[dataset.task][1]
    texts = joined(dataset, items)
    lengths, scripts = lengths_and_scripts(texts)
    found: dict[str, object] = {
        "characters": lengths - (len(names) - 1),
        "script": np.array([NONE, *SCRIPTS])[scripts],
        "topic": topics(texts),
        **_judged(dataset, items),
        **_sides(shown, names),
    }
    read = _answers(dataset, items, texts, found) if "relevant_ids" in items else [texts]
    for side, entry in zip(("cut_a", "cut_b"), models, strict=False):
        if entry is not None and (cut := _any_cut(entry, read)) is not None:
            found[side] = np.where(cut, "yes", "no")
    own = {*names, *(column.name for columns in plugins.tasks()[dataset.task].tables.values() for column in columns)}
    extra = {f"{COLUMN}{name}": shown[name].to_numpy() for name in shown if name not in own}
    return pd.DataFrame(found | extra)


def topics(texts: Sequence[str]) -> npt.NDArray[np.str_] | None:
    """The topic of each text, named by its words, by k-means on what words they share; None for few texts."""
    from sklearn.cluster import KMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    number = min(len(texts) // PER_TOPIC, MOST_TOPICS)
    if number < 2:
        return None
    some = np.random.default_rng(SEED).permutation(len(texts))[:FITTED]
    vectoriser = TfidfVectorizer(analyzer=pieces, min_df=2, sublinear_tf=True)
    try:
        seen = vectoriser.fit_transform([texts[row] for row in some])
    except ValueError:  # no word stands in two texts
        return None
    if seen.shape[1] < 3:
        return None
    axes = TruncatedSVD(min(50, seen.shape[1] - 1), random_state=SEED).fit(seen)
    groups = KMeans(number, n_init=3, random_state=SEED).fit(normalize(axes.transform(seen)))
    of_text = groups.predict(normalize(axes.transform(vectoriser.transform(texts))))
    words = [" · ".join(one) or "–" for one in keywords(texts, of_text)]
    return np.array(words)[of_text]


def _judged(dataset: Dataset, items: pd.DataFrame) -> dict[str, object]:
    """What people said of the items: labels as words, scores as numbers."""
    if dataset.task == "clustering":
        return {"label": items["label"].map(label_text).to_numpy()}
    if "gold" not in items:
        return {}
    if dataset.task in ("classification", "pair_classification"):
        return {"label": items["gold"].map(label_text).to_numpy()}
    return {"gold": items["gold"].to_numpy(float)} if pd.api.types.is_numeric_dtype(items["gold"]) else {}


def _sides(shown: pd.DataFrame, names: Sequence[str]) -> dict[str, object]:
    """How many words the two texts of a pair share."""
    if len(names) != 2:
        return {}
    sides = [[set(pieces(str(text))) for text in shown[name]] for name in names]
    shared = [len(one & other) / len(one | other) if one | other else 0.0 for one, other in zip(*sides, strict=True)]
    return {"overlap": np.array(shared)}


def _answers(
    dataset: Dataset, items: pd.DataFrame, texts: Sequence[str], found: dict[str, object]
) -> list[Sequence[str]]:
    """Adds what the answers of the queries are like; the queries, and of each the answer that shares most words."""
    right = [
        [name for name, grade in zip(ids, grades, strict=True) if grade > 0]
        for ids, grades in zip(items["relevant_ids"], items["relevant_grades"], strict=True)
    ]
    corpus = frames.documents(dataset, pd.Series([name for names in right for name in names], dtype=object))
    whole = corpus.fillna("").astype(str).agg("\n".join, axis=1).str.strip().to_dict() if len(corpus) else {}
    nearest, shares = [], []
    for text, names in zip(texts, right, strict=True):
        words = set(pieces(text))
        scored = [(len(words & set(pieces(whole.get(name, "")))) / max(len(words), 1), name) for name in names]
        share, name = max(scored, default=(np.nan, ""))
        shares.append(share)
        nearest.append(whole.get(name, ""))
    found |= {
        "overlap": np.array(shares, float),
        "relevant": np.array([len(names) for names in right]),
        "answer": np.array([len(text) for text in nearest]),
    }
    return [texts, nearest]


def _any_cut(entry: ModelEntry, sides: Sequence[Sequence[str]]) -> npt.NDArray[np.bool_] | None:
    cuts = [cut for side in sides if (cut := cut_off(entry, side)) is not None]
    return np.logical_or.reduce(cuts) if cuts else None


def joined(dataset: Dataset, items: pd.DataFrame) -> list[str]:
    """What a person reads of each item, as one text."""
    shown = frames.item_texts(dataset, items)
    names = frames.ITEM_TEXTS[dataset.task][1]
    return ["\n".join(map(str, row)) for row in zip(*(shown[name] for name in names), strict=True)]
