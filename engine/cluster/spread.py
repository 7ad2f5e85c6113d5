"""Who does the pieces of a work: this process, one after another, or the devices of a cluster?"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from engine.cluster import connection
from engine.cluster.crew import Crew
from engine.cluster.device import Work
from engine.types import Message, Step


def results(pieces: Sequence[Work], step: Step) -> Iterator[tuple[int, Any]]:
    """(which piece, what came of it), as they are done: in a cluster if PARALLAX_CLUSTER names one.

    Raises:
        UserError: a piece cannot be done, or the cluster does not answer.
    """
    place = connection.address()
    if not place:
        yield from _here(pieces, step)
        return
    with connection.connected(place) as ray, closing(Crew(ray, tell=step)) as crew:
        yield from crew.work(pieces)


def _here(pieces: Sequence[Work], step: Step) -> Iterator[tuple[int, Any]]:
    for done, piece in enumerate(pieces):

        def part(share: float, message: Message, done: int = done) -> None:
            values = {"number": done + 1, "count": len(pieces), "said": message}
            step((done + share) / len(pieces), Message("Shard {number} of {count}: {said}", values))

        yield done, piece(part)
