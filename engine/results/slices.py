"""Which texts of a dataset has somebody put aside under a name, to look at them again on any page?"""

import hashlib
import time
from collections.abc import Mapping, Set
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import config, plugins
from engine.results import frames
from engine.storage import checksums, documents
from engine.storage.failures import Damaged, telling
from engine.storage.files import locked
from engine.types import Dataset, Message, Texts, UserError

LONGEST_NAME = 60


@dataclass(frozen=True)
class Slice:
    """Some texts of one state of a dataset.

    rows: for each kind of text (as the task names them) the places of the slice's texts, from 0; created: seconds since
    1970; number: grows from slice to slice of the dataset, whatever the clock says.
    """

    name: str
    dataset: str
    fingerprint: str
    rows: Mapping[str, tuple[int, ...]]
    created: float
    number: int = 0

    @property
    def size(self) -> int:
        """How many texts it holds."""
        return sum(map(len, self.rows.values()))


def save(name: str, dataset: Dataset, rows: Mapping[str, npt.ArrayLike]) -> Slice:
    """Keeps these texts under a name that no other slice of the dataset has.

    Raises:
        UserError: the name is empty, too long or taken, or there are no texts.
    """
    plain = _plain(name)
    kept = {field: tuple(np.unique(np.asarray(at, int)).tolist()) for field, at in rows.items()}
    kept = {field: at for field, at in kept.items() if at}
    if not kept:
        raise UserError("Nothing is selected, so there is nothing to keep as {name}.", name=plain)
    with locked(_folder()):
        _refuse_taken(plain, dataset.name)
        number = 1 + max((one.number for one in named(dataset.name).values()), default=0)
        made = Slice(plain, dataset.name, dataset.fingerprint, kept, time.time(), number)
        documents.write(_path(made.dataset, made.name), asdict(made))
    return made


def named(dataset: str) -> dict[str, Slice]:
    """The slices of a dataset by name, the oldest first; those of an earlier state of it are among them."""
    found = [one for one in _all() if isinstance(one, Slice) and one.dataset == dataset]
    return {one.name: one for one in sorted(found, key=lambda one: (one.number, one.created))}


def damaged() -> list[Message]:
    """The slices that are not what was written, each in a sentence."""
    return [one for one in _all() if isinstance(one, Message)]


def _all() -> list[Slice | Message]:
    found = []
    for path in _folder().glob("*.json"):
        with suppress(FileNotFoundError):  # somebody has just deleted it
            found.append(_read(path, checksums.state(path)))
    return found


def everyone() -> list[Slice]:
    """The slices of all datasets, of those that are not here any more too."""
    return [one for one in _all() if isinstance(one, Slice)]


def sealed(one: Slice) -> bool:
    """Whether it carries a checksum; one that an earlier version kept does not."""
    return documents.sealed(_path(one.dataset, one.name))


def seal(one: Slice) -> None:
    """Gives it its checksum; raises DiskRefuses."""
    with locked(_folder()):
        documents.write(_path(one.dataset, one.name), asdict(one))


def current(dataset: str, fingerprint: str) -> dict[str, Slice]:
    """The slices that fit the dataset as it is now."""
    return {name: one for name, one in named(dataset).items() if one.fingerprint == fingerprint}


def rename(dataset: str, old: str, new: str) -> Slice:
    """The same slice under another name; raises UserError where there is none, or the new name will not do."""
    known = _known(dataset, old)
    if new.strip() == old:
        return known
    made = replace(known, name=_plain(new))
    with locked(_folder()):
        _refuse_taken(made.name, dataset)
        documents.write(_path(dataset, made.name), asdict(made))
        _path(dataset, old).unlink(missing_ok=True)
    return made


def delete(dataset: str, name: str) -> None:
    """Forgets a slice; its texts stay where they are."""
    path = _path(dataset, _known(dataset, name).name)
    with telling(path):
        path.unlink(missing_ok=True)


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


def _plain(name: str) -> str:
    """The name as it is kept."""
    plain = " ".join(name.split())
    if not plain:
        raise UserError("Give the slice a name.")
    if len(plain) > LONGEST_NAME:
        raise UserError(
            "The name of a slice has {seen} letters; {most} are the most.", seen=len(plain), most=LONGEST_NAME
        )
    return plain


def _refuse_taken(name: str, dataset: str) -> None:
    if _path(dataset, name).exists():
        raise UserError("There is a slice {name!r} of this dataset already; choose another name.", name=name)


def _known(dataset: str, name: str) -> Slice:
    found = named(dataset).get(name)
    if found is None:
        raise UserError("No slice of this dataset is called {name!r}.", name=name)
    return found


@lru_cache(maxsize=1024)
def _read(path: Path, _state: checksums.State) -> Slice | Message:
    """A slice, or what is to be said of its file."""
    try:
        known = documents.read(path)
        return Slice(**known | {"rows": {field: tuple(rows) for field, rows in known["rows"].items()}})
    except (Damaged, KeyError, TypeError, AttributeError):
        return Message(
            "A slice is left out: {path} is damaged. Keep the slice again, and delete the file.", {"path": str(path)}
        )


def _path(dataset: str, name: str) -> Path:
    both = "\x00".join([dataset, name])
    return _folder() / f"{hashlib.sha256(both.encode()).hexdigest()[:24]}.json"


def _folder() -> Path:
    return config.home() / "slices"
