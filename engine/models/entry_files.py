"""How is a catalogue of models written down in TOML, and read, those of earlier versions too?"""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from engine.storage.checksums import State, state
from engine.storage.files import whole
from engine.types import Asked, BadModel, Endpoint, ModelEntry, Pipeline

RECORDS: dict[str, Any] = {"endpoint": Endpoint, "asked": Asked, "pipeline": Pipeline}
"""Fields of an entry that are records of their own."""


def read(path: Path) -> tuple[ModelEntry, ...]:
    """The entries of a catalogue; none if there is no such file.

    Raises:
        BadModel: it cannot be read, or holds something else.
    """
    try:
        return _parse(path, state(path))
    except FileNotFoundError:
        return ()
    except UnicodeDecodeError as error:
        raise BadModel(
            "{path} is not written in UTF-8, so its models are left out: save it in that encoding.", path=path
        ) from error
    except (OSError, tomllib.TOMLDecodeError, TypeError, ValueError, KeyError, AttributeError) as error:
        raise BadModel(
            "{path} is not a catalogue of models, so those in it are left out: {reason}", path=path, reason=str(error)
        ) from error


def write(path: Path, entries: Iterable[ModelEntry]) -> None:
    """The catalogue with these entries, whole or not at all.

    Raises:
        DiskRefuses: it cannot be written.
    """
    with whole(path) as fresh:
        fresh.write_text("\n".join(line for entry in entries for line in _lines(entry)), encoding="utf-8")


@lru_cache(maxsize=8)
def _parse(path: Path, _state: State) -> tuple[ModelEntry, ...]:
    """Pages ask for one entry after another: the file is read again only where it is another one."""
    text = path.read_text(encoding="utf-8-sig")
    said = tomllib.loads(text)
    listed = said.get("models", [])
    if set(said) - {"models"} or not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise TypeError("each model stands below a line [[models]], and nothing beside them")
    return tuple(_entry(values) for values in listed)


def _entry(values: dict[str, Any]) -> ModelEntry:
    values = _typed(values)
    _check(values)
    records = {
        name: _record(kind, values.pop(name), values["name"]) for name, kind in RECORDS.items() if name in values
    }
    made: ModelEntry = _record(ModelEntry, values | records, values["name"])
    return made


def _check(values: dict[str, Any]) -> None:
    """Raises TypeError where a value is not of its field's kind, at any depth."""
    from pydantic import ValidationError

    try:
        _kinds().validate_json(json.dumps(values), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(one) for one in first["loc"])
        seen = "" if first["type"] == "missing" else f" = {first['input']!r}"
        raise TypeError(f"{values.get('name', 'a model')}: {place}{seen}. {first['msg']}") from error


@cache
def _kinds() -> Any:
    """Of which kind each field of an entry is; a tenth of a second, which only who reads a catalogue pays, once."""
    from pydantic import TypeAdapter

    return TypeAdapter(ModelEntry)


def _record(kind: Any, values: dict[str, Any], name: str) -> Any:
    """The record with these values; raises TypeError where one is none of its fields."""
    known = [one.name for one in fields(kind)]
    for strange in sorted(set(values) - set(known)):
        raise TypeError(f"{name}: {strange!r} is none of {', '.join(known)}")
    return kind(**_tuples(values))


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    """The values without `options`, a table in which earlier versions wrote down all that a run was to ask."""
    values, loose = dict(values), dict(values.get("options", {}))
    values.pop("options", None)
    if "endpoint" in loose:
        loose["name"] = loose.pop("endpoint")
    for record, kind in RECORDS.items():
        own = {one.name: loose.pop(one.name) for one in fields(kind) if one.name in loose}
        values |= {record: {**values.get(record, {}), **own}} if own else {}
    return {**values, **{name: loose[name] for name in ("sha256", "variant_of") if name in loose}}


def _lines(entry: ModelEntry) -> Iterator[str]:
    """The entry in TOML, without what it does not say."""
    yield "[[models]]"
    for name, value in _said(entry, ModelEntry("", "")).items():
        yield f"{name} = {_toml(value)}"
    yield ""


def _said(record: Any, empty: Any) -> dict[str, Any]:
    """The fields of a record that differ from those of an empty one; of records within it likewise."""
    found: dict[str, Any] = {}
    for name in (one.name for one in fields(record)):
        value = getattr(record, name)
        if is_dataclass(value) and not isinstance(value, type):
            value = _said(value, type(value)())
            found |= {name: value} if value or name == "endpoint" else {}
        elif value != getattr(empty, name):
            found[name] = value
    return found


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(name)} = {_toml(one)}" for name, one in value.items()) + " }"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # JSON's strings and numbers are TOML's too
