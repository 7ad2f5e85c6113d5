"""The nouns of Parallax: what a model is and does, what a job is, and those of the files beside this one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from engine.entries import Asked as Asked
from engine.entries import Endpoint as Endpoint
from engine.entries import ModelEntry as ModelEntry
from engine.entries import Pipeline as Pipeline
from engine.entries import Similarity as Similarity
from engine.judged import Column as Column
from engine.judged import Comparison as Comparison
from engine.judged import Dataset as Dataset
from engine.judged import Layout as Layout
from engine.judged import Problem as Problem
from engine.judged import Ranked as Ranked
from engine.judged import Result as Result
from engine.judged import Role as Role
from engine.judged import Tables as Tables
from engine.judged import Task as Task
from engine.judged import Texts as Texts
from engine.messages import BadDataset as BadDataset
from engine.messages import BadFile as BadFile
from engine.messages import BadModel as BadModel
from engine.messages import Cancelled as Cancelled
from engine.messages import Message as Message
from engine.messages import Step as Step
from engine.messages import UserError as UserError
from engine.rankings import Ranking as Ranking
from engine.rankings import Request as Request
from engine.readings import PLAIN as PLAIN
from engine.readings import Note as Note
from engine.readings import Reader as Reader
from engine.readings import ReadFile as ReadFile
from engine.readings import Reading as Reading
from engine.readings import ReadingOptions as ReadingOptions
from engine.readings import Source as Source
from engine.vectors import SingleVectors as SingleVectors
from engine.vectors import TokenVectors as TokenVectors
from engine.vectors import Vectors as Vectors


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
