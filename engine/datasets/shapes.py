"""Of what shape are a dataset's texts, and of what size is a model? What the leaderboard is filtered by."""

from collections.abc import Mapping

import numpy as np

from engine import plugins
from engine.texts.profile import SCRIPTS, lengths_and_scripts
from engine.types import Dataset, Message, ModelEntry, Task

SHAPES: Mapping[str, Message] = {
    "s2s": Message("sentence to sentence (S2S)"),
    "s2p": Message("sentence to passage (S2P)"),
    "p2p": Message("passage to passage (P2P)"),
}
SIZES: Mapping[str, Message] = {
    "0": Message("lexical"),
    "1": Message("under 50 million parameters"),
    "2": Message("50 to 150 million"),
    "3": Message("150 to 500 million"),
    "4": Message("over 500 million"),
    "5": Message("of unknown size"),
}
EDGES = (50e6, 150e6, 500e6)
PASSAGE = 200
"""Characters from which a text is a passage; a Chinese one counts three times, for it says as much as three letters."""
SAMPLE = 2_000
HAN = list(SCRIPTS).index("Han") + 1


def shape(dataset: Dataset) -> str:
    """s2s, s2p or p2p, by the median length of the texts on either side; a task without sides has one."""
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    sides = [side.items for side in task.texts(dataset).values() if len(side.items)]
    long = sorted(_is_long(list(side[:: -(-len(side) // SAMPLE)])) for side in sides) or [False]
    return f"{'p' if long[0] else 's'}2{'p' if long[-1] else 's'}"


def size(entry: ModelEntry | None) -> str:
    """The key of SIZES that a model belongs to."""
    if entry is not None and not entry.source and entry.family in ("tfidf", "bm25"):
        return "0"
    if entry is None or not entry.parameters:
        return "5"
    return str(1 + int(np.searchsorted(EDGES, entry.parameters, side="right")))


def _is_long(texts: list[str]) -> bool:
    lengths, scripts = lengths_and_scripts(texts)
    return bool(np.median(lengths * np.where(scripts == HAN, 3, 1)) >= PASSAGE)
