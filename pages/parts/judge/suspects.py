"""The list of probable mistakes, one of them looked at, and what is done about it."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.datasets import marks
from engine.datasets.marks import Mark
from engine.inspection.label_noise import finder, rankings
from engine.inspection.label_noise.likely import likely
from engine.types import Dataset
from pages.parts import address, cached, charts, frame, lists, pickers, score_tables
from pages.parts.address import settle, settle_many
from pages.parts.judge import job, marking, words
from pages.parts.language import _, listed, named, ngettext, together
from pages.parts.map import approximate
from pages.parts.markdown import escape


def pick_runs(runs: pd.DataFrame) -> pd.DataFrame:
    """Which models are asked: to begin with all that can read the texts; more of them make a surer list."""
    labels = runs["label"].tolist()
    blind = runs.loc[cached.blind(runs), "label"].tolist()
    readers = [one for one in labels if one not in blind]
    settle_many("judges", labels, readers or labels, called=_("Models consulted"))
    chosen = st.multiselect(
        _("Models consulted"), labels, key="judges", persist_state="session", placeholder=_("choose")
    )
    if left_out := [one for one in blind if one not in chosen]:
        st.caption(escape(_("Left out, for they cannot read these texts: {models}.", models=listed(left_out))))
    if not chosen:
        st.text(_("Choose at least one model."))
        address.stop()
    if len(chosen) == 1:
        st.caption(_("Only one model is consulted: what it contradicts may be its own mistake. Two or more say more."))
    asked = runs[runs["label"].isin(chosen)]
    score_tables.warn(asked)
    return asked


def found(dataset: Dataset, runs: pd.DataFrame) -> pd.DataFrame:
    """The suspects under these runs, or how to have them looked for."""
    ids = sorted(runs["id"])
    known = _known(tuple(ids))
    if known is None:
        many = judgements(dataset, runs)
        told = _(
            "On {dataset}, nobody has looked for mistakes with {models} yet; there are {judgements} to check.",
            dataset=frame.title_of(dataset.name),
            models=listed(runs["label"]),
            judgements=ngettext("{n} judgement", "{n} judgements", many),
        )
        st.info(escape(told), icon=":material/gavel:")
        st.text(_("It is found from stored results and vectors; nothing is encoded again."))
        wanted = {"runs": ids, "dataset": dataset.name, "models": runs["label"].tolist()}
        job.offer("label_noise", wanted, _("Look for mistakes"), icon=":material/manage_search:", key="judge.find")
        address.stop()
    return known


def _known(runs: tuple[str, ...]) -> pd.DataFrame | None:
    return _read(runs) if finder.known(runs) is not None else None


@st.cache_data(max_entries=8, show_spinner=False)
def _read(runs: tuple[str, ...]) -> pd.DataFrame | None:
    return finder.known(runs)


@st.cache_data(max_entries=4, show_spinner=False)
def _texts(runs: tuple[str, ...], name: str) -> pd.DataFrame:
    """The texts of the suspects under these runs, row for row."""
    found = _read(tuple(sorted(runs)))
    return finder.read(cached.dataset(name), found).reset_index(drop=True).astype(str)


def show(dataset: Dataset, runs: pd.DataFrame) -> None:
    """The picture, the list, and the suspect that is looked at."""
    suspects = found(dataset, runs)
    if suspects.empty:
        st.text(_("The models contradict nothing in the data."))
        return
    known = {one.place: one for one in marks.of(dataset.fingerprint)}
    st.info(in_short(dataset, runs, suspects), icon=":material/gavel:")
    histogram(suspects)
    st.caption(words.definition(dataset.task))
    approximate.say([suspects.attrs.get("recall")])
    table = chosen(with_words(dataset, suspects, known, texts=_texts(tuple(runs["id"]), dataset.name)))
    if table.empty:
        st.text(_("No item is left. Change the filters above."))
        return
    lists.choose(table, "judge.items", columns(table), opens="suspect")
    score_tables.downloads(table.drop(columns="item"), "suspects")
    order = table["item"].tolist()
    if (place := pickers.walk(order, "suspect")) is None:
        return
    following = order[min(order.index(place) + 1, len(order) - 1)]
    marking.detail(dataset, suspects.set_index("place").loc[place], known.get(str(place)), following=following)


def in_short(dataset: Dataset, runs: pd.DataFrame, suspects: pd.DataFrame) -> str:
    """How much of what was judged the models contradict clearly; what was never judged is told apart."""
    sure, open_ = likely(suspects), (suspects["kind"] == "unjudged").to_numpy()
    counts = suspects["kind"][sure & ~open_].value_counts()
    names = words.kinds()
    values = {
        "dataset": frame.title_of(dataset.name),
        "models": listed(runs["label"]),
        "judgements": ngettext("{n} judgement", "{n} judgements", judgements(dataset, runs)),
    }
    kinds = " · ".join(named(names[str(kind)], count) for kind, count in counts.items())
    said = [
        _(
            "On {dataset}, {models} contradict {n} of {judgements} ({kinds}).",
            n=f"{counts.sum():,}",
            kinds=kinds,
            **values,
        )
        if len(counts)
        else _("On {dataset}, {models} contradict none of {judgements}.", **values)
    ]
    if open_.any():
        many, first = ngettext("{n} document", "{n} documents", int(open_.sum())), f"{(sure & open_).sum():,}"
        said.append(
            _("The model has {many} among its first ten that nobody judged; {first} of them first.", many=many, first=first)
            if len(runs) == 1
            else _(
                "Most models find {many} that nobody judged; {first} of them come first under two models or more.",
                many=many,
                first=first,
            )
        )  # fmt: skip
    if len(suspects) >= finder.MOST:
        said.append(_("Only the {n} most suspicious places are counted and listed.", n=f"{len(suspects):,}"))
    return escape(together(*said))


def judgements(dataset: Dataset, runs: pd.DataFrame) -> int:
    """How many judgements there are to contradict."""
    return len(rankings.grades(dataset)) if "qrels" in dataset.tables else int(runs["items"].min())


def histogram(suspects: pd.DataFrame) -> None:
    """How suspicious the suspects are, by kind."""
    figure = go.Figure()
    names = words.kinds()
    for at, (kind, its) in enumerate(suspects.groupby("kind", sort=False)):
        figure.add_histogram(
            x=its["score"].to_numpy("float32"),
            name=charts.plain(names[str(kind)]),
            xbins={"start": 0, "end": 1, "size": 0.025},
            marker={"color": charts.PALETTE[at]},
        )
    figure.update_layout(barmode="stack", legend={"orientation": "h"}, showlegend=True)
    figure.update_xaxes(title=_("how suspicious (0 to 1)"), range=[0, 1])
    figure.update_yaxes(title=_("suspicions"))
    charts.show(figure, "judge.histogram", _("How many places in the data are how suspicious"), height=240)


def with_words(
    dataset: Dataset, suspects: pd.DataFrame, known: Mapping[str, Mark], *, texts: pd.DataFrame
) -> pd.DataFrame:
    """The suspects as a person reads them; `item` is the place of the judgement."""
    task, names = dataset.task, words.kinds()
    shown = pd.DataFrame(
        {
            "item": suspects["place"],
            "id": suspects["item"],
            "score": suspects["score"],
            "kind": suspects["kind"].map(names),
            "given": [words.judgement(task, one) for one in suspects["given"]],
            "proposed": [words.judgement(task, one) for one in suspects["proposed"]],
            "mark": [words.marked(task, known.get(place)) for place in suspects["place"]],
        }
    )
    return pd.concat([shown.reset_index(drop=True), texts], axis=1)


def chosen(table: pd.DataFrame) -> pd.DataFrame:
    """What the filters leave: letters, one kind, those that nobody has looked at."""
    first, second, third = st.columns([2, 2, 3], vertical_alignment="bottom")
    with first:
        wanted = address.text_input(_("Only items that contain"), "find", icon=":material/search:")
    present = [kind for kind, name in words.kinds().items() if name in set(table["kind"])]
    settle("suspicion", present, None, called=_("Only one kind"))
    kind = second.selectbox(
        _("Only one kind"), present, key="suspicion", index=None, persist_state="session",
        format_func=words.kinds().get, placeholder=_("all kinds"),
    )  # fmt: skip
    names = {"all": _("all"), "open": _("not looked at"), "marked": _("looked at")}
    with third:
        state = address.one_of("looked", _("Which"), names, hidden=True)
    if kind:
        table = table[table["kind"] == words.kinds()[kind]]
    if state != "all":
        table = table[(table["mark"] != "") == (state == "marked")]
    return lists.search(table, wanted).reset_index(drop=True)


def columns(table: pd.DataFrame) -> dict[str, object]:
    """What the list shows."""
    config = st.column_config
    texts = [
        name
        for name in table
        if name not in ("item", "id", "score", "kind", "given", "proposed", "mark", "document_id")
    ]
    width = "large" if len(texts) < 2 else "medium"
    return {
        "score": config.ProgressColumn(_("suspicious"), min_value=0.0, max_value=1.0, format="%.2f", width="small"),
        "kind": config.TextColumn(_("suspicion")),
        "mark": config.TextColumn(_("your verdict")),
        "given": config.TextColumn(_("in the data")),
        "proposed": config.TextColumn(_("the models say")),
    } | {
        name: lists.text(
            {"query": _("query"), "document": _("document"), "text": _("text")}.get(str(name), str(name)), width
        )
        for name in texts
    }
