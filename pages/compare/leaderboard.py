"""Which model is best on my data, and how sure are we?"""

from functools import partial

import streamlit as st

from pages.parts import address, cached, charts, drawn, score_tables, weak_spots
from pages.parts.empty import box, welcome
from pages.parts.language import _, ngettext
from pages.parts.leaderboard import next_steps, overview, report, stability, suite_board

answer = st.container()
controls = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
with controls:
    board = address.view("board", {"own": _("My datasets"), "suite": _("Suites and published scores")})
if board == "suite":
    suite_board.show()
    address.stop()
runs = cached.runs()
if runs.empty:
    welcome()

name = st.session_state["dataset"]
here, spots = cached.runs_on(name).sort_values("score", ascending=False, kind="stable"), None
if here.empty:
    with box():
        st.text(_("No model has been run on this dataset as it is now."))
        st.page_link("pages/work/runs.py", label=_("Run models on it"), icon=":material/play_circle:")
else:
    task = cached.task(here["task"].iloc[0])
    with controls, st.container(horizontal=True, width="content"):
        report.offer(here)
        more = st.popover(_("Options"), icon=":material/tune:")
    with more:
        metric = score_tables.pick_metric(here, task)
    score_tables.show_verdict(score_tables.verdict(here, task), answer, task, metric)
    score_tables.note_precision(here)
    table = score_tables.board(here, task, metric)
    key, alt = "leaderboard.intervals", _("Score of every model with its 95% interval")
    picture, height = partial(charts.intervals, table, metric), 120 + 26 * len(table)
    figure = charts.kept(drawn.state(table, metric), key, alt, height, picture)
    spots = st.container(gap="xsmall")
    next_steps.show(here)
    score_tables.warn(here)
    score_tables.show_board(table, metric, figure)
    stability.show_items(here)

st.header(_("All datasets"))
chosen = overview.pick_runs(runs)
if chosen.empty:
    st.text(_("No run matches the filters."))
    st.button(_("Reset the filters"), on_click=overview.reset)
else:
    score_tables.note_precision(chosen)
    scores = overview.matrix(chosen)
    st.text(
        ngettext("{n} model", "{n} models", len(scores))
        + " × "
        + ngettext("{n} dataset", "{n} datasets", scores.shape[1])
        + " · "
        + _("main score of each dataset")
    )
    overview.show(scores, chosen)
if spots:
    weak_spots.fill(spots, here, key="leaderboard")
