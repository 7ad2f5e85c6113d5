"""The nouns of Parallax: what a dataset, a model, a task, a result and a job are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import notation
from engine.entries import Asked as Asked
from engine.entries import Endpoint as Endpoint
from engine.entries import ModelEntry as ModelEntry
from engine.entries import Pipeline as Pipeline
from engine.entries import Similarity as Similarity
from engine.rankings import Ranking as Ranking
from engine.rankings import Request as Request
from engine.vectors import SingleVectors as SingleVectors
from engine.vectors import TokenVectors as TokenVectors
from engine.vectors import Vectors as Vectors

Role: TypeAlias = Literal["query", "document"]
Tables: TypeAlias = Mapping[str, pd.DataFrame]


class _Sentence:
    """An English sentence with {named} gaps; the template is also the key of its translations."""

    template: str
    values: Mapping[str, object]

    def __str__(self) -> str:
        return notation.fill(self.template, self.values)


@dataclass(frozen=True)
class Message(_Sentence):
    """Something to tell a person. Pages translate the template and fill the gaps with the values, as plain text."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)


class UserError(_Sentence, Exception):
    """A mistake that a person can mend: what failed, what was seen, what is right. Pages show its sentence."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template, values)
        self.template = template
        self.values = values

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.template, dict(self.values))


def _rebuild(kind: type[UserError], template: str, values: dict[str, object]) -> UserError:
    return kind(template, **values)


class BadFile(UserError):
    """A file that cannot be read into tables."""


class BadDataset(UserError):
    """Tables that a task cannot be run on."""


class BadModel(UserError):
    """A model that cannot be found, trusted, or loaded."""


class Cancelled(Exception):
    """Raised inside long work once somebody asked for it to stop."""


Step: TypeAlias = Callable[[float, Message], None]
"""Called by long work with (share done in 0..1, what is being done); raises Cancelled to stop it."""


@dataclass(frozen=True)
class Column:
    """One column of a table: what it holds, and the other headers that people give it (lower case)."""

    name: str
    kind: Literal["text", "id", "number", "label", "texts"]
    required: bool = True
    aliases: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    """Headers that mean it where no other column does."""


@dataclass(frozen=True)
class Layout:
    """One way in which people write down a task's data, and how it becomes the task's own tables."""

    tables: Mapping[str, tuple[Column, ...]]
    convert: Callable[..., Tables]
    """tables -> the task's own; raises BadDataset."""
    asks: str = ""
    """What of a person's choices it must be given as a keyword, such as `test_share`."""


@dataclass(frozen=True)
class Problem:
    """What `datasets.check` found. Rows count from 1, the header not counted; `rows` holds the first ones only."""

    level: Literal["error", "warning"]
    message: Message
    table: str = ""
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """Judged texts for one task. The fingerprint changes with any cell, the task and the settings."""

    name: str
    task: str
    tables: Tables
    title: str = ""
    source: str = ""
    licence: str = ""
    languages: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""


@dataclass(frozen=True)
class Texts:
    """Texts to embed, and as which side: a role is given only where mteb gives one (retrieval, reranking)."""

    items: Sequence[str]
    role: Role | None = None


@runtime_checkable
class Encoder(Protocol):
    """A loaded model. `key` changes whenever the vectors it gives would."""

    name: str
    key: str
    similarity: Similarity

    def prompt(self, role: Role | None) -> str:
        """What is put before a text of this role; part of the text's key in the vector store."""
        ...

    def fit(self, documents: Sequence[str]) -> Encoder:
        """This encoder after it has seen the documents: itself, unless it lives on corpus statistics."""
        ...

    def encode(self, texts: Sequence[str], role: Role | None = None) -> Vectors:
        """Vectors of shape (len(texts), d): float32, a CSR matrix, or many vectors for each text."""
        ...


@runtime_checkable
class Ranker(Protocol):
    """What ranks documents without a vector of each: a pipeline, a reranker, late interaction, an approximate index.

    `key` changes whenever a ranking that it gives would.
    """

    name: str
    key: str

    def rank(self, request: Request, step: Step | None = None) -> Ranking:
        """The best documents of each query of the request, or of its candidates, to its depth at most.

        Raises:
            BadModel: it cannot rank what is asked.
        """
        ...


