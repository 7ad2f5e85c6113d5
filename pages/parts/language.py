"""In which language does this visitor read, and what is a text called in it?"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

import streamlit as st
from babel.core import Locale, get_global

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


def language() -> str:
    """The visitor's choice, or else the browser's language where we speak it, or else English."""
    if known := _reader.get() or _page.get():
        return known
    chosen = st.session_state.get("lang")
    return chosen if chosen in LANGUAGES else preferred()


def preferred() -> str:
    """What the browser asks for."""
    asked = (st.context.locale or "en").split("-")[0].lower()
    return asked if asked in LANGUAGES else "en"


def _(text: str, **values: object) -> str:
    """A text in the visitor's language, its {gaps} filled with the values as they are."""
    translated = translations(language()).gettext(text) if text else ""
    return fill(translated, values) if values else translated


def ngettext(one: str, many: str, n: int, **values: object) -> str:
    """As `_`, by number: `ngettext("{n} text", "{n} texts", 3)`."""
    return fill(translations(language()).ngettext(one, many, n), {"n": n, **values})


def say(message: Message | UserError) -> str:
    """What the engine has to say, in the visitor's language."""
    return fill(_(message.template), {name: _said(value) for name, value in message.values.items()})


def _said(value: object) -> object:
    """A value in a gap: a message within a message is said too, and so are those of several."""
    if isinstance(value, tuple):
        return tuple(map(_said, value))
    return say(value) if isinstance(value, Message) else value


def name_of(code: str) -> str:
    """A language such as `cmn-Hans` or `en` by its name in the visitor's language, the code behind it."""
    name = language_names(language()).get(_short(code))
    return f"{name} ({code})" if name else code


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
        if isinstance(value, str) or (isinstance(value, list) and value and all(isinstance(one, str) for one in value)):
            st.session_state[key] = value
