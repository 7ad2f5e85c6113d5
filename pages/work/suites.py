"""Which datasets belong together, and what of them is left to run?"""

import streamlit as st

from pages.parts import address, assembling, suite_runs, suites
from pages.parts.language import _

st.title(_("Suites"))
if address.view("suites", {"run": _("Run a suite"), "own": _("Own suites")}) == "run":
    suite = suites.pick()
    suite_runs.plan(suite)
    suite_runs.show_jobs(suite)
    st.page_link(
        "pages/compare/leaderboard.py",
        label=_("Its leaderboard"),
        icon=":material/leaderboard:",
        query_params={"board": "suite", "suite": suite},
    )
else:
    assembling.edit()
