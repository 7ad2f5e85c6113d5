"""What is there to do where no stored vectors of any model could be shortened, rounded or indexed?"""

import pandas as pd
import streamlit as st

from engine import plugins
from engine.jobs import queue
from pages.parts import cached
from pages.parts.language import _, listed


def offer(runs: pd.DataFrame, lexical: str) -> None:
    """Says why there are none, and what gives some; lexical: what to say where no model here would have any."""
    dense = [row.model for row in runs.itertuples() if _dense(row.model)]
    if parts := [] if dense else _parts(runs):
        st.text(
            _(
                "Only a pipeline has been run on this dataset, and no single model whose vectors these are. Run {model} by itself: what is stored is not encoded again.",
                model=parts[0],
            )
        )
        dense = parts
    if not dense:
        st.text(lexical)
        st.page_link("pages/work/runs.py", label=_("Run models"), icon=":material/play_circle:")
        return
    model, dataset = dense[0], runs["dataset"].iloc[0]
    if not parts:
        st.text(_("The vectors of {models} are not stored on this machine.", models=listed(dense)))
    if runs["example"].iloc[0]:
        st.text(_("The example brings results along, without vectors. Your first own run takes its place."))
    if model not in cached.here():
        st.page_link("pages/work/models.py", label=_("Fetch the model"), icon=":material/deployed_code:")
        return
    busy = any((job.arguments.get("model"), job.arguments.get("dataset")) == (model, dataset) for job in queue.active())
    st.button(
        _("Running …") if busy else _("Run {model} here", model=model),
        key="vectors.run",
        type="primary",
        icon=":material/play_circle:",
        disabled=busy,
        on_click=queue.submit,
        args=("evaluate", {"model": model, "dataset": dataset, "force": True}),
    )


def _parts(runs: pd.DataFrame) -> list[str]:
    """The retrievers with dense vectors of the pipelines that were run, each once."""
    known = (cached.models().get(model) for model in runs["model"])
    found = [name for entry in known if entry and entry.pipeline for name in entry.pipeline.retrievers]
    return [name for name in dict.fromkeys(found) if _dense(name)]


def _dense(model: str) -> bool:
    """Whether a model that is in the catalogue gives one dense vector a text."""
    entry = cached.models().get(model)
    family = plugins.families()[entry.family] if entry else None
    return family is not None and family.gives == "vectors" and not family.sparse and not family.tokens
