"""The suites as the pages see them: which there are, which one is in view, and what stands on it."""

import re
from collections.abc import Iterable

import pandas as pd
import streamlit as st

from engine.benchmarks import definitions, imported, published, registry
from engine.benchmarks.agreement import Agreement
from engine.benchmarks.mteb_tasks import PREFIX
from engine.suites import standings
from pages.parts import cached
from pages.parts.address import settle
from pages.parts.apart import apart
from pages.parts.frame import titles
from pages.parts.language import _, language

LOOK_SECONDS = 20
"""After which copies of public data that somebody has put here are seen on the page."""


def pick() -> str:
    """The suite in view; it stands in the address and follows the visitor from page to page."""
    names = [*definitions.own(), *definitions.public()]
    public = definitions.public()
    usual = public[0] if language() == "zh" else next(name for name in public if name.startswith("MTEB(eng, v2"))
    settle("suite", names, usual, called=_("Suite"))
    return st.selectbox(_("Suite"), names, key="suite", persist_state="session", width=360)


def stamp(suite: str) -> str:
    """Another text whenever what stands on a suite may have changed."""
    datasets = tuple((name, entry.fingerprint) for name, entry in cached.datasets().items())
    return repr((cached.results().version(), imported.stamp(), definitions.own().get(suite), datasets, called()))


def called() -> tuple[str, ...]:
    """Under which names the models of the catalogue are published."""
    return tuple(published.public_name(entry) for entry in cached.models().values())


def parts(suite: str) -> pd.DataFrame:
    """One row per dataset of the suite. The first look of all asks mteb what it registers, which takes seconds."""
    listed()
    return _parts(suite, stamp(suite))


def listed() -> None:
    """Waits until mteb has been asked for its tasks, by whom ever."""
    with st.spinner(_("Asking mteb for its tasks")):
        registry.listing()


@st.cache_resource(max_entries=8, show_spinner=False)
@apart
def _parts(suite: str, stamp: str) -> pd.DataFrame:
    return definitions.parts(suite)


def progress(suite: str, models: Iterable[str]) -> pd.DataFrame:
    """How much of each task of the suite is here, and how much of it each model has done."""
    listed()
    return _progress(suite, tuple(models), stamp(suite))


@st.cache_data(max_entries=32, ttl=LOOK_SECONDS, show_spinner=False)
@apart
def _progress(suite: str, models: tuple[str, ...], stamp: str) -> pd.DataFrame:
    return standings.progress(suite, models, cached.runs())


def rows(suite: str) -> pd.DataFrame:
    """Own, imported and published scores on the suite."""
    return _rows(suite, stamp(suite))


@st.cache_data(max_entries=6, show_spinner=False)
@apart
def _rows(suite: str, stamp: str) -> pd.DataFrame:
    return standings.rows(suite, cached.runs(), cached.results().metrics())


@st.cache_data(max_entries=16, show_spinner=False)
@apart
def board(
    suite: str, stamp: str, origins: tuple[str, ...], types: tuple[str, ...]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The leaderboard of what the filters leave, and the matrix of models × tasks under it."""
    kept, wanted = filtered(rows(suite), origins, types), definitions.parts(suite)
    table = standings.board(kept, wanted[wanted["type"].isin(types)] if types else wanted)
    return table, standings.matrix(kept).reindex(table.index)


def filtered(found: pd.DataFrame, origins: tuple[str, ...], types: tuple[str, ...]) -> pd.DataFrame:
    """The scores of these origins and types of tasks; of all where none is named."""
    for column, chosen in (("origin", origins), ("type", types)):
        found = found[found[column].isin(chosen)] if chosen else found
    return found


@st.cache_data(max_entries=16, show_spinner=False)
def trained(names: tuple[str, ...], tasks: tuple[str, ...], called: tuple[str, ...]) -> pd.DataFrame:
    """Models × tasks: whether the authors say that the model was trained on the task's data."""
    return standings.trained(names, tasks)


@st.cache_data(max_entries=16, show_spinner=False)
@apart
def foretold(suite: str, stamp: str, scores: tuple[tuple[str, float], ...]) -> list[Agreement]:
    """How well each published column orders own models by these scores."""
    return standings.foretold(suite, pd.Series(dict(scores), dtype=float))


def type_title(name: str) -> str:
    """A type of task as mteb calls it, or one of ours by its title."""
    own = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()  # PairClassification, as mteb writes it
    return _(cached.task(own).title) if own in cached.task_names() else name


def task_titles(names: Iterable[str]) -> dict[str, str]:
    """Tasks as mteb calls them, and ours by their datasets' titles."""
    own = {name: title for name, title in titles().items() if not name.startswith(PREFIX)}
    return {name: own.get(name, name) for name in names}


def origin_titles() -> dict[str, str]:
    """Where scores come from, in words."""
    return {"own": _("own run"), "imported": _("imported"), "published": _("published")}
