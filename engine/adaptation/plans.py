"""What is to be made of which model, from what, how, and held against what?"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

import xxhash

from engine import config, plugins
from engine.datasets.library import slug
from engine.training import Recipe, Setting
from engine.types import UserError


@dataclass(frozen=True)
class Plan:
    """An adaptation, as pages, terminals and jobs say it.

    dataset: judged on, and learnt from unless `learnt` names another of the same task · further: more datasets that are
    learnt from whole · added: recipes wrapped around the first · settings: by name, of added ones `recipe.name` ·
    guards: datasets on which the model should not get worse · old: datasets whose texts stand for what should not be
    forgotten · rows: units learnt from at most (0: all) · shares: of a learning curve, such as 0.1 and 0.3.
    """

    name: str
    base: str
    dataset: str
    recipe: str
    learnt: str = ""
    further: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    guards: tuple[str, ...] = ()
    old: tuple[str, ...] = ()
    seed: int = 0
    rows: int = 0
    shares: tuple[float, ...] = ()

    @classmethod
    def read(cls, arguments: Mapping[str, Any]) -> "Plan":
        """The plan out of a job's arguments."""
        known = {one.name for one in fields(cls)}
        values: dict[str, Any] = {
            name: tuple(one) if isinstance(one, list) else one for name, one in arguments.items() if name in known
        }
        return cls(**values)

    def arguments(self) -> dict[str, Any]:
        """What a job of the kind `adapt` is asked with."""
        return asdict(self)

    @property
    def key(self) -> str:
        """Another text for a plan that would train another way."""
        said = asdict(replace(self, guards=(), shares=()))
        return xxhash.xxh3_64_hexdigest(repr(sorted((name, str(one)) for name, one in said.items())).encode())

    @property
    def folder(self) -> Any:
        """Where the adaptation lies with its curve, checkpoint, verdict and model."""
        return config.home() / "adaptations" / slug(self.name)


def recipe(name: str) -> Recipe:
    """The recipe of that name; raises UserError where there is none, or a package is missing."""
    import importlib.util

    found: Recipe = plugins.pick(plugins.recipes(), name, "recipe")
    absent = [one for one in found.packages if importlib.util.find_spec(one.replace("-", "_")) is None]
    if absent:
        raise UserError(
            "{recipe} needs {packages}: install it with `pip install -r requirements-training.txt`.",
            recipe=name, packages=", ".join(absent),
        )  # fmt: skip
    return found


def values(found: Recipe, given: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """All settings of a recipe, its defaults where nothing is given; those of an added one behind its prefix.

    Raises:
        UserError: a value is of the wrong kind or out of range.
    """
    return {name: _value(name, one, given.get(f"{prefix}{name}", one.default)) for name, one in found.settings.items()}


def _value(name: str, setting: Setting, given: Any) -> Any:
    """The value that a setting gets; raises UserError where it cannot have it."""
    said = {"name": name, "value": str(given), "default": setting.default}
    try:
        value = _typed(given, setting.default)
    except ValueError:
        raise UserError("{name} must be a number like {default}, not {value!r}.", **said) from None
    if setting.choices and value not in setting.choices:
        choices = ", ".join(map(str, setting.choices))
        raise UserError("{name} must be one of {choices}, not {value!r}.", choices=choices, **said)
    low = setting.least is not None and value < setting.least
    if low or (setting.most is not None and value > setting.most):
        ends = {"least": setting.least, "most": setting.most}
        raise UserError("{name} must lie between {least} and {most}, not at {value}.", **ends, **said)
    return value


def _typed(value: Any, default: Any) -> Any:
    """The value in the kind of the default; what terminals give is text."""
    if isinstance(default, bool):
        return str(value).lower() in ("true", "1", "yes") if isinstance(value, str) else bool(value)
    if isinstance(default, int) and float(value) == int(float(value)):
        return int(float(value))
    return type(default)(value) if not isinstance(default, int) else float(value)


def check_settings(plan: Plan) -> None:
    """Raises UserError where the plan names a setting that none of its recipes has."""
    known = set(recipe(plan.recipe).settings)
    for name in plan.added:
        known |= {f"{name}.{one}" for one in recipe(name).settings}
    for name in plan.settings:
        plugins.pick(dict.fromkeys(known), name, "setting")
