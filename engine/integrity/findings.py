"""What is found in a home, and what has become of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.types import Message

State: TypeAlias = Literal["damaged", "mendable", "mended", "left", "removed"]


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be.

    state: `damaged`, and a person has to see to it; `mendable`, and somebody only looks; `mended`; `removed`; `left`
    where there is nothing to do now. remove: takes what is damaged away for good, where that can be asked for.
    """

    state: State
    message: Message
    remove: Callable[[], None] | None = None


Findings: TypeAlias = Iterator[Finding]


def mended(mend: bool, message: Message) -> Finding:
    """Something that is mended, or would be if it were asked for."""
    return Finding("mended" if mend else "mendable", message)
