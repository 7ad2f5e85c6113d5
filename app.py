"""The frame of the dashboard: configuration, navigation and the shared pickers; nothing else."""

import streamlit as st

from pages.parts import address, damage, empty, frame, jobs_panel
from pages.parts.language import _, switch

st.set_page_config(page_title="Parallax", page_icon="🔭", layout="wide")
frame.dress()
address.follow_history()
with address.at_once():
    with st.sidebar:
        switch()
    frame.need_own_server()
    page = st.navigation(
        {
            _("Compare"): [
                st.Page(
                    "pages/compare/leaderboard.py", title=_("Leaderboard"), icon=":material/leaderboard:", default=True
                ),
                st.Page("pages/compare/duel.py", title=_("Duel"), icon=":material/compare_arrows:"),
                st.Page("pages/compare/cost.py", title=_("Cost"), icon=":material/savings:"),
                st.Page("pages/compare/chunking.py", title=_("Chunks"), icon=":material/content_cut:"),
                st.Page("pages/compare/indexes.py", title=_("Indexes"), icon=":material/account_tree:"),
                st.Page("pages/compare/pipeline.py", title=_("Pipeline"), icon=":material/conversion_path:"),
                st.Page("pages/compare/hybrid.py", title=_("Hybrid"), visibility="hidden"),
            ],
            _("Explore"): [
                st.Page("pages/explore/map.py", title=_("Map"), icon=":material/scatter_plot:"),
                st.Page("pages/explore/inspect.py", title=_("Inspect"), icon=":material/troubleshoot:"),
                st.Page("pages/explore/judge.py", title=_("Judge"), icon=":material/gavel:"),
                st.Page("pages/explore/search.py", title=_("Search"), icon=":material/search:"),
            ],
            _("Work"): [
                st.Page("pages/work/datasets.py", title=_("Datasets"), icon=":material/database:"),
                st.Page("pages/work/models.py", title=_("Models"), icon=":material/deployed_code:"),
                st.Page("pages/work/adapt.py", title=_("Adapt"), icon=":material/model_training:"),
                st.Page("pages/work/runs.py", title=_("Runs"), icon=":material/play_circle:"),
                st.Page("pages/work/suites.py", title=_("Suites"), icon=":material/checklist:"),
                st.Page("pages/work/exchange.py", title=_("Exchange with mteb"), icon=":material/swap_horiz:"),
            ],
            _("About"): [st.Page("pages/about/method.py", title=_("Method"), icon=":material/menu_book:")],
        },
        expanded=True,
    )
    with st.sidebar:
        jobs_panel.show(page.url_path)
        damage.show()
    lost = frame.head(page.title, page.url_path)
    frame.regret_page()
    frame.regret_dataset(lost, page.url_path)
    frame.regret_choices()
    if page.url_path not in frame.OWN:
        empty.note_example()
    page.run()
