"""The engine's shelves as the pages see them: loaded once per state of what is on disk."""

from functools import lru_cache
from typing import Any

import pandas as pd
import streamlit as st

from engine import plugins
from engine.datasets import library as dataset_library
from engine.encoding import vector_store
from engine.jobs import queue
from engine.models import catalogue as model_catalogue
from engine.notation import fill
from engine.results import frames
from engine.results.store import Results
from engine.runs import plans, preflight
from engine.statistics import multiple, paired_tests
from engine.types import Comparison, Dataset, Message, ModelEntry, Task, UserError
from pages.locale import translations

LOOK_SECONDS = 3.0
FIRST_MODELS = ("all-MiniLM-L6-v2", "tfidf", "bm25")
"""Those that are on every machine: what the first start runs, and what comes along as an example."""


def task(name: str) -> Task:
    """A task's record."""
    return plugins.tasks()[name]


def task_names() -> list[str]:
    """The names of all tasks."""
    return list(plugins.tasks())


def datasets() -> dict[str, Any]:
    """All datasets by name, as cards."""
    return dataset_library.entries()


def card_of(name: str) -> Any:
    """A dataset's card; raises UserError where somebody has deleted it since the page was drawn."""
    found = datasets().get(name)
    if found is None:
        raise UserError("The dataset {asked} was deleted.", asked=name)
    return found


def offered() -> dict[str, Any]:
    """Those that may be chosen for anything: not the parts on which adapted models are judged."""
    return {name: entry for name, entry in datasets().items() if not entry.part_of}


PARTED, JUDGED = " · test ", Message("{dataset} · test {seed}")
"""How the part of a dataset is called on which a model was judged that learnt from the rest; seed: of the draw."""


def dataset_title(entry: Any, language: str) -> str:
    """A dataset's title in this language, or in English, or its name; a part that is judged is called by the whole."""
    whole, parted, seed = entry.title.rpartition(PARTED)
    if entry.part_of and parted:
        known = datasets().get(entry.part_of)
        whole = dataset_title(known, language) if known else whole
        return fill(translations(language).gettext(JUDGED.template), {"dataset": whole, "seed": seed})
    return (language == "zh" and getattr(entry, "title_zh", "")) or entry.title or entry.name


def first_choice(language: str) -> str | None:
    """The dataset to begin with: one that has results, in the reader's language if there is one, or else the first."""
    known, run = offered(), _with_results(results().version())
    names = [name for name in known if name in run] or list(known)
    return next(iter([name for name in names if tuple(known[name].languages) == (language,)] or names), None)


@lru_cache(maxsize=2)
def _with_results(version: str) -> frozenset[str]:
    return frozenset(runs()["dataset"])


def dataset(name: str) -> Dataset:
    """A dataset with its tables; frozen, so that every visitor may share it."""
    return _dataset(name, card_of(name).fingerprint, card(name))


@st.cache_resource(max_entries=4, show_spinner=False)
def _dataset(name: str, fingerprint: str, card: str) -> Dataset:
    found = dataset_library.load(name)
    if found.fingerprint != fingerprint:
        raise UserError("The dataset {dataset} was changed at this moment: load the page again.", dataset=name)
    return found


def card(name: str) -> str:
    """Another text whenever anything about a dataset changes: its data, its settings, what is said of it."""
    return str(card_of(name))


def models() -> dict[str, ModelEntry]:
    """The catalogue."""
    return model_catalogue.entries()


def entry_of(model: str) -> ModelEntry:
    """A model's entry; raises UserError where somebody has removed it since the page was drawn."""
    found = models().get(model)
    if found is None:
        raise UserError("The model {model} was removed.", model=model)
    return found


def model_state(model: str) -> str:
    """Another text whenever a model may be another one, by its entry or its files; empty where it has left."""
    entry = models().get(model)
    return f"{entry} {plans.identity(entry)}" if entry else ""


def applies(model: str, task_name: str) -> bool:
    """Whether a model's family can be used for this task at all."""
    return _applies(entry_of(model), task_name)


def applying(task_name: str) -> dict[str, ModelEntry]:
    """The models whose family can be used for this task."""
    return {name: entry for name, entry in models().items() if _applies(entry, task_name)}


def _applies(entry: ModelEntry, task_name: str) -> bool:
    tasks = plugins.families()[entry.family].tasks
    return not tasks or task_name in tasks


def blind(runs: pd.DataFrame) -> pd.Series:
    """Of which runs the warnings say that the model cannot read the texts: its scores there are noise."""
    return runs["warnings"].map(lambda kept: preflight.unreadable(frames.warnings(kept))).astype(bool)


def by_tokens(model: str) -> bool:
    """Whether a text has a vector for every token with this model (late interaction)."""
    return plugins.families()[entry_of(model).family].tokens


def by_vectors(model: str) -> bool:
    """Whether texts have vectors with this model: what ranks or scores pairs by itself has none."""
    return plugins.families()[entry_of(model).family].gives == "vectors"


@st.cache_resource(show_spinner=False)
def results() -> Results:
    """The store of results."""
    return Results()


