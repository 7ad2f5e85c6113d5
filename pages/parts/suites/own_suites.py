"""Own suites: made of any datasets, changed, and removed."""

import streamlit as st

from engine.benchmarks import definitions
from engine.types import UserError
from pages.parts import cached
from pages.parts.address import settle
from pages.parts.datasets.upload import complain
from pages.parts.frame import title_of
from pages.parts.language import _

NEW = " +"
"""No suite has this name: those that people type lose their blanks."""


def edit() -> None:
    """One own suite, or a new one: its name and its datasets.

    The buttons stand above the box of datasets, which loses a line as soon as it is left: below it they would move away
    from under the mouse, and the press would be lost.
    """
    own = definitions.own()
    names = [NEW, *own]
    settle("mine", names, NEW, called=_("Own suite"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            _("Own suite"),
            names,
            key="mine",
            persist_state="session",
            width=300,
            format_func=lambda name: _("a new one") if name == NEW else name,
        )
        name = st.text_input(_("Name"), "" if chosen == NEW else chosen, key=f"assembling.name.{chosen}", width=300)
        with st.container(horizontal=True, width="content"):
            st.button(
                _("Save"),
                key="assembling.save",
                type="primary",
                disabled=not name.strip(),
                on_click=keep,
                args=(name.strip(), chosen),
            )
            if chosen != NEW:
                st.button(_("Delete"), key="assembling.delete", on_click=definitions.forget, args=(chosen,))
    if error := st.session_state.pop("assembling.failed", None):
        complain(error)
    pick(chosen, () if chosen == NEW else own[chosen])


def pick(suite: str, known: tuple[str, ...]) -> None:
    """Datasets of the library, and public ones by their name."""
    titles = {name: title_of(name) for name in cached.offered()}
    options = list(dict.fromkeys([*known, *titles]))
    st.multiselect(
        _("Datasets"),
        options,
        list(known),
        key=f"assembling.datasets.{suite}",
        format_func=lambda name: name if titles.get(name, name) == name else f"{titles[name]} · {name}",
        accept_new_options=True,
        placeholder=_("choose, or type the name of a public one, such as mteb:STS22.v2/zh"),
        help=_("Public datasets need not be on this machine yet; the Datasets page lists their names."),
    )


def keep(name: str, before: str) -> None:
    """Save the suite, and go to where it is run; under another name it takes the old one's place."""
    datasets = st.session_state[f"assembling.datasets.{before}"]
    try:
        definitions.keep(name, datasets, "" if before == NEW else before)
    except UserError as error:
        st.session_state["assembling.failed"] = error
        return
    st.session_state["suite"], st.session_state["suites"] = name, "run"
