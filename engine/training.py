"""What is a model adapted with: examples to learn from, recipes, and what a recipe makes of a model?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pandas as pd

from engine.types import Dataset, Message, ModelEntry, Role, Step

if TYPE_CHECKING:
    from torch import Tensor

Shape: TypeAlias = Literal["scored pairs", "pairs", "labelled texts", "texts"]
COLUMNS: Mapping[Shape, tuple[str, ...]] = {
    "scored pairs": ("sentence1", "sentence2", "score"),
    "pairs": ("query", "document"),
    "labelled texts": ("text", "label"),
    "texts": ("text",),
}
"""What the rows of each shape hold. Scores lie in 0..1; behind `document` there may be `negative_1`, `negative_2` …"""
SHAPES: Mapping[Shape, Message] = {
    "scored pairs": Message("pairs with a score"),
    "pairs": Message("pairs that belong together"),
    "labelled texts": Message("texts with a label"),
    "texts": Message("texts"),
}
"""What people call them."""
Settings: TypeAlias = Mapping[str, Any]
"""A value for every setting of a recipe, by its name."""
Objective: TypeAlias = "Callable[[Sequence[Tensor], pd.DataFrame], Tensor]"
"""(vectors of each column, (batch, d), in the order of `Lesson.columns`, and the rows) -> the loss, one number."""


@dataclass(frozen=True)
class Examples:
    """What is learnt from, of one dataset: rows with the columns of their shape, in any order.

    roles: the side that each column of texts is read as, which decides its prompt · corpus: documents from which
    negatives may be mined, none of which answers a query of the dev or test part.
    """

    shape: Shape
    rows: pd.DataFrame
    roles: Mapping[str, Role | None] = field(default_factory=dict)
    corpus: Sequence[str] = ()
    dataset: str = ""

    @property
    def texts(self) -> list[str]:
        """Every text once, in the order of the rows."""
        columns = [name for name in self.rows if name not in ("score", "label")]
        return list(dict.fromkeys(text for name in columns for text in self.rows[name].dropna()))


@dataclass(frozen=True)
class Setting:
    """What may be chosen about a recipe: its default is the authors' own value, where they say one.

    A default of "" without choices stands for another model of the catalogue, which must be named.
    """

    title: str
    default: Any
    least: float | None = None
    most: float | None = None
    choices: tuple[Any, ...] = ()


LOOP: Mapping[str, Setting] = {
    "epochs": Setting("Epochs", 1.0, 0.01, 100),
    "batch_size": Setting("Examples in a batch", 32, 2, 65_536),
    "learning_rate": Setting("Learning rate", 2e-5, 1e-8, 1.0),
    "warmup": Setting("Share of the steps in which the learning rate rises", 0.1, 0.0, 1.0),
    "weight_decay": Setting("Weight decay", 0.01, 0.0, 1.0),
    "max_length": Setting("Tokens read of a text at most (0: as many as the model reads)", 0, 0, 32_768),
    "cached": Setting("Texts in a forward pass of gradient caching (0: none)", 0, 0, 65_536),
    "precision": Setting("Precision of computation", "float32", choices=("float32", "bfloat16")),
}
"""What may be chosen about every recipe that is trained in steps: by AdamW, the rate rising and then falling to 0."""


def loop(**defaults: Any) -> dict[str, Setting]:
    """The settings of training in steps, with these defaults of a recipe's authors."""
    return {name: replace(one, default=defaults.get(name, one.default)) for name, one in LOOP.items()}


