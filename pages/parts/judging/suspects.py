"""The list of probable mistakes, one of them looked at, and what is done about it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine import corrections, marks
from engine.marks import Mark
from engine.noise import finder
from engine.types import Dataset
from pages.parts import boards, charts, lists, pickers
from pages.parts.address import settle
from pages.parts.judging import asking, words
from pages.parts.language import _

SNIPPET = 700


def pick_runs(runs: pd.DataFrame) -> pd.DataFrame:
    """Which models are asked; more of them make a surer list."""
    from pages.parts.address import settle_many

    settle_many("judges", runs["label"].tolist(), runs["label"].tolist())
    chosen = st.multiselect(_("Models that are asked"), runs["label"].tolist(), key="judges", persist_state="session")
    if not chosen:
        st.text(_("Choose at least one model."))
        st.stop()
    return runs[runs["label"].isin(chosen)]


def found(dataset: Dataset, runs: pd.DataFrame) -> pd.DataFrame:
    """The suspects under these runs, or how to have them looked for."""
    ids = sorted(runs["id"])
    known = _known(tuple(ids))
    if known is None:
        st.text(
            _(
                "Which judgements do the models contradict? Found from stored results and vectors; nothing is encoded again."
            )
        )
        wanted = {"runs": ids, "dataset": dataset.name, "models": runs["label"].tolist()}
        asking.offer("label_noise", wanted, _("Look for mistakes"), icon=":material/manage_search:", key="judge.find")
        st.stop()
    return known


def _known(runs: tuple[str, ...]) -> pd.DataFrame | None:
    return _read(runs) if finder.known(runs) is not None else None


@st.cache_data(max_entries=8, show_spinner=False)
def _read(runs: tuple[str, ...]) -> pd.DataFrame | None:
    return finder.known(runs)


def show(dataset: Dataset, runs: pd.DataFrame) -> None:
    """The picture, the list, and the suspect that is looked at."""
    suspects = found(dataset, runs)
    if suspects.empty:
        st.text(_("The models contradict nothing in the data."))
        return
    known = {one.place: one for one in marks.of(dataset.fingerprint)}
    histogram(suspects)
    st.caption(words.definition(dataset.task))
    table = chosen(with_words(dataset, suspects, known))
    if table.empty:
        st.text(_("No item is left. Change the filters above."))
        return
    clicked = lists.choose(table, "judge.items", columns(table))
    if clicked and clicked != st.session_state.get("judge.clicked"):
        st.session_state["suspect"] = clicked
    st.session_state["judge.clicked"] = clicked
    boards.downloads(table.drop(columns="item"), "suspects")
    place = pickers.walk(table["item"].tolist(), "suspect")
    order = table["item"].tolist()
    following = order[min(order.index(place) + 1, len(order) - 1)]
    detail(dataset, suspects.set_index("place").loc[place], known.get(str(place)), following)


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
    figure.update_layout(barmode="stack", legend={"orientation": "h", "y": 1.15}, showlegend=True)
    figure.update_xaxes(title=_("how suspicious (0 to 1)"), range=[0, 1])
    figure.update_yaxes(title=_("judgements"))
    charts.show(figure, "judge.histogram", _("How many judgements are how suspicious"), height=240)


def with_words(dataset: Dataset, suspects: pd.DataFrame, known: Mapping[str, Mark]) -> pd.DataFrame:
    """The suspects as a person reads them; `item` is the place of the judgement."""
    task, names = dataset.task, words.kinds()
    texts = finder.read(dataset, suspects).reset_index(drop=True)
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
    return pd.concat([shown.reset_index(drop=True), texts.astype(str)], axis=1)


def chosen(table: pd.DataFrame) -> pd.DataFrame:
    """What the filters leave: letters, one kind, those that nobody has looked at."""
    first, second, third = st.columns([2, 2, 3], vertical_alignment="bottom")
    wanted = first.text_input(
        _("Only items with these letters"), key="find", bind="query-params", icon=":material/search:"
    )
    present = [kind for kind, name in words.kinds().items() if name in set(table["kind"])]
    settle("suspicion", present, None)
    kind = second.selectbox(
        _("Only one kind"), present, key="suspicion", index=None, persist_state="session",
        format_func=words.kinds().get, placeholder=_("all kinds"),
    )  # fmt: skip
    names = {"all": _("all"), "open": _("not looked at"), "marked": _("looked at")}
    settle("looked", list(names), "all")
    with third:
        state = st.segmented_control(
            _("Which"), list(names), key="looked", persist_state="session", required=True, format_func=names.get,
            label_visibility="collapsed",
        )  # fmt: skip
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
    return {
        "score": config.ProgressColumn(_("suspicious"), min_value=0.0, max_value=1.0, format="%.2f", width="small"),
        "mark": config.TextColumn(_("your word"), width="small"),
        "kind": config.TextColumn(_("suspicion")),
        "given": config.TextColumn(_("in the data")),
        "proposed": config.TextColumn(_("the models say")),
    } | {name: lists.text(str(name)) for name in texts}


def detail(dataset: Dataset, suspect: pd.Series, mark: Mark | None, following: str) -> None:
    """The texts, what the data and each model say, and the buttons."""
    task = dataset.task
    texts = finder.read(dataset, suspect.to_frame().T.assign(place=suspect.name)).iloc[0]
    shown = [name for name in texts.index if name != "document_id"]
    for column, name in zip(st.columns(len(shown)), shown, strict=True):
        with column.container(border=True):
            text = str(texts[name])
            st.text(text if len(text) <= SNIPPET else f"{text[:SNIPPET]}…")
    left, right = st.columns([2, 3])
    with left:
        st.text(_("in the data: {value}", value=words.judgement(task, suspect["given"])))
        st.text(_("the models say: {value}", value=words.judgement(task, suspect["proposed"])))
        said = words.marked(task, mark)
        st.text(_("your word: {value}", value=said) if said else _("nobody has looked at it yet"))
    with right:
        rows = [
            {_("model"): label, _("says"): words.says(task, value)}
            for label, value in json.loads(suspect["why"]).items()
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, key="judge.why")
    buttons(dataset, suspect, mark, following)
    inspect(str(suspect["item"]))


def buttons(dataset: Dataset, suspect: pd.Series, mark: Mark | None, following: str) -> None:
    """Mistake, right, drop, take back; also by the keys 1, 2, 3 and 0."""
    place, given = str(suspect.name), json.loads(suspect["given"])
    proposed = json.loads(suspect["proposed"])

    def press(label: str, key: str, icon: str, made: Mark | None) -> None:
        st.button(
            label,
            key=f"judge.{key}",
            shortcut=key,
            icon=icon,
            on_click=put,
            args=(dataset.fingerprint, place, made, following),
        )

    with st.container(horizontal=True, vertical_alignment="bottom"):
        if proposed is not None:
            value = words.judgement(dataset.task, suspect["proposed"])
            label = _("A mistake: {value}", value=value if len(value) < 40 else f"{value[:40]}…")
            press(boards.escape(label), "1", ":material/edit:", Mark(place, "replace", given, proposed))
        press(_("Right as it is"), "2", ":material/check:", Mark(place, "keep", given))
        if given is not None:
            press(_("Drop it"), "3", ":material/delete:", Mark(place, "drop", given))
        if mark is not None:
            press(_("Take back"), "0", ":material/undo:", None)
    other(dataset, suspect, following)


def other(dataset: Dataset, suspect: pd.Series, following: str) -> None:
    """Another judgement than the proposed one."""
    place, given = str(suspect.name), json.loads(suspect["given"])
    with st.expander(_("Another judgement"), key="judge.other"):
        value = field(dataset, place, given)
        if value is not None:
            made = Mark(place, "replace", given, value)
            st.button(_("Set it"), key="judge.set", on_click=put, args=(dataset.fingerprint, place, made, following))


def field(dataset: Dataset, place: str, given: Any) -> Any:
    """Where another judgement is typed or chosen; None while there is none."""
    key = f"judge.value.{place}"
    if dataset.task in ("classification", "clustering"):
        name, column = corrections.COLUMNS[dataset.task]
        labels = _labels(dataset, name, column)
        if isinstance(given, list):
            return st.multiselect(_("Label"), labels, default=given, key=key) or None
        return st.selectbox(
            _("Label"),
            labels,
            index=None,
            key=key,
            placeholder=_("choose or type"),
            accept_new_options=dataset_of_text(labels),
        )
    if dataset.task == "bitext_mining":
        return st.text_area(_("Translation"), value=str(given), key=key) or None
    step = 1.0 if dataset.task in ("retrieval", "reranking", "pair_classification") else 0.1
    most = 1.0 if dataset.task == "pair_classification" else None
    value = st.number_input(
        _("Score"), value=float(given or 0), step=step, min_value=0.0 if most else None, max_value=most, key=key
    )
    return round(value) if step == 1.0 else value


def dataset_of_text(labels: Sequence[Any]) -> bool:
    """Whether labels are texts, so that a new one may be typed."""
    return all(isinstance(label, str) for label in labels)


def _labels(dataset: Dataset, name: str, column: str) -> list[Any]:
    """All labels of a dataset, each once."""
    from engine.metrics.cells import values_in

    return sorted({one for cell in dataset.tables[name][column] for one in values_in(cell)}, key=str)


def put(fingerprint: str, place: str, mark: Mark | None, following: str) -> None:
    """Keep a mark, or take it back, and go to the next suspect."""
    if mark is None:
        marks.remove(fingerprint, [place])
        return
    marks.put(fingerprint, [mark])
    st.session_state["suspect"] = following


def inspect(item: str) -> None:
    """The way to the item on the page that shows everything about it."""
    if st.button(_("Look at it closely"), key="judge.inspect", icon=":material/troubleshoot:"):
        st.session_state["item"] = item
        st.switch_page("pages/explore/inspect.py")
