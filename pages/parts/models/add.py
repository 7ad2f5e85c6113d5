"""How a model comes into the catalogue: by folder, by hub id, or by endpoint; it is read before it is confirmed."""

from dataclasses import replace

import streamlit as st

from engine import plugins
from engine.models import catalogue as model_catalogue
from engine.types import ModelEntry, UserError
from pages.parts import address
from pages.parts.language import _, say
from pages.parts.models import catalogue, endpoint_form


def show() -> None:
    """The ways in."""
    ways = {"files": _("Folder or hub id"), "endpoint": _("Endpoint"), "rerank": _("Rerank endpoint")}
    way = address.view("way", ways)
    entry = by_files() if way == "files" else endpoint_form.form(reranks=way == "rerank")
    if entry is not None:
        catalogue.card(entry)
        confirm(entry)


def by_files() -> ModelEntry | None:
    """What the configuration of a folder or hub model says of itself."""
    st.text(
        _(
            "A folder on this machine with a sentence-transformers model (safetensors), or the id of a model on the Hugging Face hub. Its own configuration is read: nothing is guessed."
        )
    )
    source = st.text_input(
        _("Folder or hub id"), key="models.source", placeholder="/srv/models/my-model · BAAI/bge-small-zh-v1.5"
    )
    if not source:
        return None
    try:
        return model_catalogue.inspect(source.strip())
    except UserError as error:
        refuse(error)
        return None


def confirm(entry: ModelEntry) -> None:
    """The name and prompts, which a person may change, and the button."""
    own = f"{entry.source}.{entry.name}"  # fields of their own: nothing typed or ticked for one model passes to another
    name = st.text_input(_("Name"), value=entry.name, key=f"models.name.{own}")
    asked = prompts(entry, own) if "prompts" in plugins.families()[entry.family].changes else {}
    trusted = not model_catalogue.wants_code(entry) or st.checkbox(
        _("Run the Python code of this model. I have read it, or trust its publisher."), key=f"models.trust.{own}"
    )
    if st.button(_("Add to the catalogue"), key="models.add", type="primary", disabled=not trusted):
        given = {role: text for role, text in asked.items() if text or role in entry.prompts}  # emptied: none at all
        keep(
            replace(
                entry,
                name=name.strip(),
                prompts={**entry.prompts, **given},
                remote_code=model_catalogue.wants_code(entry),
            )
        )


def prompts(entry: ModelEntry, own: str) -> dict[str, str]:
    """What is put before queries and documents, as a person has it."""
    left, right = st.columns(2)
    query = left.text_input(_("Query prompt"), value=entry.prompts.get("query", ""), key=f"models.query.{own}")
    document = right.text_input(
        _("Document prompt"), value=entry.prompts.get("document", ""), key=f"models.document.{own}"
    )
    return {"query": query, "document": document}


def keep(entry: ModelEntry) -> None:
    """Save the entry, or say why not."""
    try:
        model_catalogue.add(entry)
    except UserError as error:
        refuse(error)
        return
    st.success(_("The model is in the catalogue."))
    st.page_link("pages/work/runs.py", label=_("Run it"), icon=":material/play_circle:")


def refuse(error: UserError) -> None:
    """Why the model cannot come in."""
    st.error(_("This model cannot be added."))
    st.text(say(error))
