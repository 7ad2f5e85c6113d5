"""A pair with its label and what a threshold makes of it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.inspection import thresholds
from engine.inspection.thresholds import Cut
from engine.notation import span
from engine.results import frames
from engine.types import Message
from pages.parts import address, chart_choices, charts, lists
from pages.parts.language import _, say
from pages.parts.markdown import escape
from pages.parts.views import Look, Overview, prepared

COLUMNS = ("outcome", "similarity")
STEPS = 500
LINE = {"dash": "dash", "color": charts.NEUTRAL}


def outcomes() -> dict[str, str]:
    """What a threshold can make of a pair, in words."""
    return {
        "missed": _("alike, but below"),
        "false": _("not alike, but above"),
        "found": _("alike and above"),
        "refused": _("not alike and below"),
    }


def overview(look: Look) -> Overview:
    """The similarities of like and unlike pairs, a threshold that can be moved, and what it does under each model."""
    threshold = pick_threshold(look)
    wanted = pick_precision()
    cuts, lines = {look.label: threshold}, []
    if look.beside:
        cuts[look.beside] = translated(look, threshold)
    for label, cut in cuts.items():
        st.text(label)
        left, right = st.columns([3, 2])
        with left:
            alt = _("Similarities of both kinds of pairs and the threshold")
            charts.show(distributions(look.items[label], cut), f"inspect.classes.{label}", alt, height=280)
        with right:
            alt = _("Precision, recall and F1 by threshold")
            charts.show(curves(prepared.curve(look, label), cut), f"inspect.curve.{label}", alt, height=280)
        lines += rows_of(look, label, cut, wanted)
    table = pd.DataFrame(lines)
    show_table(table)
    tell_unpromised(look, wanted)
    gold, scores = golds(look.mine)
    kind = np.select([gold & (scores > threshold), gold, scores > threshold], ["found", "missed", "false"], "refused")
    counts = pd.Series(kind).value_counts().to_dict()
    words = outcomes()
    chosen = chart_choices.pills("outcome", _("Only pairs that are"), words, counts)
    exported = {"thresholds": table} | {f"curve {label}": prepared.curve(look, label) for label in look.runs}
    return Overview(
        look.all() if chosen is None else kind == chosen, exported, {"outcome": [words[one] for one in kind]}
    )


def golds(items: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Which pairs are alike, and their similarities."""
    return items["gold"].to_numpy() == 1, items["similarity"].to_numpy(float)


def pick_threshold(look: Look) -> float:
    """The threshold on the chosen model's similarity; begins at the best F1, and again with every other model."""
    scores = golds(look.mine)[1]
    low, high = float(scores.min()), float(scores.max())
    best = prepared.best(look, look.label)
    run = look.runs[look.label]["id"]
    stale = "threshold" in st.session_state and st.session_state.get("threshold.of", run) != run
    st.session_state["threshold.of"] = run
    if low == high:
        st.text(_("All pairs are equally similar to this model: no threshold can tell them apart."))
        return low
    step = 10.0 ** np.floor(np.log10((high - low) / STEPS))
    bounds = float(np.floor(low / step) * step), float(np.ceil(high / step) * step)
    label = _("Threshold of {model}", model=escape(look.label))
    if not stale:
        address.number("threshold", label, *bounds)
    asked = None if stale else st.session_state.get("threshold", st.query_params.get("threshold"))
    st.session_state["threshold"] = within(asked, bounds, best.threshold if best else (low + high) / 2)
    digits = max(2, int(-np.floor(np.log10(step))))
    chosen = st.slider(
        label,
        *bounds, step=step, key="threshold", persist_state="session", format=f"%.{digits}f",
        help=_("Pairs above it are called alike."),
    )  # fmt: skip
    address.write("threshold", [f"{chosen:.{digits + 1}f}"])
    return float(chosen)


def within(asked: object, bounds: tuple[float, float], otherwise: float) -> float:
    """The number that was asked for, if it is one and lies between the bounds."""
    try:
        number = float(str(asked))
    except ValueError:
        return otherwise
    return number if bounds[0] <= number <= bounds[1] else otherwise


def translated(look: Look, threshold: float) -> float:
    """The same threshold on the second model's scale, over the pairs that both were judged on."""
    both = look.mine[["item", "similarity"]].merge(look.items[str(look.beside)][["item", "similarity"]], on="item")
    own, other = both["similarity_x"].to_numpy(float), both["similarity_y"].to_numpy(float)
    found, there = thresholds.translate(threshold, own, other)
    st.text(
        _(
            "{threshold:.3f} for {a} is {found:.3f} for {b}: {share:.1%} of the pairs lie above the one, {there:.1%} above the other.",
            threshold=threshold, a=look.label, found=found, b=look.beside, share=float((own > threshold).mean()),
            there=there,
        )
    )  # fmt: skip
    return found


def pick_precision() -> float:
    """The precision that a threshold is to promise."""
    label, (low, high) = _("Precision to promise"), thresholds.TARGETS
    address.number("precision", label, low, high)
    return float(
        st.number_input(
            label, low, high, 0.9, 0.01, "%.3f", key="precision", bind="query-params", width=240,
            help=_("The threshold that finds most pairs while its precision on other pairs is surely so high."),
        )
    )  # fmt: skip


