"""Results folders of mteb: taken over from an upload, and given away as a Zip file."""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import streamlit as st

from engine import config
from engine.benchmarks import imported, results_folder
from engine.results import mteb_export
from engine.types import UserError
from pages.parts import cached
from pages.parts.datasets import uploader
from pages.parts.datasets.upload import complain
from pages.parts.frame import title_of
from pages.parts.language import _, ngettext, say


def receive() -> None:
    """A Zip file of a results folder, read in whichever of mteb's formats it was written."""
    st.text(
        _(
            "A Zip file of a results folder as mteb writes it, old or new: its scores appear on the boards of suites, marked as imported. The main score is taken from its named metric, whatever the file calls so."
        )
    )
    file = uploader.ask(_("Results folder (Zip)"), type=["zip"], key="exchange.file")
    if file is None or not st.button(_("Import"), key="exchange.import", type="primary"):
        return
    target = Path(file.name)
    try:
        with st.spinner(_("Reading")), TemporaryDirectory(prefix="uploaded-", dir=config.home()) as folder:
            path = Path(folder) / target.name
            path.write_bytes(file.getbuffer())
            table, unread = imported.take_archive(path, imported.free_name(target.stem))
    except UserError as error:
        complain(error)
        return
    st.success(amounts(table["model"].nunique(), table["task"].nunique(), len(table)))
    for message in results_folder.strange(table):
        st.text(f"⚠ {say(message)}")
    if unread:
        st.text(ngettext("{n} file could not be read:", "{n} files could not be read:", len(unread)))
        st.code("\n".join(map(say, unread)), language=None)


def amounts(models: int, tasks: int, scores: int) -> str:
    """How much there is."""
    said = [ngettext("{n} model", "{n} models", models), ngettext("{n} task", "{n} tasks", tasks)]
    return " · ".join([*said, ngettext("{n} score", "{n} scores", scores)])


def show_imports() -> None:
    """What has been imported, how it compares with own runs, and how to be rid of it."""
    known = imported.imports()
    if not known:
        st.text(_("Nothing has been imported yet."))
        return
    st.header(_("Imported"))
    for one in known:
        aligned = {"horizontal_alignment": "distribute", "vertical_alignment": "center"}
        with st.container(border=True, horizontal=True, **aligned):
            when = datetime.fromtimestamp(one.created).astimezone().strftime("%Y-%m-%d %H:%M")
            st.text(f"{one.name} · {when} · {amounts(one.models, one.tasks, one.scores)}")
            st.button(_("Remove"), key=f"exchange.forget.{one.name}", on_click=imported.forget, args=(one.name,))
    show_scores(imported.scores())


def show_scores(scores: pd.DataFrame) -> None:
    """The main score of every imported task."""
    main = scores[scores["main"]][["model", "task", "subset", "split", "metric", "score", "mteb_version", "source"]]
    st.dataframe(
        main,
        key="exchange.scores",
        hide_index=True,
        placeholder="–",
        column_config={
            "model": _("model"),
            "task": _("task"),
            "subset": _("subset"),
            "split": _("split"),
            "metric": _("main metric"),
            "score": st.column_config.NumberColumn(_("score"), format="%.3f"),
            "mteb_version": _("mteb version"),
            "source": _("source"),
        },
    )


def give() -> None:
    """Own runs as a folder that mteb's ResultCache loads, own datasets included."""
    runs = cached.runs()
    if runs.empty:
        st.text(_("There is no run yet."))
        st.page_link("pages/work/runs.py", label=_("Runs"), icon=":material/play_circle:")
        return
    left, right = st.columns(2)
    models = left.multiselect(_("Models"), sorted(runs["label"].unique()), key="exchange.models", placeholder=_("all"))
    known = cached.datasets()
    names = sorted(runs["dataset"].unique())
    datasets = right.multiselect(
        _("Datasets"),
        names,
        key="exchange.datasets",
        format_func=lambda name: title_of(name) if name in known else name,
        placeholder=_("all"),
    )
    for column, chosen in (("label", models), ("dataset", datasets)):
        runs = runs[runs[column].isin(chosen)] if chosen else runs
    runs = runs.sort_values("sequence").drop_duplicates(["label", "dataset"], keep="last")
    st.text(ngettext("{n} run", "{n} runs", len(runs)))
    ids = runs["id"].tolist()
    st.download_button(
        _("Download as a results folder of mteb"),
        lambda: mteb_export.archive(ids),
        "mteb-results.zip",
        "application/zip",
        key="exchange.download",
        on_click="ignore",
        type="primary",
        disabled=not ids,
        icon=":material/download:",
    )
    st.text(_("Unpack it, and load it in Python:"))
    st.code('mteb.ResultCache("FOLDER").load_results()', language="python")
