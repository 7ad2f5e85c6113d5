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
    asked, save, told = st.container(), st.container(), st.container()  # above all that needs no answer
    upload.preview(found.tables, reading.guesses(key, None, found.tables))
    guess, tables = reading.choose(key, found.tables, asked)
    with asked:
        said = values.answers(tables, guess)
        settled = said is not None and upload.is_written_so(found, options, guess)
    if said is not None and settled:
        with told:
            made = upload.check(found, tables, guess, said)
        if made is not None:
            with asked:
                upload.tell(tables, guess)
            upload.keep(made, guess.task, upload.suggested(found.tables), save)
