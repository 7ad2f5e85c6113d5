"""Which model is best on my data, and how sure are we?"""

import streamlit as st

from engine import tables
from pages.parts import address, boards, charts, firmness, library, overviews, reporting, suite_boards
from pages.parts.empty import welcome
from pages.parts.language import _, ngettext

st.title(_("Leaderboard"))
if address.view("board", {"own": _("My datasets"), "suite": _("Suites and published scores")}) == "suite":
    suite_boards.show()
    address.stop()
runs = library.runs()
if runs.empty:
    welcome()

name = st.session_state["dataset"]
here = library.runs_on(name)
if here.empty:
    with st.container(border=True):
        st.text(_("No model has been run on this dataset as it is now."))
        st.page_link("pages/work/runs.py", label=_("Run models on it"), icon=":material/play_circle:")
else:
    task = library.task(here["task"].iloc[0])
    metric = boards.pick_metric(here, task)
    verdict = boards.verdict(here, task)
    if verdict:
        st.info(verdict, icon=":material/balance:")
    boards.note_precision(here)
    board = boards.board(here, task, metric)
    figure, alt = charts.intervals(board, metric), _("Score of every model with its 95 % interval")
    charts.show(figure, "leaderboard.intervals", alt, height=120 + 26 * len(board))
    boards.show_board(board, metric)
    firmness.show_items(here)
    reporting.offer(here)

st.subheader(_("All datasets"))
chosen = overviews.pick_runs(runs)
if chosen.empty:
    st.text(_("The filters leave nothing."))
    st.button(_("Reset the filters"), on_click=overviews.reset)
else:
    boards.note_precision(chosen)
    scores = tables.matrix(chosen)
    st.text(
        ngettext("{n} model", "{n} models", len(scores))
        + " × "
        + ngettext("{n} dataset", "{n} datasets", scores.shape[1])
        + " · "
        + _("each cell is the dataset's main score × 100")
    )
    overviews.show(scores, chosen)
