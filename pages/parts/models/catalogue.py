"""The pieces of the models page: the catalogue, a model's card, adding one."""

import pandas as pd
import streamlit as st

from engine import plugins
from engine.compute import kernels
from engine.endpoints import services
from engine.models import catalogue, truncation
from engine.runs import entry_checks
from engine.types import Message, ModelEntry
from pages.parts import cached, lists
from pages.parts.language import _, listed, say
from pages.parts.models import variant_form


def pick() -> ModelEntry | None:
    """The catalogue as a table; the model whose row is clicked."""
    entries, here = list(cached.models().values()), cached.here()
    rows = [
        {
            "name": entry.name,
            "here": "✓" if entry.name in here else "",
            "dimension": entry.width,
            "length": entry.reads,
            "parameters": entry.parameters,
            "family": _(plugins.families()[entry.family].title),
            "languages": ", ".join(entry.languages),
            "licence": entry.licence,
        }
        for entry in entries
    ]
    table = pd.DataFrame(rows).sort_values("here", ascending=False, kind="stable", ignore_index=True)
    table["parameters"] = table["parameters"].astype(float) / 1e6
    event = st.dataframe(
        table,
        key="models.catalogue",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=320,
        placeholder="–",
        column_config={
            "name": st.column_config.TextColumn(_("model"), width=200),
            "here": st.column_config.TextColumn(_("on this machine"), alignment="center"),
            "family": _("kind"),
            "parameters": st.column_config.NumberColumn(_("million parameters"), format="%.1f"),
            "dimension": lists.count(_("dimension")),
            "length": lists.count(_("longest text (tokens)"), _("What lies beyond is cut off.")),
            "languages": st.column_config.TextColumn(_("languages"), width=110),
            "licence": _("licence"),
        },
    )
    _products()
    rows = event.selection.rows
    if not rows:
        st.text(_("Click a row to read how the model is meant to be used."))
        return None
    return cached.models()[table["name"].iloc[rows[0]]]


def _products() -> None:
    """What multiplies on this processor, once a model was run."""
    speeds = kernels.measured()
    if speeds:
        seen = listed(f"{kernels.TITLES[name]} {speed:,.0f}" for name, speed in speeds.items())
        st.caption(
            _(
                "How fast one core of this machine multiplies vectors, which is what scoring and searching wait for (billions of float32 operations a second): {seen}. The faster library is used, unless the environment variable PARALLAX_PRODUCT names the other one.",
                seen=seen,
            )
        )


def card(entry: ModelEntry) -> None:
    """How a model is meant to be used, and what may go wrong."""
    st.header(_("Card"))
    with st.container(border=True):
        st.text(entry.title or entry.name)
        if entry.recipe:
            st.text(_(entry.recipe))
        for warning in pitfalls(entry):
            st.text(f"⚠ {warning}")
        shown = {
            name: repr(value) if value in entry.prompts.values() else str(value)
            for name, value in facts(entry).items()
            if value not in ("", None)
        }
        st.dataframe(
            pd.DataFrame(shown.items(), columns=[_("fact"), _("value")]),
            hide_index=True,
            placeholder="–",
            key="models.card",
        )
        if entry.name in catalogue.own():
            st.button(
                _("Remove from the catalogue"), key="models.remove", on_click=catalogue.remove, args=(entry.name,)
            )


def facts(entry: ModelEntry) -> dict[str, object]:
    """What is known of a model, by what it is called; "" or None where nothing is."""
    return {
        _("source"): entry.source,
        _("revision"): entry.revision,
        **endpoint(entry),
        _("pooling"): entry.pools,
        _("normalised"): "" if entry.normalize is None else _("yes") if entry.normalize else _("no"),
        _("similarity"): entry.similarity,
        _("longest text (tokens)"): truncation.limit(entry),
        _("dimension"): entry.width,
        _("vectors of a text"): _("one for every token") if plugins.families()[entry.family].tokens else "",
        _("vectors pooled by"): entry.asked.pool_factor,
        _("can be cut to"): listed(entry.dimensions),
        _("million parameters"): f"{entry.parameters / 1e6:.1f}" if entry.parameters else "",
        _("GB in float32"): f"{4 * entry.parameters / 1e9:.2f}" if entry.parameters else "",
        _("price per million tokens"): entry.price,
        _("precision of vectors"): "" if entry.asked.vectors == "float32" else entry.asked.vectors,
        _("languages"): ", ".join(entry.languages),
        _("variant of"): entry.variant_of,
        _("query prompt"): entry.prompts.get("query", ""),
        _("document prompt"): entry.prompts.get("document", ""),
        **{
            _("prompt for {kind}", kind=name): text
            for name, text in entry.prompts.items()
            if name not in ("query", "document")
        },
        _("licence"): entry.licence,
        _("reference"): entry.reference,
    }


def endpoint(entry: ModelEntry) -> dict[str, object]:
    """Where a model is asked that does not run here, and what is asked of it."""
    if entry.endpoint is None:
        return {}
    asked = entry.endpoint
    return {
        _("endpoint"): asked.name or services.OPENAI,
        _("service"): services.service(asked).title,
        _("model"): asked.model,
        _("texts per request"): asked.batch_size,
        _("requests per minute"): asked.requests_per_minute,
        _("texts that are too long"): _("are cut") if asked.truncate else _("stop the run"),
    }


def vary(entry: ModelEntry) -> None:
    """Make a variant of the model."""
    with st.expander(_("Make a variant"), icon=":material/call_split:"):
        name = variant_form.form(entry, "models.vary")
        if name:
            st.success(_("The variant is in the catalogue."))
            st.text(name)
            st.page_link("pages/work/runs.py", label=_("Run it"), icon=":material/play_circle:")


def pitfalls(entry: ModelEntry) -> list[str]:
    """What people get wrong with a model like this."""
    found = []
    if any(entry.prompts.values()):
        found.append(
            _("It was trained with prompts: they are put before queries and documents in retrieval and reranking.")
        )
    length = truncation.limit(entry)
    if length and length <= 256:
        found.append(_("It reads {n} tokens; longer texts are cut off there.", n=length))
    if entry.normalize is False and entry.similarity == "dot":
        found.append(_("Its vectors are not normalised and it ranks by dot product: cosine gives another order."))
    if unused := entry_checks.unused_prompt(entry):
        found.append(say(unused))
    if entry.remote_code:
        found.append(_("Loading it runs Python code from its repository. Run it only if you trust the publisher."))
    if entry.endpoint is not None:
        found.append(_("The texts are sent to the endpoint: they leave this machine."))
    return found + [say(one) for one in [catalogue.available(entry)] if isinstance(one, Message)]