@dataclass(frozen=True)
class Family:
    """A kind of model. `tasks` names the tasks it applies to; empty means all."""

    name: str
    title: str
    load: Callable[[ModelEntry, str, str], Any]
    """(entry, device, precision) -> what `gives` says, such as an Encoder; raises BadModel."""
    tasks: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    """What of a model a variant may change before it encodes: any of prompts, max_length, pooling, pool_factor."""
    missing: Callable[[ModelEntry], Message | None] = lambda entry: None
    """What to do before a model of this kind can be loaded; None if nothing."""
    sparse: bool = False
    """Whether its vectors are CSR rows, which can be neither shortened nor rounded."""
    gives: Literal["vectors", "pair scores", "rankings"] = "vectors"
    """What a loaded model is: an Encoder of texts, one of pairs (vectors of one number each), or a Ranker."""
    tokens: bool = False
    """Whether a text has a vector for every token (late interaction); these are stored as a variant wants them kept."""


@dataclass(frozen=True)
class ReadingOptions:
    """What a person says about a file; what is not said here, its reader finds out."""

    header: bool | None = None
    """Whether the first row names the columns."""
    delimiter: str = ""
    encoding: str = ""
    skip_rows: int | None = None
    """How many lines, or rows of a sheet, stand above the table."""
    sheet: str = ""
    leave_out_ragged: bool = False
    """Whether rows of delimited text are left out that have more or fewer cells than there are columns."""


PLAIN = ReadingOptions()
"""Nothing is said about the file."""


@dataclass(frozen=True)
class Note:
    """What a reader did with a file that its owner should know, and about which of its tables."""

    message: Message
    table: str = ""
    option: str = ""
    """Where the reader was not sure, the option that settles it, such as `--header`; "" where it was."""


@dataclass(frozen=True)
class Reading:
    """The tables of a file under the names that it gives them, and what was passed over, supposed or left out."""

    tables: Tables
    notes: tuple[Note, ...] = ()


class ReadFile(Protocol):
    """(path, what its owner says about it) -> its tables; raises BadFile."""

    def __call__(self, path: Path, options: ReadingOptions = PLAIN) -> Reading: ...


@dataclass(frozen=True)
class Reader:
    """A file format. `suffixes` are lower case with their dot."""

    name: str
    title: str
    suffixes: tuple[str, ...]
    read: ReadFile


@dataclass(frozen=True)
class Source:
    """Where the datasets come from whose names begin with `prefix`: read when they are asked for, then kept here."""

    name: str
    prefix: str
    load: Callable[[str], Dataset]
    """name -> dataset; raises UserError, BadDataset."""
    cards: Callable[[], list[dict[str, Any]]]
    """What is kept here: the fields of a Dataset but its tables, and how many rows and bytes it has."""
    forget: Callable[[str], None]
    """Removes what is kept here of a dataset."""
    damaged: Callable[[], list[Message]] = list
    """What is kept here and cannot be read, each in a sentence."""


@dataclass(frozen=True)
class Projection:
    """A way to draw vectors: (vectors, neighbours, seed, size) -> coordinates of shape (n, size), float32; 2 or 3 wide.

    A joint projection takes the vectors and neighbours of several models and gives a list of coordinates.
    """

    name: str
    title: str
    project: Callable[..., Any]
    source: str = ""
    joint: bool = False
    most: int | None = None
    """How many points it can draw in reasonable time."""


class Ruler(Protocol):
    """Counts the tokens of texts, as a model does or, for those without any, in words and Chinese characters."""

    def starts(self, text: str) -> npt.NDArray[np.int64]:
        """At which character each token of a text begins, rising; signs that are several tokens stand several times."""
        ...

    def count(self, text: str) -> int:
        """How many tokens a text has."""
        ...


@dataclass(frozen=True)
class Splitter:
    """A way to cut documents into pieces.

    cut(text, ruler, size) -> where each piece ends: rising, the last at the end of the text, so that the pieces are
    the whole text; each of at most `size` tokens, unless a single sign has more.
    """

    name: str
    title: str
    cut: Callable[[str, Ruler, int], list[int]]
    source: str = ""


@dataclass(frozen=True)
class Ranked:
    """How a task is judged from rankings, whoever made them.

    request(dataset) says what is to be ranked; judge(dataset, ranking), its rows those of the request's queries, gives
    the item table that the task's own `judge` gives for the ranking of a search.

    Raises (both):
        BadDataset: no query is judged, an id stands twice, or a score is not a whole number.
    """

    request: Callable[[Dataset], Request]
    judge: Callable[[Dataset, Ranking], pd.DataFrame]


