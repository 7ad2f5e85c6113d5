"""What came of an adaptation: the verdict, the gaps on what is judged and guarded, the learning curve, the mixes."""

from functools import partial
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.adaptation import kept, result_folder, verdict
from engine.notation import interval
from engine.texts.widths import lines
from pages.parts import address, charts, export, lists
from pages.parts.adapt import known, mixes
from pages.parts.adapt.known import State
from pages.parts.frame import titles
from pages.parts.language import _, say, together
from pages.parts.markdown import escape

NAMES = 20
"""Latin letters of a line of what stands beside the picture: more would leave a phone no room for it."""
ICONS = {"better": ":material/trending_up:", "luck": ":material/trending_flat:", "worse": ":material/trending_down:"}


def show(state: State) -> None:
    """The sentence, the picture, the table, and what can be done with the model."""
    said = state.verdict
    assert said is not None
    first, *others = [say(one) for one in verdict.sentences(said, titles())]
    st.info(escape(f"{first}\n\n{together(*others)}"), icon=ICONS[verdict.outcome(said["test"])])
    table = gaps(said)
    show_gaps(table, said)
    buttons(state)
    if said["shares"]:
        show_shares(said)
    mixes.show(state)


def gaps(said: dict[str, Any]) -> pd.DataFrame:
    """A row each thing that the model was held against."""
    called = titles()
    kinds = [
        ("test", said["test"]),
        *(("guard", one) for one in said["guards"]),
        *(("words", one) for one in said["lexical"]),
    ]
    return pd.DataFrame([
        {"kind": kind, "dataset": called.get(one["dataset"], one["dataset"]), "metric": say(verdict.metric(one)),
         "against": one.get("model", said["base"])} | {name: one[name] for name in ("new", "old", "gap", "low", "high", "p", "n")}
        for kind, one in kinds
    ])  # fmt: skip


def show_gaps(table: pd.DataFrame, said: dict[str, Any]) -> None:
    """Every gap with its interval around nothing: right of it the new model is better."""
    words = {"test": _("untouched part"), "guard": _("other data"), "words": _("against counting words")}
    colours = {"test": charts.PALETTE[0], "guard": charts.PALETTE[1], "words": charts.NEUTRAL}
    figure = go.Figure()
    for kind, part in table.iloc[::-1].groupby("kind", sort=False):
        names = [
            f"{row.dataset} · {row.metric}" + (f" · {row.against}" if kind == "words" else "")
            for row in part.itertuples()
        ]
        figure.add_scatter(
            x=part["gap"], y=["<br>".join(map(charts.plain, lines(name, NAMES))) for name in names], mode="markers", name=words[str(kind)],
            marker={"size": 11, "color": colours[str(kind)]},
            error_x={"type": "data", "symmetric": False, "array": part["high"] - part["gap"], "arrayminus": part["gap"] - part["low"]},
            customdata=[interval(row.gap, row.low, row.high, sign=True) for row in part.itertuples()],
            hovertemplate="%{y}: %{customdata}<extra></extra>",
        )  # fmt: skip
    figure.add_vline(x=0, line={"color": charts.NEUTRAL, "dash": "dot"})
    figure.update_yaxes(type="category", dtick=1)
    figure.update_xaxes(title=_("change [95% interval]"))
    figure.update_layout(legend={"orientation": "h", "traceorder": "reversed"})
    alt = _("Gains and losses of {name} against {base}", name=said["name"], base=said["base"])
    charts.show(figure, "adapt.gaps", alt, height=150 + 56 * len(table), menu=False)
    known.tell_dots(table)
    columns = {"dataset": _("dataset"), "metric": _("metric"), "against": _("against"), "gap": _("change"),
               "low": _("change, 95% low"), "high": _("change, 95% high")}  # fmt: skip
    numbers = {
        "new": lists.number(_("new model")),
        "old": lists.number(_("compared model")),
        "n": lists.count(_("items")),
    }
    with st.expander(_("Table")):
        shown = lists.chances(lists.signed(table.drop(columns="kind"), ["gap", "low", "high"]), "p")
        st.dataframe(shown, key="adapt.table", hide_index=True,
                     placeholder="–", column_config=columns | numbers)  # fmt: skip
    export.downloads(table, "adaptation", figure)


def buttons(state: State) -> None:
    """Where to look at the model next, and its download."""
    assert state.verdict is not None
    test = state.verdict["test"]["dataset"]
    with st.container(horizontal=True, vertical_alignment="center"):
        both = {"a": state.verdict.get("model", state.plan.name), "b": state.plan.base}
        address.lead("pages/compare/duel.py", _("See both in the duel"), both, "adapt.duel", dataset=test,
                     type="primary", icon=":material/compare_arrows:")  # fmt: skip
        st.download_button(
            _("Download the model"), partial(result_folder.zipped, kept.plan(state.plan.name).folder / "model"),
            f"{state.plan.folder.name}.zip", key="adapt.download", icon=":material/download:", on_click="ignore",
            help=_("A folder as sentence-transformers loads it, with prompts, pooling and a card that holds the verdict."),
        )  # fmt: skip


def show_shares(said: dict[str, Any]) -> None:
    """Whether more examples would help: the score by how many there were."""
    table = pd.DataFrame(said["shares"])
    figure = go.Figure()
    low, high = (table[name].astype(float) for name in ("low", "high"))
    figure.add_scatter(
        x=table["rows"], y=table["score"], mode="lines+markers", line={"color": charts.PALETTE[0]},
        error_y={"type": "data", "symmetric": False, "array": high - table["score"], "arrayminus": table["score"] - low},
        hovertemplate="%{x} · %{y:.3f}<extra></extra>",
    )  # fmt: skip
    figure.add_hline(
        y=said["test"]["old"], line={"color": charts.NEUTRAL, "dash": "dot"}, annotation_text=charts.plain(said["base"])
    )
    figure.update_xaxes(title=_("examples learnt from"))
    figure.update_yaxes(title="<br>".join(map(charts.plain, lines(say(verdict.metric(said["test"])), known.AXIS))))
    charts.show(figure, "adapt.shares.curve", _("Score on the untouched part by the number of examples"), height=300)
    known.tell_dots(table)
