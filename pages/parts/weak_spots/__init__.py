"""Which slices must a reader of a score know of? A line each, with the way to their items."""

from collections.abc import Iterator

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.comparison import item_features, segments, weak_spots
from engine.notation import fixed
from engine.statistics.draws import groups_of
from pages.parts import address, cached, drawn
from pages.parts.apart import apart
from pages.parts.language import _, ngettext
from pages.parts.weak_spots.slice_names import describe

MOST = 20_000
"""Items up to which slices are looked for unasked: a second or two, once for every pair of runs."""


@st.cache_resource(max_entries=16, show_spinner=False)
def _traits(run: str, name: str, fingerprint: str) -> pd.DataFrame:
    return item_features.traits(cached.dataset(name), cached.items(run))


@st.cache_data(max_entries=64, show_spinner=False)
@apart
def _weakest(run: str, name: str, fingerprint: str) -> pd.Series | None:
    items = cached.items(run)
    traits = _traits(run, name, fingerprint)
    return weak_spots.weakest(traits, items["measure"].to_numpy(float), groups_of(items))


@st.cache_data(max_entries=64, show_spinner=False)
@apart
def _against(a: str, b: str, name: str, fingerprint: str, gap: float) -> pd.Series | None:
    mine, other = cached.items(a), cached.items(b).set_index("item").reindex(cached.items(a)["item"])
    sides = (mine["measure"].to_numpy(float), other["measure"].to_numpy(float))
    return weak_spots.against(segments.segments(_traits(a, name, fingerprint), *sides, groups_of(mine)), gap)


def fill(place: DeltaGenerator, runs: pd.DataFrame, *, key: str, about: int = 2) -> None:
    """Once the rest of the page is drawn: where each of up to two runs is weakest, and where the worse of them wins.

    about: of how many of them it is told; a second one that it is not told of only stands beside the first in the duel.
    """
    told = runs.head(about)
    if told["items"].max() > MOST:
        return
    with place:
        for number, (slice_key, sentence) in enumerate(_sentences(drawn.state(told), told)):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.text(sentence, width="content")
                if len(runs) > 1:
                    wanted = {"a": runs["label"].iloc[0], "b": runs["label"].iloc[1], "segment": slice_key}
                    address.lead(
                        "pages/compare/duel.py", _("See them in the duel"), wanted | {"duel.view": "items"},
                        f"{key}.spot.{number}", type="tertiary", icon=":material/arrow_forward:",
                    )  # fmt: skip


@drawn.once(max_entries=64)
def _sentences(state: str, _runs: pd.DataFrame) -> list[tuple[str, str]]:
    return list(_found(_runs))


def _found(runs: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """The slices by their key, and what to say of them, the surprising one first."""
    rows = list(runs.itertuples())
    if len(rows) == 2:
        a, b = rows
        spot = _against(a.id, b.id, a.dataset, a.fingerprint, a.score - b.score)
        if spot is not None:
            worse, better = (a, b) if a.score < b.score else (b, a)
            sides = (
                {"worse": spot["a"], "better": spot["b"]} if worse is a else {"worse": spot["b"], "better": spot["a"]}
            )
            yield (
                spot["key"],
                _(
                    "Mind: {worse} is better than {better} on {slice}: per-item score {score} against {other} ({items}).",
                    worse=worse.label,
                    better=better.label,
                    slice=describe(spot["key"]),
                    score=fixed(sides["worse"]),
                    other=fixed(sides["better"]),
                    items=ngettext("{n} item", "{n} items", int(spot["n"])),
                ),
            )
    for row in rows:
        spot = _weakest(row.id, row.dataset, row.fingerprint)
        if spot is not None:
            yield (
                spot["key"],
                _(
                    "{model} is weakest on {slice}: per-item score {score}, elsewhere {rest} ({items}).",
                    model=row.label,
                    slice=describe(spot["key"]),
                    score=fixed(spot["gap"]),
                    rest=fixed(spot["rest"]),
                    items=ngettext("{n} item", "{n} items", int(spot["n"])),
                ),
            )
