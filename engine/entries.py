"""What does the catalogue say about a model, and what does a run ask of it beyond that?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

Similarity: TypeAlias = Literal["cosine", "dot", "euclidean", "manhattan", "maxsim", "meanmaxsim"]
"""How two texts are compared by their vectors; distances are taken negative, so that more is always more alike.

Of texts with many vectors: for every vector of the query its greatest product with one of the document's, summed or on
average (https://arxiv.org/abs/2004.12832).
"""


@dataclass(frozen=True)
class Asked:
    """What a variant asks of its model; nothing where a field is empty."""

    max_length: int | None = None
    pooling: str = ""
    dimension: int | None = None
    """How many numbers of each vector are kept."""
    vectors: str = "float32"
    """In which precision they are kept."""
    pool_factor: float | None = None
    """Of how many vectors of a document one is made, where it has one for every token."""
    pca: bool = False
    """Whether the numbers that are kept are those on the principal axes of the documents, and not the first ones."""


@dataclass(frozen=True)
class Endpoint:
    """Where a model is asked that does not run here, and how."""

    name: str = ""
    """The word before _BASE_URL and _API_KEY in the environment; OPENAI where empty."""
    model: str = ""
    """What it is called there; the entry's own name where empty."""
    service: str = ""
    """Whose ways it has, of those in data/endpoints.toml; told by its address where empty."""
    dimensions: int | None = None
    input_types: Mapping[str, str] = field(default_factory=dict)
    """What texts are said to be, by the names that prompts go by; the service's own where empty."""
    truncate: bool = False
    """Whether texts that are too long for it are cut; otherwise they stop the run."""
    batch_size: int | None = None
    """The most texts in a request."""
    requests_per_minute: float | None = None
    price: float | None = None
    """For a million tokens."""


@dataclass(frozen=True)
class Pipeline:
    """Of which models, by their names, a pipeline is made, and how they work together."""

    retrievers: tuple[str, ...] = ()
    fusion: str = ""
    """How the lists of several retrievers become one: `rrf` (reciprocal rank) or `weighted` (sum of scores)."""
    weight: float | None = None
    """Of the first of two retrievers in the sum, 0..1; None: tuned on half of the queries, used on the other."""
    reranker: str = ""
    depth: int = 100
    """How many documents of a query the reranker reads."""
    splitter: str = ""
    """How documents are cut before they are searched, each then as good as its best chunk; empty: not at all."""
    size: int = 256
    """Tokens of a chunk at most, of each retriever's own."""
    overlap: int = 0
    """Tokens that a chunk repeats of the one before."""
    title: bool = False
    """Whether a document's title stands in front of each of its chunks."""
    best: int = 1
    """How many of its best chunks a document's score is the mean of."""

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of all its models."""
        return (*self.retrievers, *filter(None, [self.reranker]))


@dataclass(frozen=True)
class ModelEntry:
    """A model as the catalogue knows it, before it is loaded."""

    name: str
    family: str
    source: str = ""
    revision: str = ""
    title: str = ""
    parameters: int | None = None
    dimension: int | None = None
    max_length: int | None = None
    """The most tokens of a text that it reads; the files of the model may say less, and then that holds."""
    pooling: str = ""
    normalize: bool | None = None
    prompts: Mapping[str, str] = field(default_factory=dict)
    """What to put before texts, by side (query, document), or, as mteb does, by type of task such as STS."""
    instruction: str = ""
    """How a model that is told its task is told it: a text with {instruction} in it."""
    similarity: Similarity | None = None
    """How its vectors are compared; where empty, as its own files say, and by cosine where they do not."""
    languages: tuple[str, ...] = ()
    licence: str = ""
    dimensions: tuple[int, ...] = ()
    """Shorter dimensions that it was trained to be cut to (Matryoshka)."""
    remote_code: bool = False
    recipe: str = ""
    reference: str = ""
    sha256: str = ""
    """Of its weights, where they have to be the published ones."""
    endpoint: Endpoint | None = None
    pipeline: Pipeline | None = None
    """What it is made of, where it is a pipeline of other models."""
    variant_of: str = ""
    """The name of the model that this is a variant of."""
    asked: Asked = Asked()

    @property
    def reads(self) -> int | None:
        """The most tokens of a text that a run of it reads, as far as the entry says."""
        return self.asked.max_length or self.max_length

    @property
    def pools(self) -> str:
        """How a run of it pools."""
        return self.asked.pooling or self.pooling

    @property
    def width(self) -> int | None:
        """How many numbers a vector has in a run of it."""
        return self.asked.dimension or self.dimension

    @property
    def price(self) -> float | None:
        """What a million tokens cost; None where it costs nothing or nobody knows."""
        return self.endpoint.price if self.endpoint else None

    def options(self) -> dict[str, Any]:
        """All that is asked beyond the description, flat, without what is not asked: as runs write it down."""
        said = asdict(self.endpoint or Endpoint()) | asdict(self.asked)
        said |= {"sha256": self.sha256, "variant_of": self.variant_of, "endpoint": said.pop("name")}
        plain = {**asdict(Endpoint()), **asdict(Asked())}
        return {name: value for name, value in said.items() if value != plain.get(name, "")}
