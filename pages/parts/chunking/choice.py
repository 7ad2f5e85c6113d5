"""Which models and which ways to cut are to be studied, and the button for it."""

from dataclasses import asdict

import streamlit as st

from engine import plugins
from engine.comparison.chunking import plan
from engine.comparison.chunking.grid import MOST, Grid
from engine.jobs import queue
from engine.models import truncation
from engine.notation import fixed
from engine.types import Message
from pages.parts import cached
from pages.parts.apart import apart
from pages.parts.language import _, named, ngettext, say
from pages.parts.runs import preflight

SIZES = (32, 64, 128, 256, 512, 1_024)
OVERLAPS = (0.0, 0.125, 0.25, 0.5)


def ask(dataset: str) -> None:
    """The choices with their defaults, and how much work they are."""
    titles = {name: _(one.title) for name, one in plugins.splitters().items()}
    here = cached.runs_on(dataset).sort_values("score", ascending=False)["model"].unique().tolist()
    known = cuttable()
    busy = _is_measured(dataset)
    left, right = st.columns(2)
    with left:
        models = st.multiselect(
            _("Models"),
            known,
            [name for name in here if name in known][:2] or known[:1],
            key="chunking.models",
            placeholder=_("choose"),
        )
        splitters = st.pills(
            _("Cut at"), list(titles), format_func=titles.get, selection_mode="multi",
            default=list(titles), key="chunking.splitters", wrap=True,
        )  # fmt: skip
        title = st.checkbox(_("The title in front of every chunk"), key="chunking.title")
    with right:
        sizes = st.pills(
            _("Tokens of a chunk"),
            SIZES,
            selection_mode="multi",
            default=[64, 128, 256],
            key="chunking.sizes",
            wrap=True,
        )
        overlaps = st.pills(
            _("Share that is repeated"), OVERLAPS, format_func=lambda share: f"{share:.1%}".replace(".0", ""),
            selection_mode="multi", default=[0.0, 0.25], key="chunking.overlaps", wrap=True,
        )  # fmt: skip
        best = st.number_input(
            _("How many of its best chunks a document's score averages"), 1, 10, 1, key="chunking.best", width=320
        )
    _warn(models, dataset)
    asked = Grid(tuple(models), tuple(splitters), tuple(sizes), tuple(overlaps), title, int(best))
    number = len(splitters) * len(sizes) * len(overlaps)
    if models and 0 < number <= MOST:
        _say_how_long(asked, dataset)
    st.button(
        _("Being measured …") if busy else ngettext("Measure {n} way to cut", "Measure {n} ways to cut", number),
        key="chunking.start",
        type="primary",
        icon=":material/content_cut:",
        disabled=busy or not models or not 0 < number <= MOST,
        on_click=queue.submit,
        args=("chunking", {"dataset": dataset, **asdict(asked)}),
    )


def _is_measured(dataset: str) -> bool:
    """Whether a study of the dataset waits or runs; says what the last one failed of."""
    mine = [job for job in queue.jobs("batch") if job.kind == "chunking" and job.arguments.get("dataset") == dataset]
    if mine and mine[0].error is not None:
        st.text(say(mine[0].error))
    return bool(mine) and mine[0].state in ("queued", "running")


def _warn(models: list[str], dataset: str) -> None:
    """What is known of the models on these texts before anything is cut."""
    for model in models:
        for message in preflight.checked(model, dataset, (cached.model_state(model), cached.card(dataset)))[1]:
            st.text("⚠ " + named(model, say(message)))
        if n := long_queries(model, dataset, (cached.model_state(model), cached.card(dataset))):
            said = ngettext("{n} query has more tokens than it reads, and is cut off there however documents are cut.",
                            "{n} queries have more tokens than it reads, and are cut off there however documents are cut.", n)  # fmt: skip
            st.text("⚠ " + named(model, said))


@st.cache_data(max_entries=256, show_spinner=False)
@apart
def long_queries(model: str, dataset: str, state: tuple[str, ...]) -> int:
    """How many queries are longer than the model reads; 0 where nobody can say."""
    texts = cached.dataset(dataset).tables["queries"]["text"].astype(str).tolist()
    found = truncation.cut_off(cached.entry_of(model), texts)
    return 0 if found is None else int(found.sum())


def _say_how_long(asked: Grid, dataset: str) -> None:
    """The time that encoding all chunks takes at most."""
    state = (cached.card(dataset), cached.stamp(), *map(cached.model_state, asked.models))
    seconds, basis = estimate(dataset, asked, state)
    if seconds < 60:
        text = _("Less than a minute of encoding, if nothing is stored yet ({basis}).", basis=say(basis))
    else:
        minutes = fixed(seconds / 60, 0 if seconds > 600 else 1)
        text = _("About {minutes} minutes of encoding, if nothing is stored yet ({basis}).", minutes=minutes, basis=say(basis))  # fmt: skip
    st.text(text)


@st.cache_data(max_entries=64, show_spinner=False)
@apart
def estimate(dataset: str, grid: Grid, state: tuple[str, ...]) -> tuple[float, Message]:
    """What a study will take, until a model, the dataset or the results change."""
    return plan.estimate(cached.dataset(dataset), grid)


def cuttable() -> list[str]:
    """The models that search by vectors and are on this machine."""
    families, known, here = plugins.families(), cached.applying("retrieval"), cached.here()
    return [name for name, entry in known.items() if name in here and families[entry.family].gives == "vectors"]
