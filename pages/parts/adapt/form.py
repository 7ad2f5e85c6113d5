"""What is to be adapted, by which recipe, and held against what; first tried, then started."""

from typing import Any

import streamlit as st

from engine import plugins
from engine.adaptation import bases, proposal
from engine.adaptation.data.units import TABLES
from engine.adaptation.plans import Plan
from engine.datasets.saved import DatasetEntry
from engine.jobs import queue
from engine.training import Recipe
from pages.parts import cached, score_tables
from pages.parts.adapt import settings, trial
from pages.parts.frame import titles
from pages.parts.language import _, named, say, together


def ask(card: DatasetEntry) -> None:
    """The choices with their defaults, what a trial says about them, and the button that starts."""
    found = proposals(cached.datasets().get(st.session_state.get(settings.learnt_key(card)), card))
    if not found:
        return
    recipes: dict[str, Recipe] = {one.recipe: plugins.recipes()[one.recipe] for one in found}
    known = here(card.fingerprint)
    left, right = st.columns(2)
    base = left.selectbox(_("Base model"), known, key="adapt.base")
    name = right.selectbox(
        _("Recipe"), list(recipes), format_func=lambda one: _(recipes[one].title), key="adapt.recipe"
    )
    if base is None or name is None:
        st.text(_("No model that could be trained is on this machine."))
        return
    runs = cached.runs_on(card.name)
    score_tables.warn(runs[runs["model"] == base])
    reason = next(one.reason for one in found if one.recipe == name)
    costs, fails = named(_("What it costs"), _(recipes[name].costs)), named(_("Where it fails"), _(recipes[name].fails))
    st.caption(together(say(reason), _(recipes[name].question), costs, fails))
    if recipes[name].then:
        st.text(f"⚠ {_(recipes[name].then)}")
    guards = guards_of(card)
    with st.popover(_("Settings"), icon=":material/tune:"):
        chosen = settings.ask(card, recipes[name])
    # the folder's name of a title beyond ASCII is a hash that nobody would know again
    short = card.name if card.title.isascii() else card.title
    called = st.text_input(
        _("Name of the new model"), f"{base}-{name}-{short}", key=f"adapt.called.{base}.{name}.{card.name}"
    )
    plan = Plan(called, base, card.name, name, guards=tuple(guards), **chosen)
    if trial.agreed(plan):
        st.button(_("Start the training"), key="adapt.start", type="primary", icon=":material/model_training:",
                  on_click=start, args=(plan,))  # fmt: skip


def proposals(card: DatasetEntry) -> list[proposal.Proposal]:
    """The recipes that can learn from the dataset; says so where there is none."""
    if card.task not in TABLES:
        st.text(_("Nothing can be learnt from a dataset of this task."))
        return []
    return _proposed(card.name, card.fingerprint)


@st.cache_data(max_entries=32, show_spinner=False)
def _proposed(name: str, fingerprint: str) -> list[proposal.Proposal]:
    return proposal.propose(cached.dataset(name))


def here(fingerprint: str) -> list[str]:
    """The models that can be trained, the best on this dataset first; those that cannot read it come last."""
    runs = cached.runs()
    runs = runs[(runs["fingerprint"] == fingerprint) & ~cached.blind(runs)]
    scores = runs.groupby("model")["score"].max()
    return sorted(bases.names(), key=lambda one: -float(scores.get(one, -1.0)))


def guards_of(card: DatasetEntry) -> list[str]:
    """Datasets on which the model should not get worse; to begin with samples of other tasks in its language."""
    others = {name: one for name, one in cached.offered().items() if name != card.name and one.task in TABLES}
    first = proposal.guards(card.task, _spoken(card.name, card.fingerprint), others)
    return st.multiselect(
        _("It should not get worse on"), list(others), first, format_func=titles().get,
        key=f"adapt.guards.{card.name}", max_selections=6,
    placeholder=_("choose"))  # fmt: skip


@st.cache_data(max_entries=32, show_spinner=False)
def _spoken(name: str, fingerprint: str) -> frozenset[str]:
    return proposal.spoken(cached.dataset(name))


def start(plan: Plan) -> None:
    """Hands the plan to the worker."""
    arguments: dict[str, Any] = plan.arguments()
    queue.submit("adapt", arguments)
    st.session_state["adapt.fresh"] = plan.name
