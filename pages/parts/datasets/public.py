"""The public datasets that mteb registers: found by name, task and language, looked at, and read."""

import pandas as pd
import streamlit as st

from engine.benchmarks import copies, kept, registry
from engine.benchmarks.mteb_tasks import Address
from engine.jobs import queue as job_queue
from pages.parts import cached
from pages.parts.address import settle, write
from pages.parts.frame import titles
from pages.parts.jobs_panel import while_working
from pages.parts.language import _, listed, name_of, ngettext
from pages.parts.runs import queue

MOST = 2_000
COLUMNS = ("name", "kind", "type", "category", "languages", "parts", "main_metric", "description", "licence")


def show() -> None:
    """The list of what there is, and the card of the one that was chosen."""
    with st.spinner(_("Asking mteb for its tasks")):
        listing = registry.listing()
    found = search(listing)
    st.text(ngettext("{n} public dataset", "{n} public datasets", len(found)))
    chosen = pick(found)
    if chosen:
        card(registry.entry(chosen))


def search(listing: pd.DataFrame) -> pd.DataFrame:
    """What the name or description, the task and the language leave."""
    left, middle, right = st.columns([2, 1, 1], vertical_alignment="bottom")
    words = left.text_input(_("Name, task, language, or words of its description"), key="public.find").lower().split()
    kinds = cached.task_names()
    kind = middle.selectbox(
        _("Task"),
        kinds,
        index=None,
        key="public.task",
        format_func=lambda name: _(cached.task(name).title),
        placeholder=_("all"),
    )
    codes = sorted({code for one in listing["languages"] for code in one})
    named = {code: name_of(code) for code in codes}
    code = right.selectbox(
        _("Language"),
        sorted(codes, key=named.__getitem__),
        index=None,
        key="public.language",
        format_func=named.__getitem__,
        placeholder=_("all"),
    )
    if words:
        spoken = listing["languages"].map(lambda one: " ".join(map(named.get, one)))
        told = listing["kind"].map({name: _(cached.task(name).title) for name in kinds})
        texts = (listing["name"] + " " + listing["description"] + " " + spoken + " " + told).str.lower()
        listing = listing[[all(word in text for word in words) for text in texts]]
    listing = listing[listing["kind"] == kind] if kind else listing
    return listing[listing["languages"].map(lambda one: code in one).astype(bool)] if code else listing


def pick(found: pd.DataFrame) -> str | None:
    """The list, and the name of the row that was clicked; or the one in the address."""
    titles = {name: _(cached.task(name).title) for name in cached.task_names()}
    shown = found.head(MOST)[list(COLUMNS)]
    event = st.dataframe(
        shown.assign(kind=shown["kind"].map(titles), languages=shown["languages"].str.join(", ")),
        key="public.list",
        hide_index=True,
        placeholder="–",
        on_select="rerun",
        selection_mode="single-row",
        height=300,
        column_order=COLUMNS,
        column_config={
            "name": st.column_config.TextColumn(_("name"), pinned=True),
            "kind": _("task"),
            "type": _("type in mteb"),
            "category": st.column_config.TextColumn(
                _("shape"), help=_("S2S: sentences with sentences; P2P: paragraphs; S2P: a sentence with paragraphs.")
            ),
            "languages": _("languages"),
            "parts": st.column_config.NumberColumn(
                _("datasets"), help=_("Its subsets and splits: each is a dataset of its own.")
            ),
            "main_metric": _("main metric"),
            "description": st.column_config.TextColumn(_("description"), width="large"),
            "licence": _("licence"),
        },
    )
    st.caption(_("Choose a row to read of it and have it here."))
    settle("public", registry.listing()["name"].tolist(), None, called=_("The public dataset"))
    if rows := event.selection.rows:
        st.session_state["public"] = str(shown["name"].iloc[rows[0]])
        write("public", [st.session_state["public"]])
    return st.session_state["public"]


def card(entry: registry.TaskEntry) -> None:
    """Everything that is known of one, its part that is wanted, and the way to have it here."""
    st.header(_("The public dataset"))
    st.text(f"{entry.name} · {entry.description}")
    place = choose(entry)
    facts = {
        _("name here"): place.name,
        _("task"): f"{_(cached.task(entry.kind).title)} ({entry.type}, {entry.category})",
        _("main metric"): entry.main_metric,
        _("languages"): listed(map(name_of, entry.subsets[place.subset])),
        _("subsets"): f"{len(entry.subsets):,}",
        _("splits"): listed(entry.splits),
        _("revision"): f"{entry.path} @ {entry.revision}",
        _("licence"): entry.licence or "–",
        _("more"): entry.reference or "–",
        _("settings"): listed(f"{key} = {value}" for key, value in entry.settings.items()) or "–",
    }
    st.dataframe(
        pd.DataFrame({"fact": list(facts), "value": list(facts.values())}),
        key="public.facts",
        hide_index=True,
        placeholder="–",
        column_config={
            "fact": st.column_config.TextColumn(entry.name, width=130),
            "value": st.column_config.TextColumn("", width="large"),
        },
    )
    if entry.own_rules:
        st.text(
            _(
                "mteb counts this task by {metric}, which only it has and which is not computed here: it can be run for its other metrics, but does not count on the boards of suites.",
                metric=entry.main_metric,
            )
        )
    if entry.citation:
        with st.expander(_("Citation")):
            st.code(entry.citation, language="bibtex")
    if entry.members:
        st.text(_("Its score is the mean over these; read them one by one: {names}", names=listed(entry.members)))
    else:
        have(place)


def choose(entry: registry.TaskEntry) -> Address:
    """One subset and one split, where there are several."""
    left, right = st.columns(2)
    subsets, splits = list(entry.subsets), list(entry.splits)
    subset, split = subsets[0], splits[0]
    if len(subsets) > 1:
        subset = left.selectbox(_("Subset"), subsets, key=f"public.subset.{entry.name}")
    if len(splits) > 1:
        split = right.selectbox(_("Split"), splits, key=f"public.split.{entry.name}")
    return Address(entry, subset, split)


def have(place: Address) -> None:
    """Whether it is here already; else the button that reads it, and what to do without a network."""
    if place.name in cached.datasets():
        st.success(_("It is in the library."))
        st.button(_("Look at it"), key="public.open", on_click=open_in_library, args=(place.name,))
        return
    if kept.is_here(place.name):
        st.text(_("A copy of its files is on this machine."))
    else:
        st.text(_("Not on this machine yet: it is downloaded where there is a network."))
        with st.expander(_("Without a network")):
            st.text(_("On a machine that has one, run this, and put the folder that it makes here:"))
            st.code(copies.command(place.entry), language="bash", wrap_lines=True)
            st.code(str(copies.own_folder(place.entry)), language=None, wrap_lines=True)
    st.button(_("Read it"), key="public.read", type="primary", on_click=read, args=(place.name,))
    follow(place.name)


def open_in_library(name: str) -> None:
    """The library, with this dataset in view."""
    st.session_state["fresh"] = name
    st.session_state["datasets"] = "library"


def read(name: str) -> None:
    """Hand the reading to the worker: it may have to download, and mteb is a large package."""
    job_queue.submit("dataset", {"dataset": name})


def follow(name: str) -> None:
    """How far the reading is; the page is drawn anew once it is in the library."""
    while_working(_follow, 1.0)(name)


def _follow(name: str) -> None:
    mine = [job for job in job_queue.jobs("batch") if job.kind == "dataset" and job.arguments["dataset"] == name]
    if not mine:
        return
    if name in cached.datasets():
        st.rerun()
    queue.show_job(mine[0], titles())
