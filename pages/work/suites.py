"""Which datasets belong together, and what of them is left to run?"""

import streamlit as st

from pages.parts import address
from pages.parts.language import _
from pages.parts.suites import choice, own_suites, run

if address.view("suites", {"run": _("Run a suite"), "own": _("Own suites")}) == "run":
    suite = choice.pick()
    run.plan(suite)
    run.show_jobs(suite)
    st.page_link(
        "pages/compare/leaderboard.py",
        label=_("Leaderboard of this suite"),
        icon=":material/leaderboard:",
        query_params={"board": "suite", "suite": suite},
    )
else:
    own_suites.edit()
