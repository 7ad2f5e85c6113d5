"""What can be changed about a model without another download, and what becomes of its vectors then?

A prompt, a maximum length or a pooling makes other vectors, which are encoded and stored apart. A dimension to keep or
a precision of vectors is made from the stored full vectors: nothing is encoded again. Where a text has many vectors,
they are so many bytes that the store keeps them pooled and rounded as the variant asks, apart from others.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy import sparse

from engine import plugins
from engine.models import catalogue, quantisation
from engine.models.quantisation import BINARY, FLOAT16, FLOAT32, INT8
from engine.search.similarity import one_each
from engine.types import Asked, BadModel, ModelEntry, Similarity, Vectors
from engine.vectors import joined

VECTORS = (FLOAT32, FLOAT16, INT8, BINARY)
POOLINGS = ("mean", "cls", "lasttoken", "max")
_MARK, _PCA = "~", "pca"
_SHOWN = 40


@dataclass(frozen=True)
class Changes:
    """What differs from the model as its authors meant it; nothing where a field is empty.

    prompts: those for the roles named here, an empty text for none; the other roles keep theirs.
    """

    prompts: Mapping[str, str] = field(default_factory=dict)
    max_length: int | None = None
    pooling: str = ""
    dimension: int | None = None
    vectors: str = FLOAT32
    pool_factor: float | None = None
    pca: bool = False


@dataclass(frozen=True)
class Kept:
    """How vectors are kept: how many of their numbers (all, if empty), and each in which precision.

    pca: they are those on the principal axes, which are learnt where the ranges of int8 are.
    """

    dimension: int | None = None
    precision: str = FLOAT32
    pca: bool = False

    @classmethod
    def of(cls, entry: ModelEntry) -> "Kept":
        """What the entry asks for beyond what is stored for it."""
        if plugins.pick(plugins.families(), entry.family, "family").tokens:
            return cls()
        return cls(entry.asked.dimension, entry.asked.vectors, entry.asked.pca)

    @classmethod
    def read(cls, key: str) -> "Kept":
        """What a run's encoder key says."""
        _, mark, said = key.partition(_MARK)
        dimension, _, precision = said.partition(_MARK)
        size = dimension.removeprefix(_PCA)
        return cls(int(size) if size else None, precision, size != dimension) if mark else cls()

    def key(self, full: str) -> str:
        """The key of these vectors, given that of the full ones."""
        if self == Kept():
            return full
        return _MARK.join((full, f"{_PCA if self.pca else ''}{self.dimension or ''}", self.precision))

    def similarity(self, full: Similarity) -> Similarity:
        """Products of signs order as Hamming distances do, and tie exactly; other forms keep the model's own."""
        return "dot" if self.precision == BINARY else full

    def bytes(self, dimension: int) -> float:
        """What one vector takes whose full form has that many numbers."""
        return float(-(-(self.dimension or dimension) * quantisation.BITS[self.precision] // 8))

    def reading(self, learnt: Vectors, similarity: Similarity) -> Callable[[Vectors], Vectors]:
        """What brings full vectors into this form; ranges of int8 and axes are learnt from the full vectors given here.

        Raises:
            BadModel: the vectors are sparse, or shorter or fewer than what is to be kept.
        """
        if self == Kept():
            return lambda vectors: vectors
        self._check(learnt)
        cut = self._cutting(learnt, similarity)
        rounding = quantisation.rounding(self.precision, cut(learnt), similarity)
        return lambda vectors: rounding(cut(vectors))

    def applied(self, vectors: Mapping[str, Vectors], similarity: Similarity) -> dict[str, Vectors]:
        """The vectors of a task's fields in this form; ranges are learnt from the corpus where there is one."""
        if self == Kept():
            return dict(vectors)
        for one in vectors.values():
            self._check(one)
        learnt = vectors["corpus"] if "corpus" in vectors else joined(list(vectors.values()))
        reading = self.reading(learnt, similarity)
        return {name: reading(one) for name, one in vectors.items()}

    def _cutting(self, learnt: Vectors, similarity: Similarity) -> Callable[[Vectors], Any]:
        if self.dimension is None:
            return lambda vectors: vectors
        if self.pca and learnt.shape[0] < self.dimension:
            raise BadModel(
                "{count} texts have {count} principal axes at most; {wanted} cannot be kept.",
                count=learnt.shape[0],
                wanted=self.dimension,
            )
        turn = quantisation.turning(one_each(learnt), similarity) if self.pca else one_each

        def cut(vectors: Vectors) -> Any:
            short = np.ascontiguousarray(turn(one_each(vectors))[:, : self.dimension])
            return quantisation.unit(short) if similarity == "cosine" else short  # cut first, then of length one

        return cut

    def _check(self, vectors: Vectors) -> None:
        if sparse.issparse(vectors):
            raise BadModel("Only dense vectors can be shortened and rounded; those of a lexical model are sparse.")
        if one_each(vectors).size and vectors.shape[1] < (self.dimension or 0):
            raise BadModel(
                "The vectors have {dimension} numbers; {wanted} cannot be kept.",
                dimension=vectors.shape[1],
                wanted=self.dimension,
            )


def full(key: str) -> str:
    """The key under which the full vectors of a run are stored."""
    return key.partition(_MARK)[0]


def variant(entry: ModelEntry, changes: Changes) -> ModelEntry:
    """The entry of the changed model, under a name that says what differs; the same entry if nothing does.

    Raises:
        BadModel: the model's kind does not know such a change, or the change makes no sense for it.
    """
    wanted = _differing(entry, changes)
    if wanted == Changes():
        return entry
    _check(entry, wanted)
    asked = Asked(
        wanted.max_length or entry.asked.max_length,
        wanted.pooling or entry.asked.pooling,
        wanted.dimension or entry.asked.dimension,
        wanted.vectors if wanted.vectors != FLOAT32 else entry.asked.vectors,
        wanted.pool_factor or entry.asked.pool_factor,
        wanted.pca or entry.asked.pca,
    )
    return replace(
        entry,
        name=" · ".join([entry.name, *_words(entry, wanted)]),
        title="",
        prompts={**entry.prompts, **wanted.prompts},
        instruction="" if wanted.prompts else entry.instruction,
        variant_of=root(entry),
        asked=asked,
    )


def keep(entry: ModelEntry, changes: Changes) -> ModelEntry:
    """The entry of the changed model, which is in the catalogue from now on.

    Raises:
        BadModel: as `variant`; or its name is taken by another model.
    """
    made = variant(entry, changes)
    known = catalogue.entries().get(made.name)
    if made is not entry and (known is None or _model(known) != _model(made)):
        catalogue.add(made)
    return made


def _model(entry: ModelEntry) -> ModelEntry:
    """The entry by what a run makes of it; earlier versions wrote what a variant asks over the description."""
    return replace(entry, max_length=entry.reads, pooling=entry.pools, dimension=entry.width)


def root(entry: ModelEntry) -> str:
    """The name of the model that a variant was made from, or the entry's own."""
    return entry.variant_of or entry.name


def _differing(entry: ModelEntry, changes: Changes) -> Changes:
    """Without what the entry is already."""
    return Changes(
        {role: text for role, text in changes.prompts.items() if text != entry.prompts.get(role, "")},
        changes.max_length if changes.max_length != entry.reads else None,
        changes.pooling if changes.pooling != entry.pools else "",
        changes.dimension if changes.dimension != entry.width else None,
        changes.vectors if changes.vectors != entry.asked.vectors else FLOAT32,
        changes.pool_factor if (changes.pool_factor or 1) != (entry.asked.pool_factor or 1) else None,
        changes.pca and not entry.asked.pca,
    )


def _check(entry: ModelEntry, wanted: Changes) -> None:
    family = plugins.pick(plugins.families(), entry.family, "family")
    asked = {name for name in ("prompts", "max_length", "pooling", "pool_factor") if getattr(wanted, name)}
    beyond = wanted.dimension is not None or wanted.vectors != FLOAT32 or wanted.pca
    signs = wanted.dimension is not None or wanted.pca or wanted.vectors not in forms(entry)
    if (family.sparse and beyond) or (family.tokens and signs) or not asked <= set(family.changes):
        raise BadModel(
            "{model} is of the kind {family}, which cannot be changed in that way.",
            model=entry.name,
            family=family.title,
        )
    if wanted.vectors not in VECTORS:
        raise BadModel(
            "Vectors cannot be kept as {wanted}; there are: {names}.", wanted=wanted.vectors, names=", ".join(VECTORS)
        )
    if wanted.pooling and wanted.pooling not in POOLINGS:
        raise BadModel("There is no pooling {wanted}; there are: {names}.", wanted=wanted.pooling,
                       names=", ".join(POOLINGS))  # fmt: skip
    if wanted.dimension is not None and not 1 <= wanted.dimension <= (entry.width or wanted.dimension):
        raise BadModel(
            "{model} gives {dimension} numbers a text; {wanted} of them cannot be kept.",
            model=entry.name,
            dimension=entry.width,
            wanted=wanted.dimension,
        )
    if wanted.pca and not (wanted.dimension or entry.asked.dimension):
        raise BadModel("PCA needs the dimension that is to be kept: one below {dimension}.", dimension=entry.width)
    if wanted.pool_factor is not None and wanted.pool_factor <= 1:
        raise BadModel("Vectors are pooled by a factor above 1; {wanted} is none.", wanted=wanted.pool_factor)
    if wanted.max_length is not None and wanted.max_length < 4:
        raise BadModel("A text must be allowed at least 4 tokens; {wanted} is too few.", wanted=wanted.max_length)


def forms(entry: ModelEntry) -> tuple[str, ...]:
    """In which precisions the vectors of the model can be kept."""
    tokens = plugins.pick(plugins.families(), entry.family, "family").tokens
    return tuple(name for name in VECTORS if name != BINARY or not tokens)


def _words(entry: ModelEntry, wanted: Changes) -> list[str]:
    """What differs, as the name says it."""
    words = []
    if wanted.prompts and not any({**entry.prompts, **wanted.prompts}.values()):
        words.append("no prompt")
    else:
        words += [f"{role} {_quoted(text)}" for role, text in wanted.prompts.items()]
    words += [f"{wanted.max_length} tokens"] if wanted.max_length else []
    words += [f"{wanted.pooling} pooling"] if wanted.pooling else []
    words += [f"tokens pooled by {wanted.pool_factor:g}"] if wanted.pool_factor else []
    words += ["PCA"] if wanted.pca else []
    words += [f"{wanted.dimension}d"] if wanted.dimension else []
    words += [f"{wanted.vectors} vectors"] if wanted.vectors not in (FLOAT32, entry.asked.vectors) else []
    return words


def _quoted(text: str) -> str:
    """A prompt on one line; a long one is cut, with a mark that keeps two of them apart."""
    line = " ".join(text.split())
    mark = hashlib.blake2b(text.encode(), digest_size=2).hexdigest()
    return f"“{text}”" if len(text) <= _SHOWN and text.isprintable() else f"“{line[:_SHOWN]}…” {mark}"