@dataclass(frozen=True)
class Lesson:
    """One kind of examples with its loss. Of several lessons each step takes one, in turn, as often as it has batches.

    columns: which columns of the rows become vectors, in this order, each read as this side
    objective: the loss of these vectors
    loss: instead of both, the loss straight from rows, where it is none of vectors of texts
    modules: what is trained along and is not part of the result, such as a decoder
    distinct: whether no text may stand twice in a batch, because every other row's is taken for a negative
    lengths: how many tokens of a column's texts are read at most, where fewer than the model reads
    tokens: of the rows, how many each is read as; given only where the loss is their mean, so that a step may take few
    rows at a time
    """

    rows: pd.DataFrame
    columns: Mapping[str, Role | None] = field(default_factory=dict)
    objective: Objective | None = None
    loss: Callable[[pd.DataFrame], Tensor] | None = None
    modules: tuple[Any, ...] = ()
    distinct: bool = False
    lengths: Mapping[str, int] = field(default_factory=dict)
    tokens: Callable[[pd.DataFrame], Sequence[int]] | None = None


@dataclass(frozen=True)
class Base:
    """The model that is adapted.

    model: a SentenceTransformer in float32, which may be changed in place · folder: where its files lie · fresh(name):
    another model of the catalogue, or this one once more, loaded likewise · prompts: by side, `none` for no side · old:
    texts of what should not be forgotten, none of which is judged; empty where none were given · seed: of all draws.
    """

    entry: ModelEntry
    model: Any
    folder: Path
    fresh: Callable[[str], Any]
    prompts: Mapping[str, str] = field(default_factory=dict)
    old: Sequence[str] = ()
    seed: int = 0

    def prompt(self, role: Role | None) -> str:
        """What is put before a text of this side."""
        return self.prompts.get(role or "none", "")


@dataclass(frozen=True)
class Course:
    """What is trained in steps: a model, its lessons, and what is added to the loss of every step.

    model: the base's own, or another one that has `save_pretrained` · penalties: each gives one number that is added to
    the loss, kept small by whoever adds it · judge: (model, dataset, depth) -> the items of the task, where the model
    gives no vectors; depth: documents of a query that it reads, where the dataset names no candidates · depth: as many
    of them as are read where nothing else is said · finish: (model) -> what is kept of it at the end, such as a model
    with its adapters merged · shown: what a person should look at before the training, the doubtful rows first: query,
    document, negative, finder, similarity, right (that of the document); None where there is nothing.
    """

    base: Base
    model: Any
    lessons: tuple[Lesson, ...]
    penalties: tuple[Callable[[], Tensor], ...] = ()
    judge: Callable[[Any, Dataset, int], pd.DataFrame] | None = None
    depth: int = 0
    finish: Callable[[Any], Any] = lambda model: model
    shown: pd.DataFrame | None = None


@dataclass(frozen=True)
class Recipe:
    """A way to adapt a model: exactly one of `train`, `compute` and `add`.

    train(base, examples, settings): what is trained in steps, usually with a lesson for each of the examples
    compute(base, examples, settings, step): the adapted model at once; it has `save_pretrained`
    add(course, settings): the course of another recipe with something added to it or wrapped around it
    """

    name: str
    title: str
    question: str
    """What it does, in a sentence."""
    shapes: tuple[Shape, ...]
    """What it learns from, the best first; empty where it needs no examples."""
    source: str
    settings: Mapping[str, Setting]
    costs: str
    """What it takes, in a sentence."""
    fails: str
    """When it does not help, in a sentence."""
    train: Callable[[Base, Sequence[Examples], Settings], Course] | None = None
    compute: Callable[[Base, Sequence[Examples], Settings, Step], Any] | None = None
    add: Callable[[Course, Settings], Course] | None = None
    packages: tuple[str, ...] = ()
    """What must be installed beyond Parallax itself, such as peft."""
    then: str = ""
    """Why its result is of no use before another recipe has followed; empty where it is."""
    reads_pairs: bool = False
    """Whether its result reads a query and a document as one text, to a length of its own: the base's does not hold."""
    refuses: Callable[[Sequence[Examples]], Message | None] = lambda examples: None
    """Why nothing can be learnt from these examples, in a sentence; None where it can."""

    @property
    def kind(self) -> Literal["trained", "computed", "added"]:
        """How it works."""
        return "trained" if self.train else "computed" if self.compute else "added"
