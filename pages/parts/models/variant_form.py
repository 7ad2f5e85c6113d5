"""The form that makes a variant of a model: another prompt, length, pooling, dimension or precision of vectors."""

import streamlit as st

from engine import plugins
from engine.models import variants
from engine.models.variants import Changes
from engine.types import ModelEntry, UserError
from pages.parts.language import _, listed, say


def form(entry: ModelEntry, key: str) -> str | None:
    """The name of the variant that was just made of this model, if one was."""
    family = plugins.families()[entry.family]
    if family.sparse and not family.changes:
        st.text(_("A lexical model has neither prompts nor dense vectors that could be varied."))
        return None
    st.text(
        _("A variant is a row of its own in every comparison. With a vector for every token, pooling and precision decide what is stored: texts are encoded again.")
        if family.tokens else
        _("A variant is a row of its own in every comparison. Dimension and precision of vectors are made from the stored vectors: nothing is encoded again.")
    )  # fmt: skip
    with st.form(f"{key}.{entry.name}", border=False):
        prompts = prompt_fields(entry, key) if "prompts" in family.changes else {}
        changes = Changes(prompts, **number_fields(entry, key))
        if st.form_submit_button(_("Make this variant"), icon=":material/call_split:"):
            return make(entry, changes)
    return None


def prompt_fields(entry: ModelEntry, key: str) -> dict[str, str]:
    """What to put before queries and documents."""
    titles = {"query": _("Query prompt"), "document": _("Document prompt")}
    note = _("Put before the texts in retrieval and reranking. Empty: no prompt.")
    places = zip(titles.items(), st.columns(2), strict=True)
    return {
        role: place.text_input(title, entry.prompts.get(role, ""), key=f"{key}.{entry.name}.{role}", help=note)
        for (role, title), place in places
    }


def number_fields(entry: ModelEntry, key: str) -> dict[str, object]:
    """Length, pooling, dimension and precision; what is left alone stays as it is."""
    family = plugins.families()[entry.family]
    places, own = st.columns(4), f"{key}.{entry.name}"
    chosen: dict[str, object] = {}
    if "max_length" in family.changes and entry.reads:
        chosen["max_length"] = places[0].number_input(
            _("Longest text (tokens)"), 4, value=entry.reads, key=f"{own}.length"
        )
    if "pooling" in family.changes and entry.pools in variants.POOLINGS:
        chosen["pooling"] = places[1].selectbox(
            _("Pooling"),
            variants.POOLINGS,
            variants.POOLINGS.index(entry.pools),
            key=f"{own}.pooling",
            help=_("Another pooling than the one it was trained with usually harms; this shows how much."),
        )
    if "pool_factor" in family.changes:
        chosen["pool_factor"] = places[1].number_input(
            _("Tokens pooled by"),
            1.0,
            value=entry.asked.pool_factor or 1.0,
            step=0.5,
            key=f"{own}.pool_factor",
            help=_("Of so many vectors of a document one is made, of those that are most alike; queries keep theirs. 1: none."),
        )  # fmt: skip
    if family.tokens:
        chosen["vectors"] = places[2].selectbox(_("Precision of vectors"), variants.forms(entry), key=f"{own}.vectors")
    elif not family.sparse and entry.width:
        chosen["dimension"] = places[2].number_input(
            _("Dimension kept"), 1, entry.width, entry.width, key=f"{own}.dimension", help=trained(entry)
        )
        chosen["pca"] = places[2].checkbox(
            _("on the principal axes (PCA)"), key=f"{own}.pca",
            help=_("Keeps the numbers on the principal axes of the documents, learnt for each dataset, instead of the first ones."),
        )  # fmt: skip
        chosen["vectors"] = places[3].selectbox(_("Precision of vectors"), variants.VECTORS, key=f"{own}.vectors")
    return chosen


def trained(entry: ModelEntry) -> str:
    """To which dimensions the model was trained to be cut."""
    if entry.dimensions:
        return _("It was trained to be cut to {dimensions}.", dimensions=listed(entry.dimensions))
    return _("It is not known to be trained for shorter vectors (Matryoshka); cutting may cost much.")


def make(entry: ModelEntry, changes: Changes) -> str | None:
    """Keep the variant in the catalogue; its name, or None with the reason on the page."""
    try:
        made = variants.keep(entry, changes)
    except UserError as error:
        st.error(_("This variant cannot be made."))
        st.text(say(error))
        return None
    if made is entry:
        st.text(_("Nothing differs from the original model yet."))
        return None
    return made.name
