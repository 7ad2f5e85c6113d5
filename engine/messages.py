"""What is said to a person: sentences that pages translate, mistakes that a person can mend, progress."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from engine import notation


class _Sentence:
    """An English sentence with {named} gaps; the template is also the key of its translations."""

    template: str
    values: Mapping[str, object]

    def __str__(self) -> str:
        return notation.fill(self.template, self.values)


@dataclass(frozen=True)
class Message(_Sentence):
    """Something to tell a person. Pages translate the template and fill the gaps with the values, as plain text."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)


class UserError(_Sentence, Exception):
    """A mistake that a person can mend: what failed, what was seen, what is right. Pages show its sentence."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template, values)
        self.template = template
        self.values = values

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.template, dict(self.values))


def _rebuild(kind: type[UserError], template: str, values: dict[str, object]) -> UserError:
    return kind(template, **values)


class BadFile(UserError):
    """A file that cannot be read into tables."""


class BadDataset(UserError):
    """Tables that a task cannot be run on."""


class BadModel(UserError):
    """A model that cannot be found, trusted, or loaded."""


class Cancelled(Exception):
    """Raised inside long work once somebody asked for it to stop."""


Step: TypeAlias = Callable[[float, Message], None]
"""Called by long work with (share done in 0..1, what is being done); raises Cancelled to stop it."""
