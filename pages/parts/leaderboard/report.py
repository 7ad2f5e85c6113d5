"""The report: what goes into it, and its download."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import streamlit as st

from engine.comparison.report import Ask, report
from engine.types import Message
from pages.locale import translations
from pages.parts import cached
from pages.parts.language import _, language


def offer(runs: pd.DataFrame) -> None:
    """A button that gives one HTML file on the dataset in view, which opens offline."""
    with st.popover(_("Report"), key="leaderboard.report", icon=":material/description:"):
        st.text(_("One HTML file for others: verdict, leaderboard, cases, settings, versions. It opens offline."))
        cases = st.slider(_("Cases of each kind"), 0, 50, 10, key="report.cases")
        texts = st.checkbox(
            _("With the dataset's texts"),
            key="report.texts",
            help=_("Without them, items appear by their ids only, and nothing of the data leaves with the file."),
        )
        ask, speak = Ask(cases, texts, language()), speaker(language())
        dataset, results = cached.dataset(runs["dataset"].iloc[0]), cached.results()
        dataset = replace(dataset, title=cached.dataset_title(cached.datasets()[dataset.name], language()))
        st.download_button(
            _("Download"),
            lambda: report(dataset, runs, results, ask=ask, say=speak).encode(),
            f"{dataset.name.replace(':', '-')}.html",
            "text/html",
            key="report.download",
            on_click="ignore",
            type="primary",
        )


def speaker(language: str) -> Callable[[Message], str]:
    """What says messages in this language: the file is built in a thread that does not know the visitor's any more."""
    known = translations(language)

    def speak(message: Message) -> str:
        values = {name: speak(one) if isinstance(one, Message) else one for name, one in message.values.items()}
        return known.gettext(message.template).format(**values) if message.template else ""

    return speak
