"""How does a small record lie on disk as JSON, with the checksum of what it says?"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xxhash

from engine.storage.failures import Damaged
from engine.storage.files import whole

CHECK = "check"


def write(path: Path, values: Mapping[str, Any]) -> None:
    """Keeps the record, whole or not at all; raises DiskRefuses."""
    plain = json.loads(json.dumps(dict(values)))
    with whole(path) as fresh:
        text = json.dumps(plain | {CHECK: _check(plain)}, ensure_ascii=False, indent=1)
        fresh.write_text(text, encoding="utf-8", errors="surrogatepass")


def read(path: Path) -> dict[str, Any]:
    """The record as it was written; one of an earlier version has no checksum.

    Raises:
        Damaged: it is not what was written.
        FileNotFoundError: there is none.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
        known = values.pop(CHECK, None)
        sound = known is None or known == _check(values)
    except (ValueError, AttributeError, TypeError, RecursionError):
        sound, values = False, {}
    if not sound:
        raise Damaged("{path} is damaged: it is not what was written there.", path=path)
    return dict(values)


def _check(values: Mapping[str, Any]) -> str:
    return xxhash.xxh3_128_hexdigest(json.dumps(values, sort_keys=True).encode())
