"""How does a small record lie on disk as JSON, with the checksum of what it says?"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xxhash

from engine.storage import strict_json
from engine.storage.failures import Damaged
from engine.storage.files import whole

CHECK = "check"


def write(path: Path, values: Mapping[str, Any]) -> None:
    """Keeps the record, whole or not at all, with null for what is no finite number; raises DiskRefuses."""
    plain = json.loads(strict_json.dumps(dict(values)))
    with whole(path) as fresh:
        text = json.dumps(plain | {CHECK: _check(plain)}, ensure_ascii=False, indent=1)
        fresh.write_text(text, encoding="utf-8", errors="surrogatepass")


def read(path: Path) -> dict[str, Any]:
    """The record as it was written; one of an earlier version has no checksum.

    Raises:
        Damaged: it is not what was written.
        FileNotFoundError: there is none.
    """
    values = read_any(path)
    if not isinstance(values, dict):
        raise _damaged(path)
    return values


def sealed(path: Path) -> bool:
    """Whether a record that can be read carries its checksum; one of an earlier version does not."""
    return CHECK in json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))


def read_any(path: Path) -> Any:
    """As `read`; what an earlier version wrote may be no record, but anything that JSON holds."""
    try:
        values = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
        known = values.pop(CHECK, None) if isinstance(values, dict) else None
        sound = known is None or known == _check(values)
    except (ValueError, TypeError, RecursionError) as error:
        raise _damaged(path) from error
    if not sound:
        raise _damaged(path)
    return values


def _damaged(path: Path) -> Damaged:
    return Damaged("{path} is damaged: it is not what was written there.", path=path)


def _check(values: Mapping[str, Any]) -> str:
    return xxhash.xxh3_128_hexdigest(json.dumps(values, sort_keys=True).encode())
