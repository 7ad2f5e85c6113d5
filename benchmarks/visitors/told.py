"""What do the visitors have to tell when they leave?"""

from dataclasses import dataclass, field
from typing import NamedTuple


class Answer(NamedTuple):
    """How long one press waited: `what` it was, on the page that it led to."""

    seconds: float
    page: str
    what: str
    dataset: str


@dataclass
class Told:
    """What all visitors have to tell."""

    answers: list[Answer] = field(default_factory=list)
    waiting: int = 0
    errors: list[str] = field(default_factory=list)
    closing: bool = False
