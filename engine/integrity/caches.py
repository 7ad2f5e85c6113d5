"""Is what can be computed again what was written? What is not is removed: pages offer to compute it again."""

import shutil
from pathlib import Path

from engine import config
from engine.encoding import paces
from engine.integrity.findings import Finding, Findings, mended
from engine.maps import build
from engine.storage import digests, documents, kept_files
from engine.storage.failures import Damaged, telling
from engine.types import Message

FOLDERS = ("neighbours", "compression", "indexes", "chunking", "rankings", "suspects")


def examine(mend: bool) -> Findings:
    """Paces and digests of models, maps, neighbours, curves of compression, studies of indexes, rankings, suspects."""
    for folder in FOLDERS:
        for path in sorted((config.home() / folder).glob("[!.]*")):
            if not kept_files.sound(path):
                yield _removed(path, mend)
    for path in sorted((config.home() / "maps").glob("[!.]*/")):
        try:
            build.load(path)
        except FileNotFoundError:
            continue
        except (Damaged, OSError, ValueError, TypeError, KeyError):
            yield _removed(path, mend)
    for folder in (paces.FOLDER, digests.FOLDER):
        for path in sorted((config.home() / folder).glob("[!.]*")):
            try:
                documents.read(path)
            except Damaged:
                yield _removed(path, mend)


def _removed(path: Path, mend: bool) -> Finding:
    if mend:
        with telling(path):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    said = Message(
        "{path} is damaged: it is removed, and computed again when somebody asks for it.", {"path": str(path)}
    )
    return mended(mend, said)
