"""What may go wrong before a model has read a single text: cut texts, unknown tokens, prompts, languages, training?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine import plugins
from engine.benchmarks import mteb_tasks, published
from engine.models import catalogue, truncation
from engine.runs import entry_checks, learnt
from engine.runs.instructions import told
from engine.types import Dataset, Message, ModelEntry, Task, Texts

SAMPLE = 1_000
"""Texts of each side that are tokenised."""
SEED = 0
UNKNOWN = 0.05
UNREAD = 0.01
MOST = 0.5
"""Share of the texts that are unknown for the most part from which a model cannot be said to read the dataset."""
LAVISH = 1.5
"""Tokens a character from which a vocabulary was plainly made for other texts."""
STRANGE = Message("{unknown:.0%} of the tokens are unknown to its vocabulary: it cannot read these texts.")
ALIKE = Message("{unread:.1%} of the texts are unknown to its vocabulary for the most part: they look alike to it.")
_LETTERS = {"cmn": "zh", "zho": "zh", "eng": "en", "deu": "de", "fra": "fr", "spa": "es", "jpn": "ja", "kor": "ko",
            "rus": "ru", "ara": "ar", "por": "pt", "ita": "it", "hin": "hi", "vie": "vi", "tur": "tr"}  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """What a model's tokenizer makes of texts; shares in 0..1, of up to 1,000 texts of each side."""

    texts: int
    limit: int | None
    cut: float
    """Share of the texts that are longer than the limit."""
    lost: float
    """Share of all tokens that lie beyond it."""
    unknown: float
    """Share of the tokens that the vocabulary does not know."""
    per_character: float
    unread: float = 0.0
    """Share of the texts of which most tokens are unknown: a long word of Thai may be a single one."""
    apart: tuple[float, float] | None = None
    """The share of documents, and of queries, that are longer than the limit, where a dataset has both."""


def reading(entry: ModelEntry, dataset: Dataset) -> Reading | None:
    """How the model will read the dataset; None where it has no tokenizer on this machine."""
    tokenizer = truncation.tokenizer(entry)
    if tokenizer is None:
        return None
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    entry = told(entry, dataset)
    special, unknown = len(tokenizer.encode("").ids), _unknown(tokenizer)
    lengths, own, strange, characters, unread = [], 0, 0, 0, 0
    limit = truncation.limit(entry)
    sides: dict[str, list[int]] = {}
    for name, side in task.texts(dataset).items():
        before = entry.prompts.get(side.role or "none", "")
        extra = special + (len(tokenizer.encode(before, add_special_tokens=False).ids) if before else 0)
        for found, text in _encoded(tokenizer, side):
            lengths.append(len(found) + extra)
            own, characters = own + len(found), characters + len(text)
            lost = found.count(unknown) if unknown is not None else 0
            strange, unread = strange + lost, unread + (2 * lost > len(found))
        sides[name] = lengths[sum(map(len, sides.values())) :]
    sizes = np.array(lengths)
    over = np.maximum(sizes - limit, 0) if limit else np.zeros_like(sizes)
    return Reading(
        texts=len(sizes),
        limit=limit,
        cut=float((over > 0).mean()) if len(sizes) else 0.0,
        lost=float(over.sum() / max(sizes.sum(), 1)),
        unknown=strange / max(own, 1),
        per_character=own / max(characters, 1),
        unread=unread / max(len(sizes), 1),
        apart=_apart(sides, limit),
    )


def _apart(sides: Mapping[str, Sequence[int]], limit: int | None) -> tuple[float, float] | None:
    """The shares of documents and of queries beyond the limit; sides: the lengths of their texts, by name."""
    if not limit or not all(len(sides.get(name, ())) for name in ("corpus", "queries")):
        return None
    documents, queries = (float(np.mean(np.array(sides[name]) > limit)) for name in ("corpus", "queries"))
    return documents, queries


def warnings(entry: ModelEntry, dataset: Dataset, read: Reading | None) -> list[Message]:
    """What a person should know before this model runs on this dataset."""
    absent = catalogue.available(entry) if entry.pipeline else True
    found = [absent] if isinstance(absent, Message) else []
    found += [*about_reading(read), *entry_checks.about(entry, dataset, opened=read is not None)]
    found += [*_about_depth(entry, dataset), *_about_pairs(entry, dataset)]
    if (own := learnt.warning(entry, dataset)) is not None:
        found.append(own)
    if entry.remote_code:
        found.append(
            Message("Loading it runs Python code from its repository. Run it only if you trust the publisher.")
        )
    spoken = {language(one) for one in dataset.languages}
    known = {language(one) for one in entry.languages}
    if spoken and known and "multilingual" not in entry.languages and not spoken & known:
        values = {"asked": ", ".join(sorted(spoken)), "known": ", ".join(sorted(known))}
        found.append(Message("The texts are in {asked}; the model was made for {known}.", values))
    if dataset.name.startswith(mteb_tasks.PREFIX):
        name = dataset.name.removeprefix(mteb_tasks.PREFIX).split("/")[0]
        if published.overlap(published.public_name(entry), name):
            found.append(
                Message("Its authors say that it was trained on {task}: the score forecasts nothing.", {"task": name})
            )
    return found


def unreadable(told: Sequence[Message]) -> bool:
    """Whether what was told before a run says that the model cannot read these texts: its scores are noise."""
    return any(
        one.template == STRANGE.template or (one.template == ALIKE.template and float(str(one.values["unread"])) > MOST)
        for one in told
    )


