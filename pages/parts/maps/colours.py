"""By what are the points of a map coloured?"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from engine import points
from engine.maps import MapView
from pages.parts import charts, library
from pages.parts.language import _
from pages.parts.scatter import MISSING, Hint, Shades

# Viridis, nine stops: even in lightness and safe for colour-blind readers.
RAMP = ("#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725")
GREY = "#9a9a9a"
GROUPS = tuple(colour for colour in charts.PALETTE if colour != "#999999")
FEW_NUMBERS = 12


def options(view: MapView) -> dict[str, str]:
    """What the points of this map can be coloured by, and what it is called."""
    models = [side.model for side in view.sides]
    found = {f"data.{name}": name for name in own(view)}
    found |= {f"cluster.{number}": _("groups under {model}", model=model) for number, model in enumerate(models)}
    if view.points["field"].nunique() > 1:
        found["field"] = _("kind of text")
    found |= {"script": _("writing"), "characters": _("length in characters")}
    if view.points["copies"].max() > 1:
        found["copies"] = _("copies in the data")
    found["kept"] = _("true neighbours kept by the picture")
    if len(models) > 1:
        found["overlap"] = _("neighbours in common")
    found["named"] = _("neighbour of how many (hubs)")
    if any(run is not None for run in runs(view)):
        found["measure"] = _("how well it went (0 to 1)")
    return found


def own(view: MapView) -> list[str]:
    """The dataset's own columns, the label first."""
    names = [name.removeprefix("data.") for name in view.points if name.startswith("data.")]
    return sorted(names, key=lambda name: name != "label")


def runs(view: MapView) -> list[str | None]:
    """For each model of the map its run on this dataset, if it has been scored."""
    known = library.runs_on(view.arguments["dataset"])
    last = dict(zip(known["model"], known["id"], strict=True))
    return [last.get(side.model) for side in view.sides]


def shades(view: MapView, choice: str) -> Shades:
    """The colours of every point in every panel."""
    title, table, count = options(view)[choice], view.points, len(view.sides)
    if choice.startswith("cluster."):
        return groups(
            choice, title, pd.Series(names_of_clusters(view, int(choice.removeprefix("cluster.")))), count, named=True
        )
    per_model: dict[str, Callable[[int], npt.NDArray[np.generic]]] = {
        "kept": lambda number: table[f"kept_{number}"].to_numpy(),
        "named": lambda number: table[f"named_{number}"].to_numpy(),
        "overlap": lambda number: overlap(view, number),
        "measure": lambda number: measures(view, number),
    }
    if choice in per_model:
        return numbers(choice, title, [per_model[choice](number) for number in range(count)])
    column = table[choice]
    if pd.api.types.is_numeric_dtype(column) and (not choice.startswith("data.") or column.nunique() > FEW_NUMBERS):
        return numbers(choice, title, [column.to_numpy()] * count)
    known = {} if choice.startswith("data.") else titles()
    named = column.map(lambda value: known.get(str(value), str(value)), na_action="ignore")
    return groups(choice, title, named, count, named=choice == "data.label")


def titles() -> dict[str, str]:
    """What writings and kinds of text are called."""
    return {
        "Han": _("Chinese"),
        "Japanese": _("Japanese"),
        "Hangul": _("Korean"),
        "Latin": _("Latin"),
        "Cyrillic": _("Cyrillic"),
        "Greek": _("Greek"),
        "Arabic": _("Arabic"),
        "Hebrew": _("Hebrew"),
        "Devanagari": _("Devanagari"),
        "Thai": _("Thai"),
        "other": _("other"),
        "queries": _("queries"),
        "corpus": _("documents"),
        "documents": _("documents"),
        "train": _("training texts"),
        "test": _("test texts"),
        "sentence1": _("first sentences"),
        "sentence2": _("second sentences"),
        "human": _("summaries by people"),
        "machine": _("summaries by machines"),
    }


def overlap(view: MapView, number: int) -> npt.NDArray[np.generic]:
    """Neighbours in common with the first model; for the first model itself, the mean over the others."""
    others = range(1, len(view.sides)) if number == 0 else [number]
    return view.points[[f"overlap_{one}" for one in others]].mean(axis=1).to_numpy()


def measures(view: MapView, number: int) -> npt.NDArray[np.generic]:
    """How well each text went under this model; nan where it was not judged."""
    run = runs(view)[number]
    return (
        np.full(len(view.points), np.nan, np.float32) if run is None else _measures(str(view.folder), run, _view=view)
    )


@st.cache_data(max_entries=16, show_spinner=False)
def _measures(folder: str, run: str, _view: MapView) -> npt.NDArray[np.float32]:
    dataset = library.dataset(_view.arguments["dataset"])
    return points.measures(dataset, library.items(run), _view.texts())


def numbers(name: str, title: str, values: list[npt.NDArray[np.generic]]) -> Shades:
    """Colours for numbers; the ends of the range leave out the outermost hundredth on either side."""
    arrays = tuple(np.asarray(one, np.float32) for one in values)
    together = np.concatenate(arrays)
    known = together[np.isfinite(together)]
    low, high = np.quantile(known, [0.01, 0.99]) if len(known) else (0.0, 1.0)
    ends = (float(low), float(high)) if high > low else (float(low), float(low) + 1)
    return Shades(name, title, arrays, palette=ramp(), ends=ends)


def ramp() -> tuple[str, ...]:
    """255 colours of the ramp, and grey for what has no number."""
    stops = np.array([[int(stop[at : at + 2], 16) for at in (1, 3, 5)] for stop in RAMP])
    at = np.linspace(0, len(RAMP) - 1, 255)
    mixed = np.stack([np.interp(at, range(len(RAMP)), stops[:, part]) for part in range(3)], axis=1).round().astype(int)
    return (*(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in mixed), GREY)


def groups(name: str, title: str, labels: pd.Series, count: int, *, named: bool) -> Shades:
    """Colours for names, the most frequent first; beyond fifteen, the rest share one."""
    ranked = labels.value_counts().index.tolist()
    codes = (
        labels.map({label: min(place, len(GROUPS)) for place, label in enumerate(ranked)})
        .fillna(MISSING)
        .to_numpy(np.uint8)
    )
    shown = [str(label) for label in ranked[: len(GROUPS)]]
    rest = [_("{n} others", n=len(ranked) - len(GROUPS))] if len(ranked) > len(GROUPS) else []
    palette = [*GROUPS[: len(shown)], *([GREY] if rest else [])]
    palette += [GREY] * (MISSING + 1 - len(palette))
    return Shades(
        name, title, (codes,) * count, palette=tuple(palette), groups=(*shown, *rest), named=len(shown) if named else 0
    )


def names_of_clusters(view: MapView, number: int) -> npt.NDArray[np.object_]:
    """The name of every point's group under that model: its number and its distinctive words."""
    names = [f"{place} {' · '.join(words)}".strip() for place, words in enumerate(view.sides[number].clusters, 1)]
    return np.array(names, dtype=object)[view.points[f"cluster_{number}"]]


def hints(view: MapView, choice: str) -> list[Hint]:
    """What the pointer shows beside the colour: the label, or else the group under the first model."""
    if "data.label" in view.points and choice != "data.label":
        codes, names = pd.factorize(view.points["data.label"])
        return [Hint("label", tuple(map(str, names)), codes.astype(np.uint16))]
    if choice == "cluster.0":
        return []
    codes, names = pd.factorize(names_of_clusters(view, 0))
    return [Hint(_("group"), tuple(names), codes.astype(np.uint16))]
