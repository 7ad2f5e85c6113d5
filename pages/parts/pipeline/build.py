"""How is a pipeline put together, stage by stage, named and run?"""

from typing import Any

import pandas as pd
import streamlit as st

from engine import plugins
from engine.jobs import queue
from engine.models import catalogue
from engine.pipelines import checks
from engine.pipelines.chunks import LEAST
from engine.types import Job, Message, ModelEntry, Pipeline, UserError
from pages.parts import cached
from pages.parts.jobs_panel import said, while_working
from pages.parts.language import _, named, say
from pages.parts.markdown import escape

DEPTH = 50


def show(runs: pd.DataFrame) -> None:
    """The form; its press adds the pipeline to the catalogue and runs it on the dataset in view."""
    st.text(
        _(
            "Retrievers search the whole corpus, a fusion makes one list of two, a reranker reads the first documents again. Each stage is kept: another reranker searches nothing anew, another depth scores only new pairs."
        )
    )
    finders = models("vectors")
    rerankers = here_first([*models("pair scores"), *filter(cached.by_tokens, finders)])
    usual = [name for name in reversed(cached.FIRST_MODELS) if name in cached.here()]  # before anything was run
    begin = best_two([name for name in runs["model"] if name in finders] or usual)
    chosen = st.multiselect(
        _("Retrievers"),
        finders,
        begin,
        key="build.retrievers",
        max_selections=4,
        format_func=marked,
        placeholder=_("choose"),
    )
    columns = st.columns(3)
    fusion, weight = fuse(columns[0], len(chosen))
    reranker = columns[1].selectbox(
        _("Reranker"), rerankers, index=None, key="build.reranker", placeholder=_("none"), format_func=marked,
        help=_("A cross-encoder, or a rerank endpoint, of the catalogue; add one on the page Models."),
    )  # fmt: skip
    depth = columns[2].number_input(
        _("Documents that it reads"), 1, 1000, DEPTH, key="build.depth", disabled=reranker is None
    )
    reads = int(depth) if reranker else Pipeline().depth
    made = Pipeline(tuple(chosen), fusion, weight, reranker or "", reads, **cut())
    name = st.text_input(_("Name"), value=free(called(made), made), key=f"build.name.{called(made)}")
    dataset, entry = st.session_state["dataset"], ModelEntry(name.strip(), "pipeline", pipeline=made)
    if isinstance(absent := catalogue.available(entry), Message):
        st.warning(escape(say(absent)), icon=":material/cloud_download:")
        st.page_link("pages/work/models.py", label=_("Fetch the model"), icon=":material/deployed_code:")
    if st.button(
        _("Add and run it here"), key="build.start", type="primary", icon=":material/play_circle:",
        disabled=absent is not True,
    ):  # fmt: skip
        start(entry, dataset)
    while_working(under_way, 2.0)(dataset)


def best_two(found: list[str]) -> list[str]:
    """The best of these, the best first, and the best of the other kind: those that count words and those that learnt err apart."""
    known = cached.models()
    learnt = {name: bool(known[name].source or known[name].endpoint) for name in found}
    others = [name for name in found[1:] if learnt[name] != learnt[found[0]]]
    return [*found[:1], *(others or found[1:])[:1]]


def models(gives: str) -> list[str]:
    """The models of the catalogue that can stand in a stage, those on this machine first."""
    families, known = plugins.families(), cached.applying("retrieval")
    return here_first([name for name, entry in known.items() if families[entry.family].gives == gives])


def here_first(known: list[str]) -> list[str]:
    """Those on this machine before the others."""
    here = cached.here()
    return sorted(known, key=lambda name: name not in here)


def marked(model: str) -> str:
    """A model's name, and whether it is not on this machine."""
    return model if model in cached.here() else _("{model} (not on this machine)", model=model)


def fuse(place: st.delta_generator.DeltaGenerator, lists: int) -> tuple[str, float | None]:
    """How several lists become one."""
    ways = {"rrf": _("reciprocal rank"), "weighted": _("weighted sum, tuned on the other half")}
    if lists != 2:
        ways.pop("weighted")
    chosen = place.selectbox(_("Fusion"), list(ways), format_func=ways.get, key="build.fusion", disabled=lists < 2)
    return (chosen if lists > 1 else ""), None


