"""By what are the points of a map coloured?"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from engine.maps import points, selection
from engine.maps.build import MapView
from pages.parts import cached, charts, paired_outcomes
from pages.parts.language import _, language, ngettext
from pages.parts.map.names import titles
from pages.parts.scatter import MISSING, Hint, Shades

# Viridis, nine stops: even in lightness and safe for colour-blind readers.
RAMP = ("#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725")
GREY = "#9a9a9a"
GROUPS = tuple(colour for colour in charts.PALETTE if colour != "#999999")
FEW_NUMBERS = 12
FOR_ALL = ("duel", "gap")
MOST_TEXTS = 3_000
"""Points up to which the beginnings of the texts travel with the map; above, one is asked for when it is pointed at."""
LETTERS = 60
STEADY = {"right": ("right", "wrong"), "duel": ("both", "first", "second", "neither")}
"""What has the same colours on every dataset, however frequent it is."""


def options(view: MapView) -> dict[str, str]:
    """What the points of this map can be coloured by, and what it is called; a sketch by nothing that is measured."""
    models = [] if view.sketch else [side.model for side in view.sides]
    found = {f"data.{name}": name for name in own(view)}
    found |= {f"cluster.{number}": _("groups under {model}", model=model) for number, model in enumerate(models)}
    if view.points["field"].nunique() > 1:
        found["field"] = _("kind of text")
    if view.points["language"].nunique() > 1:
        found["language"] = _("language")
    found |= {"script": _("writing"), "characters": _("length in characters")}
    if view.points["copies"].max() > 1:
        found["copies"] = _("copies in the data")
    scored = sum(run is not None for run in runs(view))
    if scored:
        found |= {"measure": _("per-item score (0 to 1)"), "right": _("right or wrong")}
    if scored > 1:
        found |= {"duel": _("which of the first two was right"), "gap": _("disagreement of the models (0 to 1)")}
    if len(models) > 1:
        found |= {"overlap": _("neighbours in common, by rank"), "jaccard": _("neighbours in common (Jaccard)")}
    if view.sketch:
        return found
    return found | {
        "trustworthy": _("can its neighbours here be trusted (0 to 1)"),
        "continuous": _("are its true neighbours near it (0 to 1)"),
        "kept": _("true neighbours kept by the picture"),
        "named": _("is a neighbour of how many texts (hub texts)"),
    }


def own(view: MapView) -> list[str]:
    """The dataset's own columns, the label first."""
    names = [name.removeprefix("data.") for name in view.points if name.startswith("data.")]
    return sorted(names, key=lambda name: name != "label")


def runs(view: MapView) -> list[str | None]:
    """For each model of the map its run on this dataset, if it has been scored: that in float32, as the map is."""
    known = cached.runs_on(view.arguments["dataset"])
    known = known.sort_values("precision", key=lambda column: column.isin(["float32", ""]), kind="stable")
    last = dict(zip(known["model"], known["id"], strict=True))
    return [last.get(side.model) for side in view.sides]


def shades(view: MapView, choice: str) -> Shades:
    """The colours of every point in every panel, made once per choice, language and state of the results."""
    dark = st.context.theme.type == "dark"
    return _shades(str(view.folder), choice, language(), cached.results().version(), dark, _view=view)


@st.cache_resource(max_entries=12, show_spinner=False)
def _shades(folder: str, choice: str, spoken: str, version: str, dark: bool, *, _view: MapView) -> Shades:
    view, panels = _view, range(len(_view.sides))
    names = [choice if choice in view.points or choice in FOR_ALL else f"{choice}.{number}" for number in panels]
    if choice.startswith("cluster."):
        names = [choice] * len(names)
    found = [column(view, name) for name in dict.fromkeys(names)]
    found = found if len(found) == len(names) else found * len(names)
    first, title = found[0], options(view)[choice]
    many = first.nunique() > FEW_NUMBERS or not choice.startswith("data.")
    if pd.api.types.is_numeric_dtype(first) and many and not choice.startswith("cluster."):
        made = numbers(choice, title, [one.to_numpy() for one in found], dark=dark)
        return replace(made, hints=hints(view, choice, texts(view)))
    shown = dict(enumerate(names_of_clusters(view, int(choice[8:])))) if choice.startswith("cluster.") else titles()
    if choice.startswith("data."):
        shown = {}
    made = groups(choice, title, found, shown, named=choice in ("data.label",) or choice.startswith("cluster."))
    return replace(made, rules=tuple(names), hints=hints(view, choice, texts(view)))


