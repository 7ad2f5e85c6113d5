"""Would two models find more together than the better one alone? By which weight, and how much could be had at best?"""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.comparison import hybrid
from engine.comparison.hybrid import Fusion
from engine.notation import interval, percent
from engine.types import Task
from pages.parts import cached, charts, empty, export, lists, pickers
from pages.parts.apart import apart
from pages.parts.language import _, metric_title, say
from pages.parts.markdown import escape

NEUTRAL = "#999999"
FUSED = charts.PALETTE[2]
"""As among the stages; grey stays what no fusion can reach."""


def show(runs: pd.DataFrame, task: Task) -> None:
    """Two models chosen, the verdict, the pictures, the figures."""
    if len(runs) < 2:
        with empty.box():
            st.text(_("This needs {n} models that have been run on this dataset; so far: {seen}.", n=2, seen=len(runs)))
            st.page_link("pages/work/runs.py", label=_("Run models on it"), icon=":material/arrow_forward:")
        return
    answer = st.container()
    a, b = pickers.pick_two(runs, second=partner(runs))
    found = fuse(a["id"], b["id"], task.name)
    with answer:
        show_verdict(found, a, b, task)
    ways, weights = st.columns(2)
    with ways:
        show_ways(found, a, b, task)
    with weights:
        show_weights(found, a, b, task)
    show_table(found, a, b, task)


def partner(runs: pd.DataFrame) -> int:
    """Whom to begin with as the second: BM25 where it has been run, since words and meaning err apart."""
    lexical = [place for place, model in enumerate(runs["model"]) if model == "bm25" and place > 0]
    return lexical[0] if lexical else 1


@st.cache_data(max_entries=32, show_spinner=False)
@apart
def fuse(a: str, b: str, task_name: str) -> Fusion:
    """The fusion of two runs; runs never change, so their ids say it all."""
    return hybrid.fuse(cached.task(task_name), cached.items(a), cached.items(b))


def titles(a: pd.Series, b: pd.Series) -> dict[str, str]:
    """What the ways are called."""
    return {
        "a": a["label"],
        "b": b["label"],
        "reciprocal rank": _("reciprocal rank"),
        "weighted sum": _("weighted sum"),
        "best of two": _("better of the two per query"),
    }


def show_verdict(found: Fusion, a: pd.Series, b: pd.Series, task: Task) -> None:
    """Is fusing worth it: one sentence."""
    said = hybrid.verdict(found, (a["label"], b["label"]), metric_title(task.main_metric))
    st.info(escape(say(said)), icon=":material/merge:")


def show_ways(found: Fusion, a: pd.Series, b: pd.Series, task: Task) -> None:
    """Each way's gap to the better single model."""
    names, shade = titles(a, b), charts.colours([a["label"], b["label"]])
    figure = go.Figure()
    for row in found.ways.iloc[::-1].itertuples():
        if row.way == found.better:
            continue
        fused = NEUTRAL if row.way == "best of two" else FUSED
        colour = shade.get(names[row.way], NEUTRAL) if row.way in ("a", "b") else fused
        figure.add_scatter(
            x=[row.gap],
            y=[charts.plain(names[row.way])],
            error_x={"array": [row.high - row.gap], "arrayminus": [row.gap - row.low], "symmetric": False},
            mode="markers",
            marker={"size": 11, "color": colour, "symbol": "diamond-open" if row.way == "best of two" else "circle"},
            showlegend=False,
            hovertemplate=f"{interval(row.gap, row.low, row.high, sign=True)}<extra></extra>",
        )
    figure.add_vline(x=0, line={"color": NEUTRAL, "dash": "dot"})
    alone = _("gain in {metric} over {model} alone", metric=metric_title(task.main_metric), model=names[found.better])
    figure.update_xaxes(title=charts.plain(alone))
    charts.show(figure, "hybrid.ways", _("Gain of each way of fusing, with its 95% interval"))


def show_weights(found: Fusion, a: pd.Series, b: pd.Series, task: Task) -> None:
    """The score of the weighted sum by weight."""
    figure = go.Figure()
    figure.add_scatter(
        x=found.curve["weight"].to_numpy(),
        y=found.curve["score"].to_numpy(),
        mode="lines+markers",
        line={"color": NEUTRAL},
        showlegend=False,
        hovertemplate="%{x:.2f} · %{y:.3f}<extra></extra>",
    )
    shade = charts.colours([a["label"], b["label"]])
    for run, at in ((a, 1.0), (b, 0.0)):
        score = found.ways.set_index("way").loc["a" if at else "b", "score"]
        figure.add_scatter(x=[at], y=[score], mode="markers", name=charts.plain(run["label"]))
        figure.data[-1].update(marker={"size": 13, "color": shade[run["label"]]})
    figure.update_xaxes(title=_("weight of A in the sum"))
    figure.update_yaxes(title=charts.plain(metric_title(task.main_metric)))
    figure.update_layout(legend={"orientation": "h"})
    charts.show(figure, "hybrid.weights", _("Score of the weighted sum by the weight of A, on all queries"))


def show_table(found: Fusion, a: pd.Series, b: pd.Series, task: Task) -> None:
    """The figures, how they came about, and the downloads."""
    table = found.ways.assign(way=found.ways["way"].map(titles(a, b)))
    gains = {"gap": _("gain"), "low": _("gain, 95% low"), "high": _("gain, 95% high")}
    st.dataframe(
        lists.chances(lists.signed(table, list(gains)), "p"),
        key="hybrid.table",
        hide_index=True,
        placeholder="–",
        column_config={
            "way": _("way"),
            "score": lists.number(metric_title(task.main_metric)),
            **gains,
        },
    )
    first, second = found.weights
    st.caption(
        _(
            "Fused are the first 100 documents of either side. Reciprocal rank: the sum of 1 / (60 + rank). Weighted sum: scores put between 0 and 1, A's weight tuned on one half of the queries and tested on the other ({first} and {second}). The better of the two per query is a bound that no fusion by a fixed rule can know beforehand. Both sides share {alike} of their first ten.",
            first=f"{first:.2f}",
            second=f"{second:.2f}",
            alike=percent(found.alike),
        )
    )
    export.downloads(table, "hybrid")
