"""What is missing from the lists that people see, because its file is damaged?"""

from collections.abc import Callable

from engine.adaptation import kept
from engine.benchmarks import definitions, imported
from engine.datasets import library, marks
from engine.models import catalogue
from engine.results import slices
from engine.types import Message

BY_HAND: tuple[Callable[[], list[Message]], ...] = (
    catalogue.damaged, definitions.damaged, slices.damaged, imported.damaged, marks.damaged,
)  # fmt: skip
"""What somebody has to write, keep or import again."""


def messages() -> list[Message]:
    """What is left out, each in a sentence that names the file; quick, for it looks at no table and no vector."""
    return [message for named in (library.damaged, kept.damaged, *BY_HAND) for message in named()]
