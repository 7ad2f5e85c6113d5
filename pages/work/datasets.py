"""Can it read my file, and is the file any good?"""

import streamlit as st

from pages.parts import address
from pages.parts.datasets import public, reading, saved, upload, values
from pages.parts.language import _

view = address.view("datasets", {"library": _("Library"), "public": _("Public"), "upload": _("Upload")})
if view == "library":
    saved.table()
    if st.session_state["dataset"]:
        saved.profile(st.session_state["dataset"])
elif view == "public":
    public.show()
else:
    received = upload.receive()
    if received is None:
        st.text(
            _(
                "CSV, TSV, XLSX, JSONL, Parquet, TREC qrels, or a zip in the BEIR layout. Several files of one dataset can be given at once."
            )
        )
        st.page_link(
            "pages/about/method.py", label=_("Which tables and columns each task needs"), icon=":material/menu_book:"
        )
        address.stop()
    key, found, options = received
    guess, tables = reading.choose(key, found.tables)
    said = values.answers(tables, guess)
    if said is not None and upload.is_written_so(found, options, guess):
        made = upload.check(tables, guess, said)
        if made is not None:
            upload.keep(made, guess.task, upload.suggested(found.tables))
