"""Where files are given: Streamlit's own box, whose English words are drawn in the visitor's language."""

import json
from typing import Any

import streamlit as st

from pages.parts.language import _, language

BOX = '[data-testid="stFileUploaderDropzone"]'


def ask(label: str, *, key: str, **more: Any) -> Any:
    """What `st.file_uploader` gives."""
    if language() != "en":
        st.html(style())
    return st.file_uploader(label, key=key, **more)


def style() -> str:
    """CSS that puts our words over those that Streamlit has no translation of."""
    limit = _("Up to {n} GB a file", n=f"{int(st.get_option('server.maxUploadSize')) / 1024:g}")
    words = {f"{BOX} > span button p": _("Choose files"), f'{BOX} > [data-testid$="Instructions"] span': limit}
    rules = (
        f"{place} {{ font-size: 0; }} {place}::after {{ content: {json.dumps(told, ensure_ascii=False)}; font-size: 0.875rem; }}"
        for place, told in words.items()
    )
    return f"<style>{' '.join(rules)}</style>"
