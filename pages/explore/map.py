"""How does each model see my data?"""

import streamlit as st

from pages.parts import address, cached
from pages.parts.language import _
from pages.parts.map import choice, detail, measured, panels, selection

view = choice.ready(choice.pick())


@st.fragment
@address.at_once()
def explore() -> None:
    """The pictures, what is selected in all of them, what was measured, and the text that is looked at."""
    with st.container(horizontal=True, vertical_alignment="center", key="answer"):
        measured.answer(view)
        choice, alone = panels.pick(view)
    mask = panels.show(view, choice, alone=alone)
    selection.say(view, mask)
    if view.sketch:  # what follows has not been measured yet
        return
    measured.trust(view)
    several = len(view.sides) > 1
    other = detail.pick_other(view) if several else 0
    measured.figures(view, mask, other)
    kind = detail.pick_list(view, mask)
    if kind == "groups":
        detail.show_groups(view, other)
    else:
        detail.show_list(view, detail.table_of(view, detail.rows_of(view, kind, mask, other), other))
    if (point := panels.looked_at(view)) is not None:
        detail.show_point(view, point, other)
    measured.space(view)


explore()
scored = cached.runs_on(view.arguments["dataset"])
if labels := scored.loc[scored["model"] == view.sides[0].model, "label"].tolist():
    told = _("Where {model} goes wrong", model=labels[0])
    address.lead("pages/explore/inspect.py", told, {"a": labels[0]}, "map.next", type="tertiary", icon=":material/troubleshoot:")  # fmt: skip
