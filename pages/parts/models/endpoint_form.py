"""The form for a model behind an endpoint whose address and key the environment of Parallax names."""

from typing import Any

import streamlit as st

from engine.endpoints import reranking, services
from engine.types import Endpoint, ModelEntry
from pages.parts.language import _


def form(*, reranks: bool) -> ModelEntry | None:
    """The entry that was asked for, once its model has a name."""
    st.text(
        _(
            "A server that scores documents for a query (/rerank), as Cohere, Jina, Voyage, SiliconFlow, TEI, vLLM and infinity do. Put such a model into a pipeline as its reranker."
        )
        if reranks
        else _("A server that speaks the embeddings protocol of OpenAI.")
    )
    st.text(
        _(
            "Its address and key come from the environment in which Parallax was started, such as OPENAI_BASE_URL and OPENAI_API_KEY, or MINE_BASE_URL and MINE_API_KEY for one of your own. For a service that is known, such as DASHSCOPE_API_KEY, the key is enough."
        )
    )
    known = services.words()
    if not known:
        st.text(_("The environment names no endpoint."))
        return None
    first, second, third = st.columns(3)
    word = first.selectbox(_("Endpoint"), known, key="models.endpoint")
    service = pick_service(word, second, reranks=reranks)
    example = "rerank-v3.5" if reranks else "text-embedding-3-small"
    model = third.text_input(_("Model"), key="models.remote", placeholder=example).strip()
    asked = options(word, reranks=reranks)
    if not model:
        return None
    endpoint = Endpoint(word, model, service, **asked)
    family = "rerank_endpoint" if reranks else "openai_compatible"
    return ModelEntry(model, family, dimension=endpoint.dimensions, endpoint=endpoint)


def pick_service(word: str, place: Any, *, reranks: bool) -> str:
    """Whose ways the endpoint has; empty where the usual ones are good enough."""
    listed = {name: one for name, one in services.services().items() if one.rerank or not reranks}
    titles = {"": _("another one")} | {name: one.title for name, one in listed.items()}
    guessed = services.service(Endpoint(word)).name
    chosen: str = place.selectbox(
        _("Service"),
        list(titles),
        index=list(titles).index(guessed) if guessed in titles else 0,
        format_func=titles.__getitem__,
        key=f"models.service.{word}.{reranks}",
        help=_("What it takes per request, and what its options are called."),
    )
    one = listed.get(chosen)
    if one:
        how = reranking.ways(one)
        said = _("{title}: up to {n} documents per request.", title=one.title, n=how.most) if reranks else _(
            "{title}: up to {n} texts per request.", title=one.title, n=one.texts)  # fmt: skip
        st.text(said)
        link = (how.reference if reranks else one.reference)[0]
        st.link_button(_("Its documentation"), link, type="tertiary", icon=":material/open_in_new:")
    return chosen


def options(word: str, *, reranks: bool) -> dict[str, Any]:
    """What may be asked of the endpoint beside a model."""
    with st.expander(_("Options of the endpoint"), icon=":material/tune:"):
        places = st.columns(4)
        price = places[0].number_input(
            _("Price per million tokens"), 0.0, value=None, format="%.4f", key="models.price", placeholder=_("unknown")
        )
        dimensions = places[1].number_input(
            _("Dimension"), 1, value=None, key="models.dimensions", placeholder=_("its own"), disabled=reranks
        )
        batch = places[2].number_input(
            _("Texts per request"), 1, value=None, key="models.batch", placeholder=_("found out")
        )
        rate = places[3].number_input(
            _("Requests per minute"), 1, value=None, key="models.rate", placeholder=_("no limit")
        )
        cut = st.checkbox(
            _("Cut texts that are too long for it; otherwise they stop the run"), key=f"models.cut.{word}"
        )
    return {
        "price": price,
        "dimensions": None if reranks else dimensions,
        "batch_size": batch,
        "requests_per_minute": rate,
        "truncate": cut,
    }