def _about_depth(entry: ModelEntry, dataset: Dataset) -> list[Message]:
    """Whether a reranker is to read more than there is."""
    pipeline, documents = entry.pipeline, len(dataset.tables.get("corpus", ()))
    if pipeline is None or not pipeline.reranker or pipeline.depth <= documents or not documents:
        return []
    values = {"name": pipeline.reranker, "depth": pipeline.depth, "n": documents}
    return [Message("{name} is to read {depth} documents of a query; there are {n}, and it reads them all.", values)]


def _about_pairs(entry: ModelEntry, dataset: Dataset) -> list[Message]:
    """Whether queries alone fill what a reranker reads of a query and a document together."""
    known = catalogue.entries()
    reranker = known.get(entry.pipeline.reranker) if entry.pipeline else entry
    if reranker is None or plugins.families()[reranker.family].gives != "pair scores":
        return []
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    tokenizer, limit, queries = truncation.tokenizer(reranker), truncation.limit(reranker), task.texts(dataset)
    if tokenizer is None or not limit or "queries" not in queries:
        return []
    lengths = [len(ids) for ids, _ in _encoded(tokenizer, queries["queries"])]
    long = sum(length >= limit for length in lengths)
    values = {"long": long, "total": len(lengths), "name": reranker.name, "limit": limit}
    said = Message(
        "{long} of {total} queries have {limit} tokens or more, as many as {name} reads of a query and a document "
        "together: both are cut there.",
        values,
    )
    return [said] if long else []


def cut_pairs(entry: ModelEntry, dataset: Dataset, limit: int) -> list[Message]:
    """How many pairs of a query and a document are longer than what is read of both together."""
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    tokenizer, texts = truncation.tokenizer(entry), task.texts(dataset)
    if tokenizer is None or not {"queries", "corpus"} <= texts.keys():
        return []
    special = len(tokenizer.encode("", "").ids)
    queries, documents = (
        np.array([len(ids) for ids, _ in _encoded(tokenizer, texts[name])]) for name in ("queries", "corpus")
    )
    cut = float((queries[:, None] + documents + special > limit).mean()) if len(queries) and len(documents) else 0.0
    said = Message(
        "{cut:.1%} of the pairs of a query and a document have more than {limit} tokens, which the two share, and are "
        "cut off there.", {"cut": cut, "limit": limit},
    )  # fmt: skip
    return [said] if cut else []


def language(code: str) -> str:
    """A language's two letters, where it has them: `cmn-Hans` and `zh-CN` are zh."""
    first = code.replace("_", "-").split("-")[0].lower()
    return _LETTERS.get(first, first)


def about_reading(read: Reading | None) -> list[Message]:
    """What its tokenizer makes of the texts that a person should know; nothing where it could not be asked."""
    if read is None:
        return []
    found: list[Message] = []
    values: Mapping[str, object] = {"cut": read.cut, "limit": read.limit, "lost": read.lost}
    if read.apart and any(read.apart) and not all(read.apart):
        found.append(_one_side(*read.apart, values))
    elif read.cut and read.apart:
        documents, queries = read.apart
        found.append(
            Message(
                "{documents:.1%} of the documents and {queries:.1%} of the queries have more than {limit} tokens and "
                "are cut off there: {lost:.1%} of all tokens.",
                {**values, "documents": documents, "queries": queries},
            )
        )
    elif read.cut:
        found.append(
            Message(
                "{cut:.1%} of the texts have more than {limit} tokens and are cut off there: {lost:.1%} of all tokens.",
                values,
            )
        )
    if read.unknown > UNKNOWN:
        found.append(Message(STRANGE.template, {"unknown": read.unknown}))
    if read.unread > UNREAD:
        found.append(Message(ALIKE.template, {"unread": read.unread}))
    if read.per_character > LAVISH:
        found.append(
            Message(
                "It needs {rate:.1f} tokens for a character: its vocabulary was not made for these texts.",
                {"rate": read.per_character},
            )
        )
    return found


def _one_side(documents: float, queries: float, values: Mapping[str, object]) -> Message:
    """What is cut where all of the other side fits."""
    if documents:
        return Message(
            "{documents:.1%} of the documents have more than {limit} tokens and are cut off there: {lost:.1%} of all "
            "tokens.",
            {**values, "documents": documents},
        )
    return Message(
        "{queries:.1%} of the queries have more than {limit} tokens and are cut off there: {lost:.1%} of all tokens.",
        {**values, "queries": queries},
    )


def _encoded(tokenizer: Any, side: Texts) -> list[tuple[list[int], str]]:
    """The token ids of a sample of the texts, without special tokens, and the texts."""
    distinct = list(dict.fromkeys(side.items))
    rows: Sequence[int] = range(len(distinct))
    if len(distinct) > SAMPLE:
        rows = np.random.default_rng(SEED).choice(len(distinct), SAMPLE, replace=False).tolist()
    texts = [distinct[row].encode("utf-8", "replace").decode("utf-8") for row in rows]
    found = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
    return [(one.ids, text) for one, text in zip(found, texts, strict=True)]


def _unknown(tokenizer: Any) -> int | None:
    """The id of the token that stands for what the vocabulary does not know."""
    model = json.loads(tokenizer.to_str())["model"]
    told = model.get("unk_id")
    return told if told is not None else tokenizer.token_to_id(model.get("unk_token") or "")
