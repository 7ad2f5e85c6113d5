"""The pieces of the method page: what the numbers of a task are, how sure they are, and what they rest on."""

from collections.abc import Iterator, Mapping

import pandas as pd
import streamlit as st

from engine.notation import fixed, percent
from engine.statistics.draws import ANEW, DRAWS, FEWEST, PARTS
from engine.storage import strict_json
from engine.types import Task
from pages.parts import cached, drawn, frame
from pages.parts.language import _, language, metric_title


@drawn.once(max_entries=32)
def show(state: str, _task: Task) -> None:
    """All that the record of a task says."""
    st.header(_("Metrics"))
    show_metrics(_task)
    st.header(_("How sure a score is"))
    show_certainty(_task)
    st.header(_("The data it needs"))
    show_tables(_task)


def show_metrics(task: Task) -> None:
    """Every metric with its definition and range, as the task's record has them."""
    main = task.main_metric
    rows = [
        {
            "metric": metric_title(key),
            "key": key,
            "main": _("yes") if key == main or main.startswith(f"{key}_at_") else "",
            "definition": _(text),
        }
        for key, text in task.definitions.items()
    ]
    st.dataframe(
        pd.DataFrame(rows),
        key="method.metrics",
        hide_index=True,
        placeholder="–",
        row_height=70,
        column_config={
            "metric": st.column_config.TextColumn(_("metric"), width="medium"),
            "key": st.column_config.TextColumn(_("in files"), help=_("What exports call it, with the k behind it.")),
            "main": st.column_config.TextColumn(_("main metric"), width="small"),
            "definition": st.column_config.TextColumn(_("definition and range"), width="large"),
        },
    )
    st.text(_("Main metric: {metric}. Source: {source}", metric=metric_title(main), source=task.source))


def show_certainty(task: Task) -> None:
    """How intervals and p-values come about, and where they are known to be too sure."""
    st.text(
        _(
            "An interval beside a score is a 95% bootstrap interval: the judged items are drawn again, with replacement, the score is computed anew for each draw, and the middle 95% are moved so that their median is the score itself. Where a score is no mean over items, the draws are first stretched to the spread that leaving out one item at a time gives (the jackknife), if that is wider."
        )
    )
    st.text(
        _(
            "Every interval comes from {draws} draws. Above {anew} items a score is not computed anew for each of them: what each of {parts} sets of items adds to it is counted as often as the set is drawn. A mean of 0 or 1 that no draw moves gets the interval of Clopper and Pearson, as if every item were wholly right or wrong; any other score that no draw moves gets none.",
            draws=f"{DRAWS:,}",
            anew=f"{ANEW:,}",
            parts=f"{PARTS:,}",
        )
    )
    if task.mean_measure:
        st.text(
            _(
                "Two models are compared on the same items by a paired randomisation test, which swaps their values item by item. p is (hits + 1) / (draws + 1); up to 12 differing items every swap is counted. The interval of a difference is widened for few items (Student's t) and, where few items differ, for items that differ and happened not to be drawn: none seen in n may be 3.7 in n, 97.5% sure."
            )
        )
    else:
        st.text(
            _(
                "Two models are compared on the same items by a paired bootstrap of the difference of their scores, because the score is no mean over items. p is the share of draws that lie as far from their middle as the difference lies from 0, (hits + 1) / (draws + 1), with Student's tail where few groups of items tell of the error."
            )
        )
    if task.name == "pair_classification":
        st.text(
            _(
                "An interval needs {fewest} pairs of the rarer label: fewer do not tell how far average precision may lie.",
                fewest=FEWEST,
            )
        )
    st.text(
        _(
            "With several models the p-values are corrected for all pairs at once by step-down max-T (Westfall and Young; Romano and Wolf), or, where they were compared at different times, after Holm. Items that share a text or a document are drawn and swapped together. Models that share a letter cannot be told apart at 5%."
        )
    )


def show_tables(task: Task) -> None:
    """The tables and columns that a dataset of this task has, and the task's settings."""
    kinds = {"id": _("id"), "text": _("text"), "label": _("label"), "number": _("number")}
    rows = [
        {
            _("table"): table,
            _("column"): column.name,
            _("kind"): kinds.get(column.kind, column.kind),
            _("required"): _("yes") if column.required else "",
            _("also called"): ", ".join(column.aliases),
        }
        for table, columns in task.tables.items()
        for column in columns
    ]
    st.dataframe(pd.DataFrame(rows), key="method.tables", hide_index=True, placeholder="–")
    if task.settings:
        st.text(_("Settings of the task, with their defaults"))
        show_settings(dict(task.settings), "method.settings")


def show_runs(task: Task, dataset: str | None) -> None:
    """What a run was made with: all that is needed to repeat it; those on the dataset in view come first."""
    runs = cached.runs()
    mine = runs[runs["task"] == task.name]
    if mine.empty:
        st.text(_("No run of this task yet."))
        st.page_link("pages/work/runs.py", label=_("Run models"), icon=":material/play_circle:")
        return
    mine = mine.iloc[(mine["dataset"] != dataset).to_numpy().argsort(kind="stable")]
    called = frame.titles()
    titles = {row.id: f"{row.label} × {called.get(row.dataset, row.dataset)}" for row in mine.itertuples()}
    show_run(st.selectbox(_("Run"), list(titles), format_func=titles.get, key="method.run"), language())


@drawn.once(max_entries=64)
def show_run(run: str, language: str) -> None:
    """One of them; a run never changes."""
    result = cached.results().result(run)
    show_health(result.settings.get("vectors") or {})
    known = {"fingerprint": result.fingerprint, "encoder": result.encoder_key, **result.settings}
    show_settings(known | {"seconds": dict(result.timings)}, "method.run.settings")


def show_settings(settings: Mapping[str, object], key: str) -> None:
    """Settings as rows of a name and a value; those within others under both names."""
    rows = [{_("setting"): name, _("value"): value} for name, value in flat(settings)]
    st.dataframe(pd.DataFrame(rows), key=key, hide_index=True, placeholder="–")


def flat(settings: Mapping[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    """Every setting with its value as text."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{above}{name} · ")
        else:
            yield f"{above}{name}", ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def show_health(told: dict[str, float]) -> None:
    """Whether the vectors of the run use their space."""
    if "random_cosine" not in told:
        return
    texts = {
        "random_cosine": (
            _("Mean cosine of random pairs"),
            _("Of 2,000 random pairs of texts. Near 1, all vectors lie in a narrow cone: compare ranks, never the cosines themselves, with other models."),
        ),
        "norm_spread": (
            _("Spread of lengths"),
            _("Standard deviation of the vectors' lengths over their mean: 0 where they are normalised. Where it is not, cosine and dot product rank differently."),
        ),
        "identical": (
            _("Identical vectors"),
            _("Share of different texts whose vector another text has too: the model cannot tell them apart."),
        ),
    }  # fmt: skip
    told = strict_json.numbers(told)
    for place, (name, (title, help)) in zip(st.columns(3), texts.items(), strict=True):
        place.metric(title, percent(told[name]) if name == "identical" else fixed(told[name]), help=help)
