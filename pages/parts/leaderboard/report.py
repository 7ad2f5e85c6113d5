"""What of the comparison leaves for others? The report, and its picture."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import streamlit as st

from engine.comparison.report import Ask, for_slide, report
from engine.types import Dataset, Message
from pages.parts import cached, picture
from pages.parts.language import _, language, said_in


def offer(runs: pd.DataFrame) -> None:
    """One HTML file on the dataset in view, which opens offline, and its picture for slides."""
    with st.popover(_("Report"), key="leaderboard.report", icon=":material/description:"):
        st.text(
            _(
                "A short report to send or to print: the answer, how firm it is, what it costs, where it fails. It opens without a network."
            )
        )
        texts = st.checkbox(
            _("With three telling items and their texts"),
            key="report.texts",
            help=_("Without them, no text, label or topic of the data leaves with the file."),
        )
        ask, speak = Ask(texts, language()), speaker(language())
        dataset, results = cached.dataset(runs["dataset"].iloc[0]), cached.results()
        dataset = replace(dataset, title=cached.dataset_title(cached.card_of(dataset.name), language()))
        name = dataset.name.replace(":", "-")
        st.download_button(
            _("Report (HTML)"),
            lambda: report(dataset, runs, results, ask=ask, say=speak).encode(),
            f"{name}.html",
            "text/html",
            key="report.download",
            on_click="ignore",
            type="primary",
            icon=":material/download:",
        )
        picture.offer(drawn(dataset, runs, language(), (dataset.title, *cached.state(runs))), name, "report.picture")


@st.cache_data(max_entries=16, show_spinner=False)
def drawn(_dataset: Dataset, _runs: pd.DataFrame, language: str, state: tuple[str, ...]) -> str:
    """The report's picture, until the results or what the dataset is called change."""
    return for_slide(_dataset, _runs, cached.results(), say=speaker(language))


def speaker(language: str) -> Callable[[Message], str]:
    """What says messages in this language: the file is built in a thread that does not know the visitor's any more."""
    return lambda message: str(said_in(language, message))
