"""Which texts of a dataset has somebody put aside under a name, to look at them again on any page?"""

import hashlib
import json
import os
import time
from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import config, plugins
from engine.results import frames
from engine.types import Dataset, Texts, UserError

LONGEST_NAME = 60


@dataclass(frozen=True)
class Slice:
    """Some texts of one state of a dataset.

    rows: for each kind of text (as the task names them) the places of the slice's texts, from 0; created: seconds since
    1970.
    """

    name: str
    dataset: str
    fingerprint: str
    rows: Mapping[str, tuple[int, ...]]
    created: float

    @property
    def size(self) -> int:
        """How many texts it holds."""
        return sum(map(len, self.rows.values()))


def save(name: str, dataset: Dataset, rows: Mapping[str, npt.ArrayLike]) -> Slice:
    """Keeps these texts under a name that no other slice of the dataset has.

    Raises:
        UserError: the name is empty, too long or taken, or there are no texts.
    """
    plain = _free(name, dataset.name)
    kept = {field: tuple(np.unique(np.asarray(at, int)).tolist()) for field, at in rows.items()}
    kept = {field: at for field, at in kept.items() if at}
    if not kept:
        raise UserError("Nothing is selected, so there is nothing to keep as {name}.", name=plain)
    made = Slice(plain, dataset.name, dataset.fingerprint, kept, time.time())
    _write(made)
    return made


def named(dataset: str) -> dict[str, Slice]:
    """The slices of a dataset by name, the oldest first; those of an earlier state of it are among them."""
    found = [_read(path, path.stat().st_mtime_ns) for path in _folder().glob("*.json")]
    return {one.name: one for one in sorted(found, key=lambda one: one.created) if one.dataset == dataset}


def current(dataset: str, fingerprint: str) -> dict[str, Slice]:
    """The slices that fit the dataset as it is now."""
    return {name: one for name, one in named(dataset).items() if one.fingerprint == fingerprint}


def rename(dataset: str, old: str, new: str) -> Slice:
    """The same slice under another name; raises UserError where there is none, or the new name will not do."""
    known = _known(dataset, old)
    if new.strip() == old:
        return known
    made = replace(known, name=_free(new, dataset))
    _write(made)
    _path(dataset, old).unlink(missing_ok=True)
    return made


def delete(dataset: str, name: str) -> None:
    """Forgets a slice; its texts stay where they are."""
    _path(dataset, _known(dataset, name).name).unlink(missing_ok=True)


def rows_of(dataset: Dataset, wanted: Set[str]) -> dict[str, npt.NDArray[np.int64]]:
    """Where in the dataset these texts stand, all their copies: kind of text -> places, from 0."""
    fields = _fields(dataset)
    found = {field: np.flatnonzero(pd.Series(list(one.items)).isin(wanted)) for field, one in fields.items()}
    return {field: at for field, at in found.items() if len(at)}


def of_items(dataset: Dataset, items: pd.DataFrame) -> dict[str, npt.NDArray[np.int64]]:
    """Where the texts of these judged items stand: kind of text -> places, from 0."""
    said = frames.item_texts(dataset, items)
    return rows_of(dataset, set().union(*(said[column] for column in frames.ITEM_TEXTS[dataset.task][1])))


def judged(one: Slice, dataset: Dataset, items: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which judged items are about a text of the slice; a query also where one of its relevant documents is in it."""
    fields = _fields(dataset)
    wanted = {fields[field].items[row] for field, rows in one.rows.items() if field in fields for row in rows}
    said = frames.item_texts(dataset, items)
    about = said[list(frames.ITEM_TEXTS[dataset.task][1])].isin(wanted).any(axis=1).to_numpy()
    if "qrels" in dataset.tables and "corpus" in one.rows:
        about = about | items["item"].isin(_askers(dataset, one.rows["corpus"])).to_numpy()
    return about


def table(one: Slice, dataset: Dataset) -> pd.DataFrame:
    """The slice as a file: field, row (from 0), id where the texts have one, and text."""
    fields, parts = _fields(dataset), []
    for field, rows in one.rows.items():
        part = pd.DataFrame({"field": field, "row": rows, "text": [fields[field].items[row] for row in rows]})
        own = dataset.tables.get(field)
        if own is not None and "id" in own and len(own) == len(fields[field].items):
            part.insert(2, "id", own["id"].iloc[list(rows)].to_numpy())
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _fields(dataset: Dataset) -> Mapping[str, Texts]:
    found: Mapping[str, Texts] = plugins.tasks()[dataset.task].texts(dataset)
    return found


def _askers(dataset: Dataset, rows: tuple[int, ...]) -> set[str]:
    """The queries for which one of these documents is relevant."""
    ids, qrels = dataset.tables["corpus"]["id"].iloc[list(rows)], dataset.tables["qrels"]
    relevant = qrels[qrels["score"] > 0] if "score" in qrels else qrels
    return set(relevant["query_id"][relevant["corpus_id"].isin(ids)])


def _free(name: str, dataset: str) -> str:
    """The name as it is kept, if a new slice may have it."""
    plain = " ".join(name.split())
    if not plain:
        raise UserError("Give the slice a name.")
    if len(plain) > LONGEST_NAME:
        raise UserError(
            "The name of a slice has {seen} letters; {most} are the most.", seen=len(plain), most=LONGEST_NAME
        )
    if _path(dataset, plain).exists():
        raise UserError("There is a slice {name!r} of this dataset already; choose another name.", name=plain)
    return plain


def _known(dataset: str, name: str) -> Slice:
    path = _path(dataset, name)
    if not path.exists():
        raise UserError("No slice of this dataset is called {name!r}.", name=name)
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _read(path: Path, _stamp: int) -> Slice:
    known = json.loads(path.read_text(encoding="utf-8"))
    return Slice(**known | {"rows": {field: tuple(rows) for field, rows in known["rows"].items()}})


def _write(one: Slice) -> None:
    """Whole or not at all."""
    path = _path(one.dataset, one.name)
    half = path.with_suffix(f".{os.getpid()}.half")
    half.write_text(json.dumps(asdict(one), ensure_ascii=False), encoding="utf-8")
    half.replace(path)


def _path(dataset: str, name: str) -> Path:
    both = "\x00".join([dataset, name])
    return _folder() / f"{hashlib.sha256(both.encode()).hexdigest()[:24]}.json"


def _folder() -> Path:
    folder = config.home() / "slices"
    folder.mkdir(exist_ok=True)
    return folder
