"""Which map is wanted, is it there, and if not, how far is it?"""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from engine import plugins
from engine.jobs import queue
from engine.maps import build, points
from engine.maps.build import MapView
from engine.search import neighbours
from engine.storage.failures import Damaged
from engine.types import Job, UserError
from pages.parts import address, cached
from pages.parts.address import settle, settle_many
from pages.parts.empty import box, empty
from pages.parts.jobs_panel import said
from pages.parts.language import _, listed, say
from pages.parts.map.names import titles
from pages.parts.markdown import escape
from pages.parts.runs import plan

MOST_MODELS = 4
LIMITS = ("5000", "20000", "50000", "100000", "300000", "all")
LINEAR = "pca"
AT_ONCE = {"pca": 20_000, "umap": 5_000}
"""Points up to which a map is drawn without a press, where the vectors are there: that takes seconds."""


def pick() -> dict[str, Any]:
    """What to draw: models, texts, projection and how many points; it all stands in the address."""
    dataset = st.session_state["dataset"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        models = pick_models(dataset)
        with st.popover(_("Texts and projection"), key="map.options", icon=":material/tune:"):
            fields = pick_fields(dataset)
            projection, limit, dimensions = pick_projection()
            exact = pick_search(count(dataset, fields, limit))
    if not models or not fields:
        st.text(_("Choose at least one model and one kind of text."))
        address.stop()
    wanted = {"dataset": dataset, "models": models, "fields": fields, "projection": projection, "limit": limit}
    return wanted | ({"dimensions": 3} if dimensions == "3" else {}) | ({"exact": True} if exact else {})


def pick_models(dataset: str) -> list[str]:
    """Up to four models on this machine, the best on this dataset first; none where a link asks for one in vain."""
    task = cached.card_of(dataset).task
    scored = cached.runs_on(dataset).sort_values("score", ascending=False)["model"].drop_duplicates().tolist()
    available = cached.here()
    fit = [name for name in cached.applying(task) if name in available and cached.by_vectors(name)]
    here = [name for name in fit if not cached.by_tokens(name)]
    names = [*(name for name in scored if name in here), *(name for name in here if name not in scored)]
    if not names:
        empty(_("No model on this machine fits this dataset."), "pages/work/models.py", _("Add a model"))
    settle_many("models", names, names[:2], called=_("Models"), strict=True)
    told = _("Here models read texts in float32, whatever the precision of their runs.")
    if left_out := [name for name in fit if name not in here]:
        told += "\n\n" + _(
            "Left out, for a text has a vector for every token there and no place on a map: {models}.",
            models=escape(listed(left_out)),
        )
    return st.multiselect(
        _("Models"),
        names,
        key="models",
        persist_state="session",
        max_selections=MOST_MODELS,
        width=420,
        label_visibility="collapsed",
        help=told,
        placeholder=_("choose"),
    )


def pick_fields(dataset: str) -> list[str]:
    """The kinds of text to put on the map, several together; none where a link asks for one in vain."""
    names = list(_fields(dataset, cached.card_of(dataset).fingerprint))
    settle_many("fields", names, [name for name in names if name != "train"], called=_("Texts"), strict=True)
    named = titles()
    return st.multiselect(
        _("Texts"),
        names,
        key="fields",
        persist_state="session",
        format_func=lambda name: named.get(name, name),
        width=220,
        placeholder=_("choose"),
    )


@st.cache_data(max_entries=32, show_spinner=False)
def _fields(name: str, fingerprint: str) -> dict[str, int]:
    return points.fields(cached.dataset(name))


def pick_projection() -> tuple[str, int | None, str]:
    """How to draw, how many points at most, and in two dimensions or three."""
    records = plugins.projections()
    names = [LINEAR, *(name for name in ("umap", "aligned_umap", "tsne") if name in records)]
    names += [name for name in records if name not in names]
    settle("projection", names, "umap", called=_("Projection"))
    projection = st.selectbox(
        _("Projection"), names, key="projection", persist_state="session", width=145, format_func={name: _(records[name].title) for name in names}.get,
        help=_("PCA is there at once and true to large distances. UMAP and t-SNE keep near texts near and say little about distances. Aligned UMAP draws all models together, so that the same text lies in the same place where the models agree."),
    )  # fmt: skip
    settle("points", LIMITS, "20000", called=_("Points"))
    shown = st.selectbox(
        _("Points"), LIMITS, key="points", persist_state="session", width=110,
        format_func=lambda name: _("all") if name == "all" else f"{int(name):,}",
        help=_("Above this number a random sample is drawn, the same for all models. Neighbours are then those within the sample."),
    )  # fmt: skip
    dimensions = address.one_of(
        "dimensions", _("Space"), {"2": "2-D", "3": "3-D"},
        help=_("In three dimensions the picture can be turned: it keeps a little more, and is harder to read."),
    )  # fmt: skip
    return projection, None if shown == "all" else int(shown), dimensions


def pick_search(points: int) -> bool:
    """Whether all points are compared with all; asked only where there are so many that they would not be."""
    if points <= neighbours.MANY:
        return False
    ways = {"approximate": _("nearly all"), "exact": _("all")}
    explained = _("Above {n} texts a few of the nearest neighbours may be missed; how many is measured and said. To find all takes four times as long for twice as many texts. Counted words (TF-IDF, BM25) are always compared all with all.", n=f"{neighbours.MANY:,}")  # fmt: skip
    return address.one_of("neighbours", _("Neighbours found"), ways, help=explained) == "exact"


def count(dataset: str, fields: list[str], limit: int | None) -> int:
    """How many points the map has at most."""
    texts = _fields(dataset, cached.card_of(dataset).fingerprint)
    total = sum(texts[name] for name in fields)
    return min(total, limit or total)


def ready(wanted: dict[str, Any]) -> MapView:
    """The map; while it is being made the PCA of the same texts, and while there is neither, its progress."""
    linear = wanted | {"projection": LINEAR}
    try:
        view, preview = find(wanted), find(linear) or sketch(wanted)
    except UserError as error:
        st.text(say(error))
        address.stop()
    if view:
        return view
    begin(wanted)
    asked = [last(wanted), last(linear)]
    under_way = [job for job in asked if job and job.state in ("queued", "running")]
    if under_way:
        progress(under_way[0].id, None if preview else wanted)
    if asked[0] not in under_way:
        offer(wanted, asked[0], preview)
    if preview is None:
        address.stop()
    st.caption(_("This is the PCA of the same texts, as a preview."))
    return preview


def begin(wanted: dict[str, Any]) -> None:
    """Ask for the map if it is small, or else for its preview, unless that was done before or texts are to be encoded."""
    if len(to_encode(wanted)):
        return
    many = count(wanted["dataset"], wanted["fields"], wanted["limit"])
    for projection in (wanted["projection"], LINEAR):
        one = wanted | {"projection": projection}
        if many <= AT_ONCE.get(projection, 0):
            job = last(one)
            if not find(one) and (job is None or job.state == "done"):  # done, but the data or a model has changed
                submit(one)
            return


def find(wanted: dict[str, Any]) -> MapView | None:
    """The map if it has been made, read once per process."""
    return _found(build.address(wanted))


def sketch(wanted: dict[str, Any]) -> MapView | None:
    """The sketch of the map if it has been made: where the texts lie, before anything is measured."""
    return _found(build.address_of_sketch(wanted))


def _found(folder: Path) -> MapView | None:
    with suppress(Damaged):  # drawn again, like one that is not there
        return _load(str(folder)) if (folder / "map.json").exists() else None
    return None


@st.cache_resource(max_entries=6, show_spinner=False)
def _load(folder: str) -> MapView:
    return build.load(Path(folder))


def last(wanted: dict[str, Any]) -> Job | None:
    """The newest job for this map."""
    return next((job for job in queue.jobs() if job.kind == "map" and dict(job.arguments) == wanted), None)


def offer(wanted: dict[str, Any], job: Job | None, preview: MapView | None) -> None:
    """The button that starts it, and why the last attempt failed."""
    with box():
        if job and job.error:
            st.text(say(job.error))
        elif (build.address(wanted) / "map.json").exists():
            st.text(_("The map that was drawn before is damaged, and not shown: it can be drawn again."))
        elif preview is None:
            st.text(_("This map has not been drawn yet. Texts that have been encoded before are not encoded again."))
            left = to_encode(wanted)
            if (left["state"] == "to do").any():
                st.text(_("The texts are encoded first. {time}", time=plan.total_of(left)))
        st.button(
            _("Draw the map"),
            key="map.start",
            type="primary",
            on_click=submit,
            args=(wanted,),
            icon=":material/scatter_plot:",
        )


def to_encode(wanted: dict[str, Any]) -> pd.DataFrame:
    """The models whose vectors are not all there, as rows of a plan: never run, an example, or thrown away."""
    table = plan.plan(tuple(wanted["models"]), (wanted["dataset"],), None, anew=True)
    return table[table["texts"] != 0]


def submit(wanted: dict[str, Any]) -> None:
    """Hand it to a worker, which draws a preview first; where that one has other work, another draws it meanwhile."""
    busy, preview = queue.active("batch"), wanted | {"projection": LINEAR}
    if busy:
        queue.submit("map", preview, "interactive")
    if not busy or wanted != preview:
        queue.submit("map", wanted, "batch")


@st.fragment(run_every=0.7)
def progress(job: str, sketched: dict[str, Any] | None) -> None:
    """How far the map is; when it is done, or the sketch that is waited for, the page is drawn anew."""
    now = queue.job(job)
    others = [one for one in queue.active() if one.kind == "map"]
    seen = st.session_state.get("map.active")
    st.session_state["map.active"] = [one.id for one in others]
    there = sketched is not None and sketch(sketched) is not None
    if there or now.state not in ("queued", "running") or (seen and seen != st.session_state["map.active"]):
        st.rerun()
    shown = next((one for one in others if one.state == "running"), now)
    preview = shown.arguments["projection"] != st.session_state["projection"]
    st.progress(shown.progress, text=_("Drawing a preview") if preview else _("Drawing the map"))
    st.text(said(shown, queue.active()))
    st.button(_("Cancel"), key="map.cancel", on_click=queue.cancel, args=(job,))