def here() -> frozenset[str]:
    """The models that can run without fetching anything first; what is put here is seen a moment later."""
    return _here("\n".join(models()), results().version())


@st.cache_resource(max_entries=2, ttl=LOOK_SECONDS, show_spinner=False)
def _here(names: str, version: str) -> frozenset[str]:
    return frozenset(name for name, entry in models().items() if model_catalogue.available(entry) is True)


def stamp() -> str:
    """Another text whenever what is to do may have changed: with every result, and with the vectors that are stored.

    While work is under way the vectors that it adds do not count: every look would then be a new estimate.
    """
    under_way = len(queue.active())
    return f"{results().version()} {vector_store.state(growth=not under_way)} {under_way}"


def runs() -> pd.DataFrame:
    """The newest run of every model on every dataset; shared by all visitors, so to be read only."""
    return _runs(results().version())


@st.cache_resource(max_entries=2, show_spinner=False)
def _runs(version: object) -> pd.DataFrame:
    return frames.latest(results().runs())


def labels() -> dict[str, None]:
    """Those of every machine, then the models in the order in which they were first run."""
    return _labels(results().version())


@st.cache_resource(max_entries=2, show_spinner=False)
def _labels(version: object) -> dict[str, None]:
    return dict.fromkeys([*FIRST_MODELS, *_runs(version).sort_values("sequence")["label"]])


def runs_on(name: str) -> pd.DataFrame:
    """The runs on the dataset as it is now: a changed dataset starts afresh. To be read only."""
    entry = datasets().get(name)
    return runs().iloc[:0] if entry is None else _runs_on(name, entry.fingerprint, results().version())


@lru_cache(maxsize=64)  # Streamlit's own cache takes a tenth of a millisecond to find something, and a page asks often
def _runs_on(name: str, fingerprint: str, version: str) -> pd.DataFrame:
    known = _runs(version)
    return known[(known["dataset"] == name) & (known["fingerprint"] == fingerprint)]


def judged(name: str) -> int | None:
    """How many items are judged where a model has been run on the dataset as it is; None where none has."""
    entry = card_of(name)
    return _judged(name, entry.fingerprint, results().version())


@lru_cache(maxsize=64)
def _judged(name: str, fingerprint: str, version: str) -> int | None:
    found = _runs_on(name, fingerprint, version)
    return None if found.empty else int(found["items"].max())


def metrics(runs: pd.DataFrame) -> pd.DataFrame:
    """Every metric of the runs on one state of a dataset: id, metric, value, low, high; to be read only."""
    return _metrics(runs["fingerprint"].iloc[0], results().version())


@st.cache_resource(max_entries=16, show_spinner=False)
def _metrics(fingerprint: str, version: object) -> pd.DataFrame:
    return results().metrics(fingerprint)


def comparisons(runs: pd.DataFrame) -> pd.DataFrame:
    """The paired tests between all runs on one state of a dataset, as they were made when the results were saved and
    corrected for as many as there are; to be read only."""
    return _comparisons(*state(runs))


@st.cache_resource(max_entries=16, show_spinner=False)
def _comparisons(dataset: str, fingerprint: str, version: str) -> pd.DataFrame:
    mine = _runs_on(dataset, fingerprint, version)["id"].tolist()
    return multiple.together(mine, results().comparisons(fingerprint))


def groups(runs: pd.DataFrame) -> dict[str, str]:
    """The letters of ties of all runs on one state of a dataset, by label."""
    return _groups(*state(runs), runs)


@st.cache_data(max_entries=64, show_spinner=False)
def _groups(dataset: str, fingerprint: str, version: str, _runs: pd.DataFrame) -> dict[str, str]:
    return multiple.groups(_runs, _comparisons(dataset, fingerprint, version))


def state(runs: pd.DataFrame) -> tuple[str, str, str]:
    """What changes whenever all the runs on one dataset do: its name, its fingerprint, the version of the results."""
    return runs["dataset"].iloc[0], runs["fingerprint"].iloc[0], results().version()


def spreads(task_name: str) -> pd.DataFrame:
    """How far the models part on datasets of a task: n, low and high of every comparison, and the fingerprint."""
    return _spreads(task_name, results().version())


@st.cache_data(max_entries=8, show_spinner=False)
def _spreads(task_name: str, version: object) -> pd.DataFrame:
    return results().spreads(task_name)


def comparison(a: pd.Series, b: pd.Series, task: Task) -> Comparison:
    """The paired test of two runs: the stored one, or, where the worker has not come to it yet, made once here."""
    known = frames.between(a["id"], b["id"], comparisons(pd.DataFrame([a])))
    return known or _compared(a["id"], b["id"], task.name)


@st.cache_data(max_entries=64, show_spinner=False)
def _compared(a: str, b: str, task_name: str) -> Comparison:
    return paired_tests.compare(task(task_name), items(a), items(b))


@st.cache_resource(max_entries=12, show_spinner=False)
def items(run: str) -> pd.DataFrame:
    """The item table of a run; shared by all visitors, so to be read only."""
    return results().items(run)
