"""The pieces of the page of chunks: the sentences, a heat map a model, what a reader gets, and what it costs."""

import plotly.graph_objects as go
import streamlit as st

from engine import plugins
from engine.comparison.chunking import verdict
from engine.comparison.chunking.evidence import BUDGETS
from engine.comparison.chunking.grid import WHOLE
from engine.comparison.chunking.kept import SHARE, Study
from engine.notation import fixed
from engine.texts.widths import lines
from engine.types import Message
from pages.parts import address, charts, export, lists
from pages.parts.language import _, say
from pages.parts.markdown import escape

NAME = 22
"""Latin letters up to which a way to cut stands in one line beside its cells: a phone has to have room for both."""


def told(text: Message | str) -> str:
    """What the engine says, or calls something."""
    return say(text) if isinstance(text, Message) else text


def show_verdict(found: Study) -> str:
    """The best way to cut for every model, and what the lengths of the models explain; what is compared by."""
    answer, by = st.container(), verdict.measures(found)[0]
    if len(verdict.measures(found)) > 1:
        titles = {name: told(verdict.measure(found, name)) for name in verdict.measures(found)}
        by = address.one_of("chunking.by", _("Compared by"), titles, hidden=True)
    said = [say(verdict.best(found, model, by)) for model in found.facts["models"]]
    length = verdict.length(found)
    said += [say(length)] if length is not None else []
    with answer:
        st.info(escape("\n\n".join(said)), icon=":material/content_cut:")
        for note in verdict.notes(found):
            st.text(say(note))
    return by


def show_maps(found: Study, by: str) -> None:
    """A heat map per model: ways to cut by their size; the best one has a star."""
    models = found.facts["models"]
    columns = st.columns(min(2, len(models)))
    for number, model in enumerate(models):
        with columns[number % len(columns)]:
            st.markdown(f"**{escape(model)}**")
            show_map(found, model, by, number)


def show_map(found: Study, model: str, by: str, number: int) -> None:
    """The values of one model's ways to cut."""
    judged = found.judged[(found.judged["model"] == model) & (found.judged["by"] == by)]
    cells = found.cells[(found.cells["model"] == model) & (found.cells["size"] > 0)].merge(judged, on=["model", "arm"])
    cells["share"] = (cells["overlap"] / cells["size"]).round(2)
    cells["way"] = [way(row.splitter, row.share) for row in cells.itertuples()]
    table = cells.pivot(index="way", columns="size", values="value").reindex(cells["way"].unique()[::-1])
    best = cells.loc[cells["value"].idxmax()]
    marks = [
        [f"{fixed(value)}{' ★' if (row, size) == (best['way'], best['size']) else ''}" for size, value in line.items()]
        for row, line in table.iterrows()
    ]
    middle = (cells["value"].max() + cells["value"].min()) / 2  # what may be luck must not look like much
    half = max(cells["value"].max() - cells["value"].min(), (cells["high"] - cells["low"]).max()) / 2
    figure = go.Figure(
        go.Heatmap(
            zmin=middle - half,
            zmax=middle + half,
            z=table.to_numpy(),
            x=[f"{size:,}" for size in table.columns],
            y=["<br>".join(lines(charts.plain(one), NAME)) for one in table.index],
            text=marks,
            texttemplate="%{text}",
            colorscale="Blues",
            showscale=False,
            hovertemplate="%{y} · %{x} · %{z:.3f}<extra></extra>",
            xgap=2,
            ygap=2,
        )
    )
    whole = judged[judged["arm"] == WHOLE]["value"].iloc[0]
    figure.update_xaxes(title=_("tokens of a chunk (whole documents: {value})", value=fixed(whole)), type="category")
    figure.update_yaxes(type="category")
    alt = _("{measure} of {model} by the way to cut", measure=told(verdict.measure(found, by)), model=model)
    charts.show(figure, f"chunking.map.{number}", alt, height=120 + 46 * len(table))


def way(splitter: str, share: float) -> str:
    """A splitter and how much it repeats."""
    title = _(plugins.splitters()[splitter].title)
    return _("{splitter}, {share} repeated", splitter=title, share=f"{share:.0%}") if share else title


def show_readers(found: Study) -> None:
    """What a reader of so many tokens gets, for the best way to cut of each model and for whole documents."""
    titles = {"share": _("Share of the evidence"), "precision": _("Token precision"), "iou": _("IoU of tokens")}
    name = address.one_of("chunking.reader", _("What a reader is given"), titles)
    figure, shade = go.Figure(), charts.colours(found.facts["models"])
    best = found.seconds[found.seconds["by"] == SHARE].set_index("model")["best"]
    for row in found.curve.itertuples():
        if row.arm not in (WHOLE, best[row.model]):
            continue
        figure.add_scatter(
            x=[f"{budget:,}" for budget in BUDGETS],
            y=[getattr(row, f"{name}_{budget}") for budget in BUDGETS],
            mode="lines+markers",
            name=charts.plain(f"{row.model} · {say(verdict.called(found, row.model, row.arm))}"),
            line={"color": shade[row.model], "dash": "dot" if row.arm == WHOLE else "solid"},
        )
    figure.update_xaxes(title=_("tokens that a reader is given"), type="category")
    figure.update_yaxes(title=titles[name], rangemode="tozero")
    figure.update_layout(legend={"orientation": "h"})
    charts.show(figure, "chunking.readers", _("What a reader gets of the evidence, by how much it reads"), height=400)


def show_costs(found: Study, by: str) -> None:
    """Every way to cut with its gap to whole documents and what it takes, and the downloads."""
    judged = found.judged[found.judged["by"] == by].drop(columns="by")
    table = found.cells.merge(judged, "left", ["model", "arm"])
    table["way"] = [say(verdict.called(found, row.model, row.arm)) for row in table.itertuples()]
    table["megabytes"] = table["bytes"] / 1e6
    names = ["model", "way", "value", "low", "high", "gap", "gap_low", "gap_high", "p", "vectors", "megabytes"]
    table = table[[*names, "words", "repeated", "unread", "fresh", "seconds"]]
    three = {"value": told(verdict.measure(found, by)), "low": _("95% low"), "high": _("95% high")}
    changes = {"gap": _("change"), "gap_low": _("change, 95% low"), "gap_high": _("change, 95% high")}
    percent = {"repeated": _("repeated"), "unread": _("never read")}
    written = lists.amounts(lists.signed(table, list(changes)), {"megabytes": 2, "seconds": 1})
    st.dataframe(
        lists.chances(lists.shares(written, *percent), "p"),
        key="chunking.table",
        hide_index=True,
        placeholder="–",
        column_config=changes
        | {name: lists.number(text) for name, text in three.items()}
        | percent
        | {
            "model": st.column_config.TextColumn(_("model"), pinned=True),
            "way": st.column_config.TextColumn(_("cut"), width="medium"),
            "p": _("p, corrected"),
            "vectors": st.column_config.NumberColumn(_("vectors"), format="localized"),
            "megabytes": _("MB of vectors"),
            "words": st.column_config.NumberColumn(_("words to encode"), format="localized"),
            "fresh": st.column_config.NumberColumn(_("encoded anew"), format="localized"),
            "seconds": _("seconds"),
        },
    )
    st.caption(
        _(
            "Change: against whole documents. Sizes count the tokens of each model, or words where it has none; a title in front comes on top. Evidence and readers count words, Chinese characters and punctuation marks, the same for every model and cut. Never read: what lies behind the length of the model. Equal texts: documents cut to what every model of the study reads. Texts that were stored before take no time."
        )
    )
    export.downloads(table, "chunks")
