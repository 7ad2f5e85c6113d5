"""What would each model find for this?"""

import streamlit as st

from pages.parts import address, cached, frame
from pages.parts.language import _
from pages.parts.search import results

view = address.view("view", {"search": _("Search a corpus"), "similarity": _("Compare texts")})
models = results.pick_models(st.session_state["dataset"] if view == "search" else None)
if view == "search":
    query = address.text_input(_("Query"), "q", placeholder=_("Type a question that somebody might ask"))
    address.number("k", _("Results per model"), 3, 50)
    k = st.slider(_("Results per model"), 3, 50, 10, key="k", bind="query-params")
    if not (query.strip() and models):
        st.text(_("Type a query and choose models: each shows what it finds in the dataset."))
        address.stop()
    arguments = {"models": models, "dataset": st.session_state["dataset"], "queries": [query], "k": k}
    found = results.answer("search", arguments)
    results.answer_in_short(found, frame.title_of(st.session_state["dataset"]), k)
    results.show_rankings(found, cached.dataset(st.session_state["dataset"]))
else:
    lines = st.text_area(_("Texts, one per line"), key="search.texts", height=160)
    texts = [line.strip() for line in lines.splitlines() if line.strip()][: results.MOST_TEXTS]
    if len(texts) < 2 or not models:
        st.text(_("Paste at least two texts, one per line: each model shows how similar it finds them."))
        address.stop()
    results.show_matrices(results.answer("similarity", {"models": models, "texts": texts}), texts)