def tell_unpromised(look: Look, wanted: float) -> None:
    """Say why a model has no threshold that promises this precision."""
    for label in look.runs:
        found = prepared.promised(look, label, wanted)
        if isinstance(found, Message):
            st.text(f"{label}: {say(found)}" if len(look.runs) > 1 else say(found))


def rows_of(look: Look, label: str, cut: float, wanted: float) -> list[dict[str, object]]:
    """The thresholds of a model as lines of the table."""
    gold, scores = golds(look.items[label])
    name = _("chosen") if label == look.label else _("the same on this scale")
    named: dict[str, Cut] = {name: thresholds.at(gold, scores, cut)}
    if (best := prepared.best(look, label)) is not None:
        named[_("best F1")] = best
    if isinstance(promised := prepared.promised(look, label, wanted), Cut):
        named[_("precision at least {n}, 95% sure", n=f"{wanted:g}")] = promised
    return [{"model": label, "rule": rule, **one.__dict__} for rule, one in named.items()]


def show_table(table: pd.DataFrame) -> None:
    """What each threshold does, with the interval of those that were found on the data, and how many pairs it puts wrong."""
    ends = [span(row.low, row.high) for row in table.itertuples()]
    columns = {
        "model": _("model"),
        "rule": _("threshold by"),
        "threshold": lists.number(_("threshold")),
        "interval": st.column_config.TextColumn(
            _("95% interval"),
            help=_("Interval of the threshold with the best F1, by a bootstrap over whole pairs."),
        ),
        "precision": lists.number(_("Precision")),
        "least": lists.number(
            _("precision, at least"),
            _("What the precision on other pairs is at least, 95% sure, the search for the threshold counted."),
        ),
        "recall": lists.number(_("Recall")),
        "f1": lists.number("F1"),
        "accuracy": lists.number("Accuracy"),
        "missed": outcomes()["missed"],
        "false": outcomes()["false"],
    }
    st.dataframe(
        table.assign(interval=ends)[list(columns)],
        hide_index=True,
        key="inspect.thresholds",
        placeholder="–",
        column_config=columns,
    )


def distributions(items: pd.DataFrame, threshold: float) -> go.Figure:
    """The similarities of like and unlike pairs."""
    gold, scores = golds(items)
    figure = go.Figure()
    size = (scores.max() - scores.min()) / 60 or 1
    bins = {"start": float(scores.min()), "end": float(scores.max()) + size, "size": float(size)}
    for alike, name, colour in ((True, _("alike"), charts.PALETTE[2]), (False, _("not alike"), charts.PALETTE[5])):
        values = scores[gold == alike].astype("float32")
        figure.add_histogram(x=values, name=name, marker={"color": colour}, opacity=0.6, xbins=bins)
    figure.add_vline(x=threshold, line=LINE, annotation_text=f"{threshold:.3f}")
    figure.update_layout(barmode="overlay", legend={"orientation": "h"})
    figure.update_xaxes(title=_("similarity"))
    figure.update_yaxes(title=_("pairs"))
    return figure


def curves(table: pd.DataFrame, threshold: float) -> go.Figure:
    """Precision, recall and F1 by threshold."""
    figure = go.Figure()
    for name, word, colour in (("precision", _("Precision"), 0), ("recall", _("Recall"), 1), ("f1", "F1", 3)):
        figure.add_scatter(
            x=table["threshold"], y=table[name], name=word, mode="lines", line={"color": charts.PALETTE[colour]}
        )
    figure.add_vline(x=threshold, line=LINE)
    figure.update_layout(legend={"orientation": "h"})
    figure.update_xaxes(title=_("threshold"))
    figure.update_yaxes(range=[0, 1.02])
    return figure


def detail(rows: Mapping[str, pd.Series], look: Look) -> dict[str, pd.DataFrame]:
    """Both texts, the label, and per model the similarity against its best threshold."""
    first = next(iter(rows.values()))
    lists.side_by_side(frames.item_texts(look.dataset, pd.DataFrame([first])).iloc[0])
    words = {1: _("alike"), 0: _("not alike")}
    table = pd.DataFrame(
        [
            {"item": row["item"], "model": label, "gold": words[int(row["gold"])],
             "predicted": words[int(row["predicted"])], "similarity": row["similarity"], "best_threshold": row["threshold"],
             "ordered": row["ordered"]}
            for label, row in rows.items()
        ]
    )  # fmt: skip
    st.dataframe(
        table,
        hide_index=True,
        placeholder="–",
        key="inspect.pair",
        column_order=[*table.columns[1:]],
        column_config={
            "model": _("model"),
            "gold": _("label"),
            "predicted": _("at the best F1"),
            "similarity": lists.number(_("similarity")),
            "best_threshold": lists.number(_("best threshold")),
            "ordered": lists.number(
                _("ordered rightly"),
                _("Share of the pairs with the other label that lie on the right side of this one."),
            ),
        },
    )
    return {"pair": table}
