"""What the views of the inspector need beyond the items, worked out once per run; shared, so to be read only."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from engine.inspection import confusions, retrieval_errors, thresholds, translations
from engine.inspection.thresholds import Cut
from engine.models import catalogue, truncation
from engine.results import frames
from engine.statistics.draws import groups_of
from engine.types import Dataset, Message, Texts, UserError, Vectors
from pages.parts import cached
from pages.parts.apart import apart
from pages.parts.views import Look


def kinds(look: Look, label: str) -> pd.DataFrame:
    """What went wrong with every query of a model, seen beside all other models on the dataset."""
    run = look.runs[label]
    known = cached.runs_on(run["dataset"])
    others = tuple(sorted(known[known["id"] != run["id"]]["id"]))
    model = run["model"]
    found = _kinds(run["id"], others, run["dataset"], model, cached.model_state(model))
    if len(found) == len(look.items[label]):
        return found
    return found[found["item"].isin(look.items[label]["item"])].reset_index(drop=True)


@st.cache_resource(max_entries=24, show_spinner=False)
@apart
def _kinds(run: str, others: tuple[str, ...], name: str, model: str, state: str) -> pd.DataFrame:
    dataset, items = cached.dataset(name), cached.items(run)
    relevant = pd.Series(sorted({one for ids in items["relevant_ids"] for one in ids}), dtype="str")
    beyond = ends(run, model, dataset, relevant)
    return retrieval_errors.kinds(items, dataset, [_firsts(other) for other in others], beyond)


@st.cache_data(max_entries=48, show_spinner=False)
def _firsts(run: str) -> dict[str, str]:
    return retrieval_errors.firsts(cached.results().items(run, ["item", "top_ids", "top_scores"]))


def ends(run: str, model: str, dataset: Dataset, ids: pd.Series) -> dict[str, int]:
    """At which character the model stops reading these documents, title included; only those it does not read through."""
    try:
        entry = catalogue.find(model)
    except UserError:  # it has left the catalogue, or was run by its folder
        return {}
    if truncation.limit(entry) is None:
        return {}
    texts = frames.documents(dataset, ids)
    titles = texts["title"].fillna("") if "title" in texts else pd.Series("", index=texts.index)
    whole = [f"{title} {text}".strip() for title, text in zip(titles, texts["text"], strict=True)]
    prompt = notes(run).get("prompts", {}).get("document", "")
    found = zip(texts.index, truncation.ends(entry, whole, prompt), strict=True)
    return {str(name): end for name, end in found if end is not None}


@st.cache_data(max_entries=64, show_spinner=False)
def notes(run: str) -> dict[str, Any]:
    """The settings of a run."""
    return cached.results().notes(run)[0]


@st.cache_data(max_entries=32, show_spinner=False)
def _best(key: str, _items: pd.DataFrame) -> Cut | None:
    return thresholds.best(_items["gold"].to_numpy() == 1, _items["similarity"].to_numpy(float))


@st.cache_data(max_entries=64, show_spinner=False)
def _promised(key: str, wanted: float, _items: pd.DataFrame) -> Cut | Message:
    gold, scores = _items["gold"].to_numpy() == 1, _items["similarity"].to_numpy(float)
    worth = groups_of(_items).linked / max(len(_items), 1)  # whatever is shared may go wrong together
    found = thresholds.promised(gold, scores, wanted, worth=worth)
    return found or thresholds.unpromised(gold, wanted, worth)


@st.cache_resource(max_entries=32, show_spinner=False)
def _curve(key: str, _items: pd.DataFrame) -> pd.DataFrame:
    return thresholds.curve(_items["gold"].to_numpy() == 1, _items["similarity"].to_numpy(float))


@st.cache_resource(max_entries=16, show_spinner=False)
def _mixed_up(key: str, _items: pd.DataFrame) -> pd.DataFrame:
    return confusions.mixed_up(_items)


@st.cache_resource(max_entries=16, show_spinner=False)
def _label_scores(key: str, _items: pd.DataFrame) -> pd.DataFrame:
    return confusions.label_scores(_items)


def best(look: Look, label: str) -> Cut | None:
    """The threshold on a model's similarity with the best F1, with its interval."""
    return _best(look.key(label), look.items[label])


def promised(look: Look, label: str, wanted: float) -> Cut | Message:
    """The threshold on a model's similarity that promises this precision, or why there is none."""
    return _promised(look.key(label), wanted, look.items[label])


def curve(look: Look, label: str) -> pd.DataFrame:
    """Precision, recall and F1 by threshold."""
    return _curve(look.key(label), look.items[label])


def mixed_up(look: Look, label: str) -> pd.DataFrame:
    """Which labels a model took for which, item by item."""
    return _mixed_up(look.key(label), look.items[label])


def label_scores(look: Look, label: str) -> pd.DataFrame:
    """Precision, recall and F1 of every label."""
    return _label_scores(look.key(label), look.items[label])


@st.cache_resource(max_entries=4, show_spinner=False)
def _training(run: str, model: str, key: str, name: str) -> tuple[Texts, Vectors]:
    return confusions.training(model, key, notes(run), cached.dataset(name))


def nearest_training(run: pd.Series, text: str) -> pd.DataFrame:
    """The training texts nearest to a text; raises UserError where their vectors are not stored any more."""
    known = _training(run["id"], run["model"], run["encoder_key"], run["dataset"])
    vector = confusions.vector_of(run["model"], run["encoder_key"], notes(run["id"]), text)
    return confusions.nearest_training(known, vector, cached.dataset(run["dataset"]))


@st.cache_resource(max_entries=3, show_spinner=False)
def _sides(run: str, model: str, key: str, name: str) -> Mapping[str, Vectors]:
    return translations.vectors(model, key, notes(run), cached.dataset(name))


def found(run: pd.Series, row: int, *, back: bool) -> pd.DataFrame:
    """What a sentence found, or its translation; raises UserError where the vectors are not stored any more."""
    known = _sides(run["id"], run["model"], run["encoder_key"], run["dataset"])
    similarity = notes(run["id"])["similarity"]
    return translations.found(known, cached.dataset(run["dataset"]), row, back=back, similarity=similarity)