def every(view: MapView, choice: str) -> list[str]:
    """All groups that the first panel is coloured by, the most frequent first; none where numbers colour it."""
    made = shades(view, choice)
    return [str(one) for one in selection.ranked(column(view, made.rules[0]))] if made.groups and made.rules else []


def beyond(view: MapView, choice: str) -> str:
    """What becomes of the groups for which there is no colour; empty where each has one."""
    made = shades(view, choice)
    if selection.REST not in made.keys:
        return ""
    frequent = column(view, shades(view, choice).rules[0]).value_counts().to_numpy()
    if frequent[len(GROUPS) - 1] == frequent[len(GROUPS)]:  # as frequent as one that has none
        return _(
            "{n} of {all} groups have a colour; the others are grey, and each of them can be selected under “Colour and find”.",
            n=len(GROUPS),
            all=len(every(view, choice)),
        )
    return _(
        "The {n} most frequent of {all} groups have a colour; the others are grey, and each of them can be selected under “Colour and find”.",
        n=len(GROUPS),
        all=len(every(view, choice)),
    )


def column(view: MapView, name: str) -> pd.Series:
    """What rules and colours call so: a column of the points, a model's number behind a dot; raises KeyError."""
    if name in view.points and not name.startswith(("x_", "y_", "z_")):
        found = view.points[name]
        return found.where(found != "") if name == "language" else found
    kind, _dot, number = name.partition(".")
    if name in FOR_ALL:
        return disagreement(view, name)
    if kind in ("measure", "right"):
        went = pd.Series(measures(view, int(number)))
        return went if kind == "measure" else classes(went, view)
    if kind in ("overlap", "jaccard") and int(number) == 0 and len(view.sides) > 1:
        return view.points[[f"{kind}_{other}" for other in range(1, len(view.sides))]].mean(axis=1)
    return view.points[f"{kind}_{int(number)}"]


def classes(went: pd.Series, view: MapView) -> pd.Series:
    """Right or wrong for every judged text."""
    least = paired_outcomes.THRESHOLDS.get(cached.card_of(view.arguments["dataset"]).task, 0.5)
    return (went >= least).map({True: "right", False: "wrong"}).where(went.notna())


def disagreement(view: MapView, name: str) -> pd.Series:
    """Which of the first two scored models was right, or how far the best and the worst of all lie apart."""
    scored = [number for number, run in enumerate(runs(view)) if run is not None]
    if len(scored) < 2:
        raise KeyError(name)
    went = pd.DataFrame({number: measures(view, number) for number in scored})
    if name == "gap":
        return (went.max(axis=1) - went.min(axis=1)).where(went.notna().all(axis=1))
    first, second = (classes(went[number], view) for number in scored[:2])
    kinds = {"rightright": "both", "rightwrong": "first", "wrongright": "second", "wrongwrong": "neither"}
    return (first + second).map(kinds)


def measures(view: MapView, number: int) -> npt.NDArray[np.generic]:
    """How well each text went under this model; nan where it was not judged."""
    run = runs(view)[number]
    return (
        np.full(len(view.points), np.nan, np.float32) if run is None else _measures(str(view.folder), run, _view=view)
    )


@st.cache_data(max_entries=16, show_spinner=False)
def _measures(folder: str, run: str, _view: MapView) -> npt.NDArray[np.float32]:
    dataset = cached.dataset(_view.arguments["dataset"])
    return points.measures(dataset, cached.items(run), _view.texts())


