"""Between base and new model: what each mix would give on the own data and on the others, and how one is kept."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.adaptation import mixes
from engine.adaptation.plans import Plan
from engine.jobs import queue
from pages.parts import charts
from pages.parts.adapt.known import State, tell_dots
from pages.parts.frame import titles
from pages.parts.judge import job
from pages.parts.language import _


def show(state: State) -> None:
    """The curves of all mixes with a slider, or the button that measures them."""
    if state.plan.recipe in ("merge", "reranker", "adapter", "static_table") or not state.plan.guards:
        return
    with st.expander(_("Mixes of base and new model")):
        rows = mixes.known(state.plan.name)
        if not rows:
            st.text(_("A mix of both weights may keep what is gained here and lose less elsewhere. It is measured on the dev part, so that the untouched part stays untouched."))  # fmt: skip
            job.offer(
                "adapt_mixes",
                {"name": state.plan.name},
                _("Measure the mixes"),
                icon=":material/blender:",
                key="adapt.mix",
            )
            return
        draw(pd.DataFrame(rows))
        keep(state.plan)


def draw(table: pd.DataFrame) -> None:
    """A line a dataset, by the share of the new model."""
    called, figure = titles(), go.Figure()
    for place, (name, part) in enumerate(table.groupby("dataset", sort=False)):
        own = bool(part["own"].iloc[0])
        ends = {
            "array": part["high"].astype(float) - part["score"],
            "arrayminus": part["score"] - part["low"].astype(float),
        }
        figure.add_scatter(
            x=part["share"], y=part["score"], mode="lines+markers", error_y={"type": "data", "symmetric": False, **ends},
            name=charts.plain(_("own data, dev part") if own else called.get(str(name), str(name))),
            line={"color": charts.PALETTE[place % len(charts.PALETTE)], "dash": "solid" if own else "dot"},
            hovertemplate="%{x:.0%} · %{y:.3f}<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(title=_("share of the new model"), tickformat=".0%")
    figure.update_yaxes(title=_("score"))
    figure.update_layout(legend={"orientation": "h"})
    charts.show(figure, "adapt.mixes", _("Scores of mixes by the share of the new model"), height=340)
    tell_dots(table)


def keep(plan: Plan) -> None:
    """The slider, and the button that makes a model of one's own of this mix."""
    share = st.slider(_("Share of the new model"), 0.05, 0.95, 0.5, 0.05, key="adapt.share")
    made = Plan(f"{plan.name}-mix-{share:.2f}", plan.base, plan.dataset, "merge", learnt=plan.learnt, guards=plan.guards,
                settings={"other": plan.name, "share": share}, seed=plan.seed)  # fmt: skip
    st.button(
        _("Keep this mix as a model, and judge it"),
        key="adapt.keep",
        icon=":material/save:",
        on_click=start,
        args=(made,),
    )


def start(plan: Plan) -> None:
    """Hands the mix to the worker."""
    queue.submit("adapt", plan.arguments())
    st.session_state["adapt.fresh"] = plan.name
