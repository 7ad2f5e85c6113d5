"""A text with its label, what every experiment predicted, and the training texts nearest to it."""

from collections import Counter
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from engine.inspection import confusions
from engine.inspection.confusions import label_text
from engine.results import frames
from engine.types import UserError
from pages.parts import chart_choices, charts, lists
from pages.parts.language import _, say
from pages.parts.views import Look, Overview, prepared

COLUMNS = ("label", "predicted_most")
MOST_LABELS = 15
"""Labels of a picture in which each can be read; of more, those most confused are shown first."""
PAIRS = 20


def overview(look: Look) -> Overview:
    """Labels against predictions over all experiments, each model's; a cell keeps its texts."""
    shade = charts.colours(list(look.runs))
    exports = {}
    tables = {label: confusions.confusion(prepared.mixed_up(look, label)) for label in look.runs}
    labels = len(tables[look.label])
    whole = labels <= MOST_LABELS or show_pairs(tables[look.label], labels)
    with st.container(
        key="confusions" if labels <= MOST_LABELS else "confusions-many"
    ):  # beside one another only where there is room for the numbers
        columns = st.columns(len(look.runs))
    for column, label in zip(columns, look.runs, strict=True):
        table = tables[label]
        exports |= {f"confusion {label}": table, f"labels {label}": prepared.label_scores(look, label)}
        with column:
            st.text(label)
            table = table if whole else confusions.most_confused(table, MOST_LABELS)
            figure = chart_choices.cells(table, shade[label], (_("label"), _("predicted")))
            picked = chart_choices.into("gold", "predicted") if label == look.label else None
            alt = _("How often each label was predicted for each label")
            charts.show(figure, f"inspect.confusion.{label}", alt, height=height(len(table)), picked=picked)
    draws = look.mine["predictions"].map(len).max()
    if draws > 1:
        st.caption(_("Every text counts {n} times: once under each draw of training texts.", n=int(draws)))
    if confusions.multilabel(look.mine):
        st.caption(
            _(
                "With several labels a text, a label that was found stands against itself, and each one that was missed "
                "against each that was wrongly added; ∅ is none."
            )
        )
    kept = keep(look, exports[f"confusion {look.label}"])
    show_labels(look)
    predicted = [Counter(map(label_text, row)).most_common(1)[0][0] for row in look.mine["predictions"]]
    return Overview(kept, exports, {"label": look.mine["gold"].map(label_text), "predicted_most": predicted})


def show_pairs(table: pd.DataFrame, labels: int) -> bool:
    """Of many labels the pairs most confused, which a phone shows in place of the picture; whether all are drawn."""
    st.header(_("Labels most confused"))
    found = confusions.confused_pairs(table, PAIRS)
    st.dataframe(
        lists.shares(found, "share"), hide_index=True, placeholder="–", key="inspect.pairs", height=245,
        column_config={"label": st.column_config.TextColumn(_("label"), width=200),
                       "predicted": st.column_config.TextColumn(_("predicted"), width=200),
                       "times": lists.count(_("times")), "share": _("share of the label")},
    )  # fmt: skip
    told = _("Show all {n} labels, not only the {most} most confused", n=labels, most=MOST_LABELS)
    return bool(st.toggle(told, key="inspect.labels.all"))


def height(labels: int) -> int:
    """Of a picture with so many rows."""
    return int(min(150 + 26 * labels, 760))


def keep(look: Look, table: pd.DataFrame) -> object:
    """Which texts belong to the chosen cell, row or column."""
    left, right = st.columns(2)
    with left:
        gold = chart_choices.one_of("gold", _("Only texts with the label"), table.index.tolist(), _("all labels"))
    with right:
        other = chart_choices.one_of("predicted", _("that were predicted as"), table.columns.tolist(), _("all labels"))
    chart_choices.note()
    pairs = prepared.mixed_up(look, look.label)
    if gold is not None:
        pairs = pairs[pairs["gold"] == gold]
    if other is not None:
        pairs = pairs[pairs["predicted"] == other]
    return look.all() if gold is None and other is None else look.mine["item"].isin(pairs["item"]).to_numpy()


def show_labels(look: Look) -> None:
    """Precision, recall and F1 of every label, the worst first."""
    table = prepared.label_scores(look, look.label)
    names = ["label", "texts", "precision", "recall", "f1"]
    if look.beside:
        other = prepared.label_scores(look, look.beside)[["label", "f1"]]
        table = table.merge(other.rename(columns={"f1": "other"}), on="label", how="left")
        names.append("other")
    with st.expander(_("Every label's scores"), expanded=len(table) <= 12):
        st.dataframe(
            table[names],
            hide_index=True,
            placeholder="–",
            key="inspect.labels",
            column_config={
                "label": st.column_config.TextColumn(_("label")),
                "texts": lists.count(_("texts")),
                "precision": lists.number(_("Precision")),
                "recall": lists.number(_("Recall")),
                "f1": lists.number("F1"),
                "other": lists.number(_("F1 of {model}", model=look.beside)),
            },
        )


def detail(rows: Mapping[str, pd.Series], look: Look) -> dict[str, pd.DataFrame]:
    """The text, its label, and per model how often each label was predicted and what it learnt that from."""
    first = next(iter(rows.values()))
    text = str(frames.item_texts(look.dataset, pd.DataFrame([first])).iloc[0]["text"])
    exports = {}
    lists.whole(text)
    st.text(_("label: {label}", label=label_text(first["gold"])))
    for column, (label, row) in zip(st.columns(len(rows)), rows.items(), strict=True):
        counts = Counter(map(label_text, row["predictions"])).most_common()
        table = pd.DataFrame(counts, columns=["predicted", "experiments"])
        exports[f"predictions {label}"] = table.assign(item=row["item"])
        with column:
            st.text(label)
            config = {"predicted": st.column_config.TextColumn(_("predicted")), "experiments": _("experiments")}
            st.dataframe(
                table, hide_index=True, placeholder="–", key=f"inspect.predictions.{label}", column_config=config
            )
            exports |= show_nearest(look, label, text, row)
    return exports


def show_nearest(look: Look, label: str, text: str, row: pd.Series) -> dict[str, pd.DataFrame]:
    """The training texts nearest to this one."""
    try:
        table = prepared.nearest_training(look.runs[label], text)
    except UserError as error:
        st.text(say(error))
        return {}
    st.text(_("The nearest training texts:"))
    st.dataframe(
        table,
        hide_index=True,
        placeholder="–",
        key=f"inspect.nearest.{label}",
        column_order=["cosine", "label", "text"],
        column_config={
            "cosine": lists.number(_("cosine")),
            "label": st.column_config.TextColumn(_("label")),
            "text": lists.text(_("text")),
        },
    )
    return {f"nearest training texts {label}": table.assign(item=row["item"])}
