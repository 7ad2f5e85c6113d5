"""Where does somebody go who has read the verdict? Each step with the models of the verdict chosen."""

from contextlib import suppress

import pandas as pd
import streamlit as st

from engine.adaptation import bases
from engine.types import BadModel
from pages.parts import address, cached
from pages.parts.language import _


def show(runs: pd.DataFrame) -> None:
    """From the runs on one dataset, the best first: where two part, where the best fails, and what could be made better."""
    labels = runs["label"].tolist()
    steps = [("inspect", "pages/explore/inspect.py", _("Where {model} goes wrong", model=labels[0]), {"a": labels[0]})]
    if len(labels) > 1:
        both = {"a": labels[0], "b": labels[1]}
        steps.insert(0, ("duel", "pages/compare/duel.py", _("Where the first two part"), both))
    if base := trainable(runs):
        told = _("Adapt {model} to this dataset", model=base)
        steps.append(("adapt", "pages/work/adapt.py", told, {"adapt.base": base}))
    icons = {"duel": "compare_arrows", "inspect": "troubleshoot", "adapt": "model_training"}
    with st.container(horizontal=True, gap="medium", key="leaderboard.next"):
        for name, page, told, wanted in steps:
            key, icon = f"leaderboard.next.{name}", f":material/{icons[name]}:"
            address.lead(page, told, wanted, key, type="tertiary", icon=icon)


def trainable(runs: pd.DataFrame) -> str | None:
    """The best of these models that reads the texts and can be trained here; none of an example: its data are not one's own."""
    if (runs["example"] != "").any():
        return None
    known, here = cached.models(), cached.here()
    for model in runs.loc[~cached.blind(runs), "model"]:
        if model in here:
            with suppress(BadModel):
                bases.check(known[model])
                return str(model)
    return None
