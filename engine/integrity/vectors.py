"""Is every stored vector what was written? Those that are not are taken out, so that their texts are encoded again."""

from engine.encoding import store
from engine.encoding.blocks import look, read_label
from engine.integrity.findings import Findings, mended
from engine.types import Message


def examine(mend: bool) -> Findings:
    """Every block of every shelf."""
    if mend:
        store.end_exchanges()
    for folder in sorted(store.root().glob("[!.]*/")):
        if not (folder / "log").exists():
            continue
        label = read_label(folder)
        if label is None or look(folder).label is None:
            lost = Message(
                "The vectors in {folder} cannot be read: they are removed, and encoded again when they are needed.",
                {"folder": str(folder)},
            )
            yield mended(mend, lost)
            if mend:
                store.discard(folder)
        elif texts := store.damaged(folder):
            hit = Message(
                "{texts} vectors of {model} in {folder} are damaged: they are taken out, and encoded again when they "
                "are needed.",
                {"texts": texts, "model": label.name, "folder": str(folder)},
            )
            yield mended(mend, hit)
            if mend:
                store.take_out_damaged(folder)
