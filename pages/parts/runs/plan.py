"""Models × datasets before they run: what is there already, what it will take, and the start."""

import pandas as pd
import streamlit as st

from engine.jobs import queue
from engine.notation import NIL, amount
from engine.runs import evaluate, plans
from engine.types import UserError
from pages.parts import cached, lists
from pages.parts.apart import apart
from pages.parts.frame import titles
from pages.parts.language import _, listed, ngettext, say, together
from pages.parts.models import variant_form

STATES = ("to do", "done", "waiting", "under way", "not possible")
PRECISIONS = ("float32", "bfloat16", "float16")


def pick() -> tuple[list[str], list[str]]:
    """The models and datasets to run; those on this machine come first."""
    catalogue = cached.models()
    available = cached.here()
    here = [name for name in catalogue if name in available]
    names = here + [name for name in catalogue if name not in here]
    left, right = st.columns(2)
    if "runs.models" not in st.session_state:
        task = cached.card_of(chosen).task if (chosen := st.session_state.get("dataset")) else None
        fit = [name for name in here if task is None or cached.applies(name, task)]
        st.session_state["runs.models"] = fit[:3]
    for name in st.session_state.pop("runs.fresh", []):
        st.session_state["runs.models"] = [*st.session_state["runs.models"], name]
    if "runs.datasets" not in st.session_state:
        st.session_state["runs.datasets"] = [name for name in (st.session_state.get("dataset"),) if name]
    note = _("not on this machine yet")
    models = left.multiselect(
        _("Models"),
        names,
        key="runs.models",
        format_func=lambda name: name if name in here else f"{name} ({note})",
        placeholder=_("choose"),
    )
    called = titles()
    st.session_state["runs.datasets"] = [name for name in st.session_state["runs.datasets"] if name in called]
    return models, right.multiselect(
        _("Datasets"),
        [name for name in called if name in cached.offered() or name in st.session_state["runs.datasets"]],
        key="runs.datasets",
        format_func=called.get,
        placeholder=_("choose"),
    )


def vary(models: list[str]) -> None:
    """Make a variant of one of the chosen models, which is then chosen too."""
    with st.expander(_("Compare a model with a variant of it"), icon=":material/call_split:"):
        name = st.selectbox(_("Model"), models, key="runs.vary")
        made = variant_form.form(cached.entry_of(name), "runs.vary") if name else None
        if made:
            st.session_state["runs.fresh"] = [made]
            st.rerun()


def pick_precision() -> str:
    """The precision to encode with; rows of another precision than float32 carry it in their name."""
    chosen = st.selectbox(
        _("Precision of computation"),
        PRECISIONS,
        key="runs.precision",
        width=360,
        help=_(
            "float32 gives the published scores. Lower precision is faster where the device has units for it, and may move a score: measured with all-MiniLM-L6-v2 on eight tasks, bfloat16 encoded short texts about three times as fast and moved main scores by up to 0.9 points (reranking), which can change a close ranking. It is recorded and shown beside the model's name."
        ),
    )
    return str(chosen)


def plan(
    models: tuple[str, ...], datasets: tuple[str, ...], precision: str | None, *, anew: bool = False
) -> pd.DataFrame:
    """One row per pair: its state, and for what is to do the texts, seconds and bytes that it will take.

    anew: whatever results are there, for those who ask for the vectors alone.
    """
    busy = {(job.arguments.get("model"), job.arguments.get("dataset")): job.state for job in queue.active()}
    rows = [row(model, name, precision, busy.get((model, name)), anew=anew) for name in datasets for model in models]
    return pd.DataFrame(rows)


def row(model: str, name: str, precision: str | None, busy: str | None, *, anew: bool = False) -> dict[str, object]:
    """The plan for one model on one dataset; busy: the state of its job, if it has one that is not done."""
    known = dict.fromkeys(("texts", "seconds", "bytes", "price", "unloaded")) | {
        "model": model,
        "dataset": name,
        "note": "",
    }
    task = cached.card_of(name).task
    if not cached.applies(model, task):
        return known | {"state": "not possible", "note": _("this kind of model cannot do the task")}
    if busy:
        return known | {"state": "waiting" if busy == "queued" else "under way"}
    try:
        state = (cached.model_state(model), cached.card(name), cached.stamp())
        found = estimate(model, name, precision, state, anew)
    except UserError as error:
        return known | {"state": "not possible", "note": say(error)}
    if found.known:
        return known | {"state": "done"}
    return known | {
        "state": "to do",
        "texts": found.texts,
        "seconds": found.seconds,
        "bytes": found.bytes,
        "price": found.price,
        "unloaded": found.unloaded,
        "note": say(found.basis),
    }


@st.cache_data(max_entries=512, show_spinner=False)
@apart
def estimate(model: str, name: str, precision: str | None, state: tuple[str, ...], anew: bool) -> evaluate.Estimate:
    """The engine's estimate, until the model, the dataset, the results or the stored vectors change."""
    return evaluate.estimate(cached.entry_of(model), cached.dataset(name), precision=precision, anew=anew)