@dataclass(frozen=True)
class Task:
    """A kind of evaluation: three pure functions around the encoding, and what people call its parts.

    texts(dataset) names the texts to embed; vectors come back under the same names, row for row.
    judge(dataset, vectors, similarity) gives one row per judged item, with the columns `item` (string id, the same for
        every model), `measure` (how well this item went, 0..1, higher is better) and those of `metrics.groups` (which
        items hang together) beside the task's own.
    metrics(items) gives mteb's keys, in full precision.
    resampled(items, counts) recomputes metrics under resampling of whole items: counts, of shape (draws, items), says
        how often each row stands in each draw; every returned array has shape (draws,).
    """

    name: str
    title: str
    question: str
    tables: Mapping[str, tuple[Column, ...]]
    main_metric: str
    texts: Callable[[Dataset], dict[str, Texts]]
    judge: Callable[[Dataset, Mapping[str, Vectors], Similarity], pd.DataFrame]
    metrics: Callable[[pd.DataFrame], dict[str, Any]]
    resampled: Callable[[pd.DataFrame, npt.NDArray[Any]], dict[str, npt.NDArray[np.float64]]]
    source: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    layouts: tuple[Layout, ...] = ()
    optional_tables: tuple[str, ...] = ()
    definitions: Mapping[str, str] = field(default_factory=dict)
    """metric key, or its part before `_at_`, -> definition and range in one or two sentences."""
    mean_measure: bool = True
    """Whether the main metric is the mean of `measure` over the items (then tests swap the items themselves)."""
    repeated: Callable[[pd.DataFrame, npt.NDArray[Any]], dict[str, npt.NDArray[np.float64]]] | None = None
    """(items, counts) -> metrics of each repetition that is common to all items, such as a small training sample or a
    k-means start, of shape (draws, repetitions); None where nothing is repeated."""
    fewest: Callable[[pd.DataFrame], float] = lambda items: float("inf")
    """A bound on how many items tell of the main metric, such as how many belong to the rarer class."""
    per_item: str = "how well the item went, 0 to 1"
    """What `measure` is, as people say it behind the words "per-item score"."""
    signed: tuple[str, ...] = ()
    """The resampled metrics that may lie below 0, down to -1; all others lie in 0..1."""
    together: str = "{n} items in {groups} groups"
    """How many items are judged and in how many groups they hang together, as people say it."""
    judged: Callable[[Dataset], pd.DataFrame] = lambda dataset: pd.DataFrame(
        {"item": [str(row) for row in range(len(next(iter(dataset.tables.values()))))]}
    )
    """Which items `judge` will give and what hangs together (`item` and the columns of `metrics.groups`), known without
    any vectors: the rows of the only table, each by itself, unless a task says."""
    ranked: Ranked | None = None
    """How it is judged from rankings; None where it is judged from vectors alone."""

    def least(self, metric: str) -> float:
        """The lowest value that a resampled metric can have; the highest is 1."""
        return -1.0 if metric in self.signed else 0.0


@dataclass(frozen=True)
class Result:
    """What came of one model on one dataset."""

    model: str
    dataset: str
    task: str
    metrics: Mapping[str, Any]
    items: pd.DataFrame
    fingerprint: str
    encoder_key: str
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """metric -> the 95 % percentile bootstrap interval over items, centred on the score."""
    accelerated: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """The main metric -> its bias-corrected and accelerated interval, where that can be told."""
    timings: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    """precision, device, seed, the task's settings, versions of the libraries: all that is needed to repeat the run."""


@dataclass(frozen=True)
class Comparison:
    """Two models on the items that both were judged on; every difference is the first minus the second."""

    n: int
    gap: float
    """Difference of the main metric on the shared items."""
    low: float
    high: float
    """Its 95 % bootstrap interval over paired groups of items; nan where there are fewer than 8."""
    p: float
    method: str
    won: int
    tied: int
    lost: int
    effect: float
    """Mean of the differences of `measure` over their standard deviation; nan where they do not vary."""
    corrected: float = float("nan")
    """p corrected for all pairs that were compared together (step-down max-T); nan where there was none."""
    family: int = 0
    """How many pairs these were."""
    groups: int = 0
    """In how many groups the items hang together, in a web what they are worth at least; 0: unknown."""
    design: float = float("nan")
    """How much more the mean difference varies than it would of as many independent items (1: not at all)."""
    web: bool = False
    """Whether items share in a web that no groups part."""


JobState: TypeAlias = Literal["queued", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class Job:
    """A piece of long work on disk, done by a worker process."""

    id: str
    kind: str
    lane: Literal["batch", "interactive"]
    arguments: Mapping[str, Any]
    state: JobState
    progress: float = 0.0
    message: Message | None = None
    error: Message | None = None
    created: float = 0.0
    started: float | None = None
    finished: float | None = None
    seconds: float | None = None
    """How long it took, whatever the clock of the day said meanwhile."""
    attempts: int = 0
