"""Which stored vectors are not what was written, and how are they taken out?"""

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np

from engine.encoding.blocks import LINE, Blocks, kinds, look, read_label
from engine.encoding.store import Shelf, root
from engine.storage.failures import telling
from engine.storage.files import UNFINISHED, locked

GRAVE = f".old{UNFINISHED}"


def damaged(folder: Path) -> int:
    """How many vectors in the folder of a shelf are not what was written; reads all of it."""
    return sum(end - start for start, end, sound in _ranges(look(folder)) if not sound)


def unlogged(folder: Path) -> bool:
    """Whether vectors lie there without the log by which they count; raises DiskRefuses.

    A first block that is being written has none yet: who writes it is waited for.
    """

    def missing() -> bool:
        written = any((folder / name).exists() and (folder / name).stat().st_size for name in kinds(read_label(folder)))
        return written and not (folder / "log").exists()

    if not missing():
        return False
    with locked(root()):
        return missing()


def cut_off(folder: Path) -> bool:
    """Whether blocks are lost that were whole once: their lines stand in the log, but the files end before them."""
    lines = (folder / "log").stat().st_size // LINE.itemsize  # first: whoever writes meanwhile adds to the files before
    return look(folder).lines < lines


def take_out_damaged(folder: Path) -> None:
    """Writes the sound vectors of a shelf anew, in the place of all; raises DiskRefuses."""
    fresh, grave = _beside(folder)
    with locked(root()), telling(folder):
        shutil.rmtree(fresh, ignore_errors=True)  # of somebody who was killed
        old = look(folder)
        assert old.label is not None
        shelf, new = (Shelf(old.label.name, old.label.key, place) for place in (folder, fresh))
        for start, end, sound in _ranges(old):
            if sound:
                keys = np.asarray(old.columns["keys"][2 * start : 2 * end]).reshape(-1, 2)
                new.write(keys, shelf.rows(np.arange(start, end)))
        folder.replace(grave)
        if fresh.exists():
            fresh.replace(folder)
        shutil.rmtree(grave)


def end_exchanges() -> None:
    """Puts shelves into their places whose exchange was killed between its two steps; raises DiskRefuses."""
    for grave in root().glob(f".*{GRAVE}"):
        folder = grave.with_name(grave.name[1 : -len(GRAVE)])
        with locked(root()), telling(folder):
            fresh = _beside(folder)[0]
            if not folder.exists() and grave.exists():
                (fresh if fresh.exists() else grave).replace(folder)
            shutil.rmtree(grave, ignore_errors=True)


def _beside(folder: Path) -> tuple[Path, Path]:
    """Where a shelf's successor is written, and where the shelf lies once that takes its place."""
    return folder.with_name(f".{folder.name}.new{UNFINISHED}"), folder.with_name(f".{folder.name}{GRAVE}")


def _ranges(blocks: Blocks) -> list[tuple[int, int, bool]]:
    """The first row of every block, the one behind its last, and whether it is what was written."""
    ends = blocks.log["texts"].astype(int).tolist()
    return [(start, end, blocks.sound(number)) for number, (start, end) in enumerate(pairwise(ends))]