def numbers(name: str, title: str, values: list[npt.NDArray[np.generic]], *, dark: bool = False) -> Shades:
    """Colours for numbers; the ends of the range leave out the outermost hundredth on either side."""
    arrays = tuple(np.asarray(one, np.float32) for one in values)
    together = np.concatenate(arrays)
    known = together[np.isfinite(together)]
    low, high = np.quantile(known, [0.01, 0.99]) if len(known) else (0.0, 1.0)
    ends = (float(low), float(high)) if high > low else (float(low), float(low) + 1)
    return Shades(f"{name} {dark:d}", title, arrays, palette=ramp(dark=dark), ends=ends)


def ramp(*, dark: bool) -> tuple[str, ...]:
    """255 colours of the ramp, without the end that would be lost on the page's background, and grey for no number."""
    seen = RAMP[2:] if dark else RAMP[:-1]
    stops = np.array([[int(stop[at : at + 2], 16) for at in (1, 3, 5)] for stop in seen])
    at = np.linspace(0, len(seen) - 1, 255)
    mixed = np.stack([np.interp(at, range(len(seen)), stops[:, part]) for part in range(3)], axis=1).round().astype(int)
    return (*(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in mixed), GREY)


def groups(name: str, title: str, found: Sequence[pd.Series], shown: Mapping[Any, str], *, named: bool) -> Shades:
    """Colours for names, the most frequent of the first panel first; beyond fifteen, the rest share one."""
    ranked = [*STEADY.get(name, ())]
    for one in found:
        ranked += [group for group in selection.ranked(one) if group not in ranked]
    places = {group: min(place, len(GROUPS)) for place, group in enumerate(ranked)}
    codes = {id(one): one.map(places).fillna(MISSING).to_numpy(np.uint8) for one in found}
    said = [str(shown.get(group, group)) for group in ranked[: len(GROUPS)]]
    keys = [str(group) for group in ranked[: len(GROUPS)]]
    palette = [*GROUPS[: len(said)]]
    if len(ranked) > len(GROUPS):
        said, keys = [*said, ngettext("{n} other", "{n} others", len(ranked) - len(GROUPS))], [*keys, selection.REST]
        palette.append(GREY)
    palette += [GREY] * (MISSING + 1 - len(palette))
    labels = min(len(ranked), len(GROUPS)) if named else 0
    values = tuple(codes[id(one)] for one in found)
    return Shades(name, title, values, palette=tuple(palette), groups=tuple(said), keys=tuple(keys), named=labels)


def names_of_clusters(view: MapView, number: int) -> list[str]:
    """The name of every group under that model: its number and its distinctive words."""
    return [f"{place} {' · '.join(words)}".strip() for place, words in enumerate(view.sides[number].clusters, 1)]


def hints(view: MapView, choice: str, texts: pd.Series) -> tuple[Hint, ...]:
    """What the pointer shows beside the colour: the label or the group under the first model, on a small map the text."""
    found = []
    if "data.label" in view.points and choice != "data.label":
        codes, names = pd.factorize(view.points["data.label"])
        found.append(Hint("label", tuple(map(str, names)), codes.astype(np.uint16)))
    elif not view.sketch and choice not in ("cluster.0", "data.label"):
        found.append(Hint(_("group"), tuple(names_of_clusters(view, 0)), view.points["cluster_0"].to_numpy(np.uint16)))
    if len(texts) <= MOST_TEXTS:
        starts = tuple(start(text) for text in texts)
        found.append(Hint("", starts, np.arange(len(texts), dtype=np.uint16)))
    return tuple(found)


def start(text: str, letters: int = LETTERS) -> str:
    """The beginning of a text."""
    return text[:letters] + ("…" if len(text) > letters else "")


def texts(view: MapView) -> pd.Series:
    """The texts of the map, read once."""
    return _texts(str(view.folder), view)


@st.cache_resource(max_entries=4, show_spinner=False)
def _texts(folder: str, _view: MapView) -> pd.Series:
    return _view.texts()
