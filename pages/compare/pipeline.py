"""Retrieve, fuse, rerank: is each stage of the pipeline worth it on this dataset?"""

from pages.parts import address, cached, pickers
from pages.parts.empty import empty
from pages.parts.language import _
from pages.parts.pipeline import build, fusion, stages

runs = pickers.runs_here()
task = cached.task(runs["task"].iloc[0])
if task.ranked is None:
    empty(
        _("Only rankings have stages: choose a retrieval or reranking dataset on the left."),
        "pages/compare/duel.py",
        _("Compare two models on this dataset instead"),
    )
views = {"stages": _("Stages"), "fusion": _("Two models fused"), "build": _("Build a pipeline")}
view = address.view("pipeline.view", views)
if view == "build":
    build.show(runs)
elif view == "fusion":
    fusion.show(runs, task)
else:
    stages.show(runs, task)
