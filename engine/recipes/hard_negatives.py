"""Contrastive learning with documents that look right and are wrong (piccolo, stage 2; bge).

They are found by vectors and by words, as stella does it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.models import catalogue
from engine.recipes.contrastive import SETTINGS, lesson, objective
from engine.search.top_k import top_k
from engine.training import Base, Course, Examples, Recipe, Setting, Settings, loop

WORDS, VECTORS, DRAWN = "bm25", "vectors", "random"


def train(base: Base, examples: Sequence[Examples], settings: Settings) -> Course:
    """A lesson for each of the examples, once their negatives are found with the base as it is."""
    of = objective(settings["temperature"], settings["loss"])
    lengths = {"query": settings["query_length"]}
    found = [(one, mine(base, one, settings)) for one in examples]
    lessons = tuple(lesson(with_negatives(one, mined), one, of, dict(lengths)) for one, mined in found)
    shown = pd.concat([doubtful(one, mined) for one, mined in found], ignore_index=True)
    return Course(base, base.model, lessons, shown=shown)


@dataclass(frozen=True)
class Mined:
    """Negatives of each row of pairs.

    corpus: the documents · places: of the negatives in it, (rows, negatives) · similarity: cosine of query and
    negative, likewise · right: cosine of query and document, (rows,) · finders: who found each.
    """

    corpus: Sequence[str]
    places: npt.NDArray[np.int64]
    similarity: npt.NDArray[np.float32]
    right: npt.NDArray[np.float32]
    finders: npt.NDArray[np.str_]


def mine(base: Base, examples: Examples, settings: Settings) -> Mined:
    """So many negatives a pair, drawn from the ranks `first` to `last` of both finders in turn.

    A document is passed over that is as similar to the query as `margin` below its own document: it may be an answer,
    too. Where too few are left, others are drawn from the whole corpus.
    """
    rows = examples.rows
    corpus = list(dict.fromkeys([*examples.corpus, *rows["document"]]))
    asked = list(dict.fromkeys(rows["query"]))
    place = {text: at for at, text in enumerate(corpus)}
    queries, documents = _vectors(base, asked, "query", examples), _vectors(base, corpus, "document", examples)
    last = min(settings["last"], len(corpus))
    found = {VECTORS: top_k(queries, documents, last, similarity="cosine").rows, WORDS: _by_words(asked, corpus, last)}
    answers = rows.groupby("query")["document"].agg(lambda own: {place[one] for one in own}).to_dict()
    at = {text: row for row, text in enumerate(asked)}
    random = np.random.default_rng(base.seed)
    chosen, finders, right = [], [], []
    for query, document in zip(rows["query"], rows["document"], strict=True):
        row = at[query]
        near = documents @ queries[row]
        own = answers[query] | ({place[query]} if query in place else set())
        most = float(near[place[document]]) - settings["margin"]
        lists = {name: [one for one in ranks[row][settings["first"] - 1 :].tolist()
                        if one >= 0 and one not in own and near[one] <= most]
                 for name, ranks in found.items()}  # fmt: skip
        picked = list(_picked(lists, settings["negatives"], len(corpus), own, random))
        chosen.append([one for one, _ in picked])
        finders.append([name for _, name in picked])
        right.append(float(near[place[document]]))
    places = np.array(chosen, np.int64).reshape(len(rows), -1)
    alike = np.array([documents[own] @ queries[at[query]] for own, query in zip(places, rows["query"], strict=True)])
    return Mined(corpus, places, alike, np.array(right, np.float32), np.array(finders))


def with_negatives(examples: Examples, found: Mined) -> pd.DataFrame:
    """The rows with their negatives as columns."""
    columns = {f"negative_{at + 1}": [found.corpus[one] for one in found.places[:, at]]
               for at in range(found.places.shape[1])}  # fmt: skip
    return examples.rows[["query", "document"]].assign(**columns)


def doubtful(examples: Examples, found: Mined) -> pd.DataFrame:
    """Every negative in a row, those first that come closest to the document: they may be answers, unmarked."""
    times = found.places.shape[1]
    pairs = examples.rows[["query", "document"]].loc[np.repeat(np.arange(len(examples.rows)), times)]
    table = pairs.reset_index(drop=True).assign(
        negative=[found.corpus[one] for one in found.places.ravel().tolist()],
        finder=found.finders.ravel(),
        similarity=found.similarity.ravel(),
        right=np.repeat(found.right, times),
    )
    closest = (table["right"] - table["similarity"]).sort_values(kind="stable").index
    return table.loc[closest].reset_index(drop=True)


def _picked(
    lists: dict[str, list[int]], wanted: int, documents: int, own: set[int], random: np.random.Generator
) -> Iterator[tuple[int, str]]:
    """Documents of both finders in turn, each list in a drawn order; then of the whole corpus."""
    drawn = {name: random.permutation(one).tolist() for name, one in lists.items()}
    seen: set[int] = set()
    while len(seen) < wanted and any(drawn.values()):
        for name, waiting in drawn.items():
            fresh = next((one for one in iter(waiting.pop, None) if one not in seen), None) if waiting else None
            if fresh is not None and len(seen) < wanted:
                seen.add(fresh)
                yield fresh, name
    for one in random.permutation(documents).tolist():
        if len(seen) >= wanted:
            return
        if one not in seen and one not in own:
            seen.add(one)
            yield one, DRAWN


def _vectors(base: Base, texts: list[str], side: str, examples: Examples) -> npt.NDArray[np.float32]:
    """Of length one, (texts, d)."""
    prompt = base.prompt(examples.roles.get(side))
    found = base.model.encode(texts, prompt=prompt, normalize_embeddings=True, show_progress_bar=False)
    return np.asarray(found, np.float32)


def _by_words(queries: list[str], corpus: list[str], k: int) -> npt.NDArray[np.int64]:
    """What BM25 ranks first, (queries, k)."""
    encoder = catalogue.load(catalogue.entries()["bm25"]).fit(corpus)
    vectors = encoder.encode(queries, "query"), encoder.encode(corpus, "document")
    return top_k(*vectors, k, similarity="dot").rows


RECIPE = Recipe(
    name="hard_negatives",
    title="Contrastive with hard negatives (piccolo stage 2, bge)",
    question="Learns to tell the document of a query from those that look most like it, found by words and by vectors.",
    shapes=("pairs",),
    source="https://huggingface.co/sensenova/piccolo-base-zh; https://arxiv.org/abs/2309.07597",
    settings=loop(epochs=1, batch_size=32, learning_rate=1e-5, max_length=256)
    | SETTINGS
    | {
        "negatives": Setting("Negatives of a query", 2, 1, 7),
        "first": Setting("They are taken from this rank", 2, 1, 1_000),
        "last": Setting("They are taken up to this rank", 200, 2, 10_000),
        "margin": Setting("They are less similar than the document by at least", 0.05, -1.0, 1.0),
        "query_length": Setting("Tokens read of a query at most", 64, 4, 8_192),
    },
    costs="All documents are encoded once to find negatives; then a pass over the pairs, with a text more a negative.",
    fails="Where answers are not marked as such: they are then taught to be wrong, so look at the closest ones first.",
    train=train,
)