def show(table: pd.DataFrame) -> None:
    """The plan, and its sum."""
    called = titles()
    words = (_("to do"), _("done"), _("waiting"), _("running"), _("not possible"))
    states = dict(zip(STATES, words, strict=True))
    shown = table.assign(
        dataset=table["dataset"].map(called),
        state=table["state"].map(states),
        megabytes=table["bytes"].astype(float) / 1e6,
    ).drop(columns=["bytes", "unloaded"])
    shown["seconds"] = shown["seconds"].astype(float)
    priced = ["price"] if table["price"].notna().any() else []
    ahead = ["seconds", "megabytes", *priced, "texts"] if table["state"].eq("to do").any() else []
    open_ended = table["unloaded"].eq(True).to_numpy()  # what was never loaded here takes longer by who knows how much
    st.dataframe(
        lists.amounts(shown, {"seconds": 0, "megabytes": 1}).format(at_least_so, subset=(open_ended, "seconds")),
        key="runs.plan",
        hide_index=True,
        placeholder="–",
        column_order=["model", "dataset", "state", *ahead],
        column_config={
            "model": _("model"),
            "dataset": _("dataset"),
            "state": st.column_config.TextColumn(_("state"), width=110),
            "texts": st.column_config.NumberColumn(_("texts to encode"), format="localized"),
            "seconds": st.column_config.NumberColumn(
                _("about seconds"),
                help=_("≥: at least, because loading the model comes on top and was not timed here yet."),
            ),
            "megabytes": _("MB on disk"),
            "price": st.column_config.NumberColumn(
                _("price"), format="%.4f", help=_("What the endpoint will charge, in the currency of its price.")
            ),
        },
    )
    left = table[table["state"] == "to do"]
    if not left.empty:
        st.text(total_of(left))
    for note, rows in table[table["note"] != ""].groupby("note", sort=False):  # a column of them would be cut
        st.text(_("{models}: {note}", models=listed(rows["model"].unique()), note=note))


def at_least_so(seconds: float) -> str:
    """Seconds of which nobody knows how many more there will be."""
    return f"≥ {max(1.0, seconds):,.0f}"


def total_of(left: pd.DataFrame) -> str:
    """What the rows of a plan that are to do take together."""
    seconds, megabytes = (float(left[name].astype(float).sum()) for name in ("seconds", "bytes"))
    return total(seconds, megabytes / 1e6, loading=bool(left["unloaded"].any()))


def total(seconds: float, megabytes: float, *, loading: bool) -> str:
    """What all of it takes, in the unit that people would choose; loading: whether models must be loaded besides."""
    if loading:
        told = at_least(seconds, megabytes)
    elif seconds < 0.5:
        told = _("Under a second and {size} MB in total.", size=_size(megabytes))
    elif seconds < 90:
        told = ngettext(
            "About {n} second and {size} MB in total.",
            "About {n} seconds and {size} MB in total.",
            round(seconds),
            size=_size(megabytes),
        )
    else:
        told = ngettext(
            "About {n} minute and {size} MB in total.",
            "About {n} minutes and {size} MB in total.",
            round(seconds / 60),
            size=_size(megabytes),
        )
    return together(told, loading_takes()) if loading else told


def at_least(seconds: float, megabytes: float) -> str:
    """As `total`, where how long models take to load is not known."""
    if seconds < 90:
        return ngettext(
            "At least {n} second and {size} MB in total.",
            "At least {n} seconds and {size} MB in total.",
            max(1, round(seconds)),
            size=_size(megabytes),
        )
    return ngettext(
        "At least {n} minute and {size} MB in total.",
        "At least {n} minutes and {size} MB in total.",
        round(seconds / 60),
        size=_size(megabytes),
    )


def _size(megabytes: float) -> str:
    """Whole megabytes; of less than one, that, for nothing is stored without a name."""
    return amount(max(megabytes, NIL))


def loading_takes() -> str:
    """How long a model that has not been loaded here yet may take to load, by those that have been."""
    neural = [name for name, entry in cached.models().items() if entry.source]
    known = plans.loading(cached.runs(), neural)
    if not known:
        return _("Loading a neural model comes on top: none has been timed on this machine yet.")
    return ngettext(
        "Loading comes on top: up to {n} second for each neural model, by those timed on this machine.",
        "Loading comes on top: up to {n} seconds for each neural model, by those timed on this machine.",
        max(1, round(max(known.values()))),
    )


def lead_on(table: pd.DataFrame) -> None:
    """The next step, once everything that was planned is there: the verdict on it."""
    done = table[table["state"] == "done"]
    if done.empty or table["state"].isin(["to do", "waiting", "under way"]).any():
        return
    if st.button(_("See the verdict"), key="runs.verdict", type="primary", icon=":material/balance:"):
        st.session_state["fresh"] = done["dataset"].iloc[0]
        st.switch_page("pages/compare/leaderboard.py")


def start(table: pd.DataFrame, precision: str | None) -> None:
    """Hand the runs to the worker."""
    for one in table.itertuples():
        arguments = {"model": one.model, "dataset": one.dataset} | ({"precision": precision} if precision else {})
        queue.submit("evaluate", arguments)
