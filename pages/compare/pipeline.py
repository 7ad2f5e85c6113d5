"""Retrieve, fuse, rerank: is each stage of the pipeline worth it on this dataset?"""

import streamlit as st

from pages.parts import address, cached, pickers
from pages.parts.empty import empty
from pages.parts.language import _
from pages.parts.pipeline import build, fusion, stages

dataset = st.session_state["dataset"]
task = cached.task(cached.card_of(dataset).task)
if task.ranked is None:
    empty(
        _("Only rankings have stages: choose a retrieval or reranking dataset above."),
        "pages/compare/duel.py",
        _("Compare two models on this dataset instead"),
    )
views = {"stages": _("Stages"), "fusion": _("Two models fused"), "build": _("Build a pipeline")}
nothing = cached.runs_on(dataset).empty  # then there is nothing to see yet, but something to build
view = address.view("pipeline.view", {"build": views["build"]} if nothing else views)
if view == "build":
    build.show(cached.runs_on(dataset).sort_values("score", ascending=False, ignore_index=True))
elif view == "fusion":
    fusion.show(pickers.runs_here(), task)
else:
    stages.show(pickers.runs_here(), task)
