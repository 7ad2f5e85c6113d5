"""Is every stored vector what was written? Those that are not are taken out, so that their texts are encoded again."""

from engine.encoding import mending, shard_files, store, vector_store
from engine.encoding.blocks import look, read_label
from engine.integrity.findings import Findings, mended
from engine.types import Message


def examine(mend: bool) -> Findings:
    """Every block of every shelf, and every shard that this home knows."""
    if mend:
        mending.end_exchanges()
    for folder in sorted(store.root().glob("[!.]*/")):
        lost_log = mending.unlogged(folder)
        if not lost_log and not (folder / "log").exists():
            continue  # begun, and nothing written yet
        label = read_label(folder)
        if label is None or lost_log or look(folder).label is None:
            lost = Message(
                "The vectors in {folder} cannot be read: they are removed, and encoded again when they are needed.",
                {"folder": str(folder)},
            )
            yield mended(mend, lost)
            if mend:
                store.discard(folder)
        elif mending.cut_off(folder):
            hit = Message(
                "A part of the vectors of {model} in {folder} is lost, for a file there is shorter than what was "
                "written: their texts are encoded again when they are needed.",
                {"model": label.name, "folder": str(folder)},
            )
            yield mended(mend, hit)
            if mend:
                mending.take_out_damaged(folder)
        elif texts := mending.damaged(folder):
            hit = Message(
                "{texts} vectors of {model} in {folder} are damaged: they are taken out, and encoded again when they "
                "are needed.",
                {"texts": texts, "model": label.name, "folder": str(folder)},
            )
            yield mended(mend, hit)
            if mend:
                mending.take_out_damaged(folder)
    for path in (path for folder in vector_store.folders() for path in sorted(folder.glob(f"*/*{shard_files.SUFFIX}"))):
        if not shard_files.intact(path):
            yield mended(
                mend, Message("The shard {path} is damaged: it is removed, and encoded again.", {"path": path})
            )
            if mend:
                path.unlink(missing_ok=True)