def cut() -> dict[str, Any]:
    """How documents are cut before they are searched; nothing where they are not."""
    titles = {name: _(one.title) for name, one in plugins.splitters().items()}
    with st.popover(_("Chunks"), icon=":material/content_cut:"):
        splitter = st.selectbox(
            _("Cut at"), list(titles), index=None, format_func=titles.get, key="build.splitter",
            placeholder=_("documents as they are"),
        )  # fmt: skip
        usual, off = Pipeline(), splitter is None
        size = st.number_input(_("Tokens of a chunk"), LEAST, 8_192, usual.size, key="build.size", disabled=off)
        overlap = st.number_input(
            _("Tokens that a chunk repeats"), 0, int(size) - 1, usual.overlap, key="build.overlap", disabled=off
        )
        title = st.checkbox(_("The title in front of every chunk"), key="build.title", disabled=off)
        best = st.number_input(
            _("How many of its best chunks a document's score averages"), 1, 10, 1, key="build.best", disabled=off
        )
    if splitter is None:
        return {}
    return {"splitter": splitter, "size": int(size), "overlap": int(overlap), "title": title, "best": int(best)}


def under_way(dataset: str) -> None:
    """The pipelines that are being run on this dataset, how far they are, and why the last one gave nothing."""
    active = queue.active()
    mine = [job for job in active if _runs_one(job, dataset)]
    for job in mine:
        st.progress(job.progress, text=escape(named(str(job.arguments["model"]), said(job, active))))
        st.button(_("Cancel"), key=f"build.cancel.{job.id}", on_click=queue.cancel, args=(job.id,))
    ended = next((job for job in queue.jobs("batch") if _runs_one(job, dataset)), None)
    if not mine and ended is not None and ended.state in ("failed", "cancelled"):
        _show_ended(ended)


def _runs_one(job: Job, dataset: str) -> bool:
    """Whether a job runs a pipeline on this dataset."""
    entry = cached.models().get(str(job.arguments.get("model")))
    there = job.kind == "evaluate" and job.arguments.get("dataset") == dataset
    return there and entry is not None and entry.pipeline is not None


def _show_ended(job: Job) -> None:
    """Why the newest run of a pipeline gave no result, and the ways on."""
    why = say(job.error) if job.error is not None else _("Cancelled. What was encoded so far is kept.")
    st.error(escape(named(str(job.arguments["model"]), why)), icon=":material/block:")
    with st.container(horizontal=True):
        st.button(_("Retry"), key="build.retry", icon=":material/replay:", on_click=queue.retry, args=(job.id,))
        st.page_link("pages/work/runs.py", label=_("See it among the runs"), icon=":material/play_circle:")


def called(made: Pipeline) -> str:
    """A name that says what it is made of."""
    found = " + ".join(map(last, made.retrievers))
    found = f"{found} ({made.fusion})" if made.fusion == "weighted" else found
    found = f"{found} · {made.splitter} {made.size}/{made.overlap}" if made.splitter else found
    return f"{found} → {last(made.reranker)} {made.depth}" if made.reranker else found


def last(name: str) -> str:
    """A model's name without the folders or the publisher before it."""
    return name.rstrip("/").rpartition("/")[2]


def free(name: str, made: Pipeline) -> str:
    """This name, or with a number behind it where another model has it."""
    known = cached.models()
    names = [name, *(f"{name} ({number})" for number in range(2, len(known) + 3))]
    return next(one for one in names if one not in known or known[one].pipeline == made)


def start(entry: ModelEntry, dataset: str) -> None:
    """Keeps the pipeline and hands its run to the worker, or says why not."""
    try:
        if catalogue.entries().get(entry.name) != entry:
            checks.add(entry)
    except UserError as error:
        st.error(_("This pipeline cannot be added."))
        st.text(say(error))
        return
    queue.submit("evaluate", {"model": entry.name, "dataset": dataset})
    st.success(_("Its run has been handed to the worker; what its stages give then stands under Stages."))
