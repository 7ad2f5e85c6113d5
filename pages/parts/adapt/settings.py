"""What is rarely touched about an adaptation: the settings of its recipe, what is added to it, and where data come from."""

from typing import Any

import streamlit as st

from engine import plugins
from engine.adaptation import bases
from engine.datasets.saved import DatasetEntry
from engine.training import Recipe, Setting
from pages.parts import cached
from pages.parts.frame import titles
from pages.parts.language import _

CURVE = (0.1, 0.3)


def ask(card: DatasetEntry, recipe: Recipe) -> dict[str, Any]:
    """The fields of a plan beyond model, recipe and name; what is left alone stays at its default."""
    called, known = titles(), cached.offered()
    alike = [name for name, one in known.items() if one.task == card.task != "" and name != card.name]
    learnt = st.selectbox(
        _("Learn from another dataset, and judge all of this one"), alike, None, format_func=called.get,
        key=learnt_key(card), placeholder=_("no: split this one"),
    )  # fmt: skip
    values = {name: value for name, one in recipe.settings.items()
              if (value := field(recipe.name, name, one)) != one.default}  # fmt: skip
    added: list[str] = []
    if recipe.kind == "trained":
        extra = {name: one for name, one in plugins.recipes().items() if one.kind == "added"}
        added = st.multiselect(
            _("Added to it"),
            list(extra),
            format_func=lambda one: _(extra[one].title),
            key="adapt.added",
            placeholder=_("choose"),
        )
        for other in added:
            values |= {f"{other}.{name}": value for name, one in extra[other].settings.items()
                       if (value := field(other, name, one)) != one.default}  # fmt: skip
    old = st.multiselect(
        _("Texts of what should not be forgotten (for EWC)"),
        list(known),
        format_func=called.get,
        key="adapt.old",
        placeholder=_("choose"),
    )
    left, right = st.columns(2)
    rows = left.number_input(_("Units learnt from at most (0: all)"), 0, 10_000_000, 0, key="adapt.rows")
    seed = right.number_input(_("Seed"), 0, 1_000_000, 0, key="adapt.seed")
    curve = st.checkbox(_("Also learn from 10% and 30%, to see whether more data would help"), key="adapt.shares")
    return {"learnt": learnt or "", "settings": values, "added": tuple(added), "old": tuple(old), "rows": int(rows),
            "seed": int(seed), "shares": CURVE if curve and recipe.kind == "trained" else ()}  # fmt: skip


def learnt_key(card: DatasetEntry) -> str:
    """The choice of another dataset that is learnt from."""
    return f"adapt.learnt.{card.name}"


def field(recipe: str, name: str, setting: Setting) -> Any:
    """The widget of one setting."""
    label, key = _(setting.title), f"adapt.{recipe}.{name}"
    if setting.choices:
        return st.selectbox(label, setting.choices, setting.choices.index(setting.default), key=key)
    if isinstance(setting.default, bool):
        return st.checkbox(label, setting.default, key=key)
    if isinstance(setting.default, str):
        return st.selectbox(label, bases.names(), None, key=key, placeholder=_("choose a model")) or ""
    kind = type(setting.default)
    ends = {
        end: None if value is None else kind(value)
        for end, value in (("min_value", setting.least), ("max_value", setting.most))
    }
    format = "%d" if kind is int else "%g"
    step = 1 if kind is int else setting.default / 10 or 0.01
    return st.number_input(label, value=setting.default, step=step, format=format, key=key, **ends)
