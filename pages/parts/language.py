"""In which language does this visitor read, and what is a text called in it?"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, reduce

import streamlit as st
from babel.core import Locale, get_global

from engine.metrics import names
from engine.notation import fill
from engine.types import Message, UserError
from pages.locale import LANGUAGES, translations
from pages.parts.address import settle

_reader: ContextVar[str | None] = ContextVar("reader", default=None)
_page: ContextVar[str | None] = ContextVar("page", default=None)
"""That of the page which this thread draws, once it is chosen: some hundred texts ask for it."""


@contextmanager
def reading(code: str) -> Iterator[None]:
    """For somebody who reads this language, where no page is being drawn."""
    token = _reader.set(code)
    try:
        yield
    finally:
        _reader.reset(token)


SHOWN = "lang.shown"
LABEL = "Language · 语言"
METRICS = re.compile("|".join(one.template for one in (
    Message("Accuracy"), Message("Precision"), Message("Recall"), Message("Hit rate")
)))  # fmt: skip
"""What of the names of metrics has one in other languages too; nDCG, MAP, F1 are called so everywhere."""
HAN = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]")
TYPED = re.compile("`([^`]+)`")
"""What is to be typed, as terminals have it; on a page it stands between marks that everybody knows."""
SPOKEN = Message("The texts are in {asked}; the model was made for {known}.")
"""What the engine says in codes of languages, and a page by their names."""


def language() -> str:
    """The visitor's choice, or else the browser's language where we speak it, or else English."""
    if known := _reader.get() or _page.get():
        return known
    chosen = st.session_state.get("lang")
    return chosen if chosen in LANGUAGES else preferred()


def preferred() -> str:
    """What was read in this browser before (pages/start/history.js), or else what the browser asks for."""
    read = st.context.cookies.get("parallax_lang")
    asked = read if read in LANGUAGES else (st.context.locale or "en").split("-")[0].lower()
    return asked if asked in LANGUAGES else "en"


def _(text: str, **values: object) -> str:
    """A text in the visitor's language, its {gaps} filled with the values as they are."""
    translated = _translated(text, language())
    return fill(_close(translated, values), values) if values else translated


def _translated(text: str, code: str) -> str:
    return TYPED.sub("“\\1”", translations(code).gettext(text)) if text else ""


def ngettext(one: str, many: str, n: int, **values: object) -> str:
    """As `_`, by number: `ngettext("{n} text", "{n} texts", 3)`."""
    return fill(translations(language()).ngettext(one, many, n), {"n": n, **values})


def say(message: Message | UserError) -> str:
    """What the engine has to say, in the visitor's language."""
    return str(said_in(language(), message))


def said_in(code: str, value: object) -> object:
    """A message in this language, and so are those in its gaps; several with a comma between; anything else as it is."""
    if isinstance(value, tuple):
        return translations(code).gettext(", ").join(str(said_in(code, one)) for one in value)
    if not isinstance(value, Message | UserError):
        return value
    text = _translated(value.template, code)
    values = {name: said_in(code, one) for name, one in value.values.items()}
    if "languages" in values:
        values["languages"] = _translated(", ", code).join(
            _language(str(one), code) for one in value.values["languages"]
        )
    if value.template == SPOKEN.template:  # kept with every run, as codes
        spoken = {name: tuple(_language(one, code) for one in str(its).split(", ")) for name, its in values.items()}
        values = {name: said_in(code, its) for name, its in spoken.items()}
    if isinstance(values.get("metric"), str):
        values["metric"] = _metric(str(values["metric"]), code)
    return fill(_close(text, values), values)


def _close(text: str, values: Mapping[str, object]) -> str:
    """A Chinese text without the spaces that set a Latin word apart, where that word is Chinese too."""
    for name in (name for name, value in values.items() if isinstance(value, str)):
        gap, value = "{" + name + "}", str(values[name])
        if HAN.match(value):
            text = re.sub(rf"(?<={HAN.pattern}) (?={gap})", "", text)
        if HAN.match(value[-1:]):
            text = re.sub(rf"(?<={gap}) (?={HAN.pattern})", "", text)
    return text


def metric_title(metric: str) -> str:
    """What a metric, such as `ndcg_at_10`, is called in the visitor's language."""
    return _metric(names.title(metric), language())


def _metric(title: str, code: str) -> str:
    return METRICS.sub(lambda word: translations(code).gettext(word[0]), title)


def listed(names: Iterable[object]) -> str:
    """Names in a row, with the comma of the visitor's language."""
    return _(", ").join(map(str, names))


def together(*sentences: str) -> str:
    """Sentences after one another: a language such as Chinese has no space between them."""
    told = [one for one in sentences if one]
    return reduce(lambda one, other: _("{one} {other}", one=one, other=other), told) if told else ""


def named(name: str, value: object) -> str:
    """A value behind its name, with the colon of the visitor's language."""
    return _("{name}: {value}", name=name, value=value)


def name_of(code: str) -> str:
    """A language such as `cmn-Hans` or `en` by its name in the visitor's language, the code behind it."""
    name = _language(code, language())
    return code if name == code else f"{name} ({code})"


def _language(code: str, reader: str) -> str:
    return language_names(reader).get(_short(code), code)


@cache
def language_names(reader: str) -> dict[str, str]:
    """What languages are called in this one, by their shortest code."""
    return {code: str(name) for code, name in Locale(reader).languages.items()}


def _short(code: str) -> str:
    """`zh` for `cmn-Hans`: the two letters of a language where it has them."""
    alone = code.partition("-")[0]
    return str(get_global("language_aliases").get(alone, alone))


def switch() -> None:
    """The choice of language, in the sidebar; it stands in the address."""
    _page.set(None)
    settle("lang", list(LANGUAGES), preferred(), called=LABEL)
    if st.session_state.get(SHOWN, language()) != language():
        renew()
    st.session_state[SHOWN] = language()
    st.segmented_control(
        LABEL,
        list(LANGUAGES),
        format_func=LANGUAGES.get,
        key="lang",
        persist_state="session",
        required=True,
        label_visibility="collapsed",
    )
    _page.set(language())


def renew() -> None:
    """Set every choice to what it is: a browser goes on showing a chosen option under the name that it had before."""
    for key, value in st.session_state.items():
        chosen = isinstance(value, str | int) and not isinstance(value, bool)
        if chosen or (isinstance(value, list) and value and all(isinstance(one, str) for one in value)):
            st.session_state[key] = value
