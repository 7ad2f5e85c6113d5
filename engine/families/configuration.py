"""What does a model's own folder say about how it is to be used?"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, cast, get_args

from engine.families import checkpoints
from engine.storage.checksums import State, state
from engine.types import BadModel, ModelEntry, Similarity

SIDES = ("query", "document")
TYPES = ("BitextMining", "Classification", "Clustering", "InstructionRetrieval", "MultilabelClassification",
         "PairClassification", "Reranking", "Retrieval", "STS", "Summarization")  # fmt: skip
"""Types of tasks in the words of mteb, which prompts may be named after."""
FROM_PADDING = ("roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "mpnet", "longformer", "data2vec-text")
"""Kinds whose positions begin behind that of the padding token."""
UNLIMITED = 1_000_000
"""Tokens; tokenizers without a limit state an absurd one."""
MODES = ("cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken")


def describe(entry: ModelEntry, folder: Path) -> ModelEntry:
    """The entry with the facts that the folder's configuration, weights and README state."""
    parts = checkpoints.modules(folder)
    settings, shapes = read(folder / "config_sentence_transformers.json"), _shapes(folder)
    late = late_interaction(folder)
    prompts, told = settings.get("prompts") or {}, "multi_vector" if late else family(parts, settings)
    prompts = {**prompts, **_marked(folder, settings)} if late else prompts
    licence, languages = _readme(folder / "README.md")
    return replace(
        entry,
        family=told or entry.family,
        revision=entry.revision or (folder.name if folder.parent.name == "snapshots" else ""),
        parameters=parameters(folder) or entry.parameters,
        dimension=_dimension(folder, parts, shapes, settings.get("truncate_dim")),
        max_length=_length(folder, parts, shapes),
        pooling="" if late else _pooling(parts),
        normalize=any(kind == "Normalize" for kind, _ in parts) or (late and "Mask" not in str(parts)),
        prompts={name: text for name, text in prompts.items() if text and name.split("-")[0] in (*SIDES, *TYPES)},
        similarity=_similarity(settings, told),
        licence=licence,
        languages=languages,
    )


def unused_prompts(folder: Path) -> dict[str, str]:
    """Prompts of the folder for documents that the library, and so mteb, never puts before one."""
    prompts = read(folder / "config_sentence_transformers.json").get("prompts") or {}
    return {name: prompts[name] for name in ("passage", "corpus") if prompts.get(name)} if (
        not prompts.get("document")) else {}  # fmt: skip


def wants_code(folder: Path) -> bool:
    """Whether the model is made of classes that are in its own repository."""
    return "auto_map" in read(folder / "config.json") or any(
        not kind.startswith("sentence_transformers.") for kind, _ in checkpoints.classes(folder)
    )


def parameters(folder: Path) -> int:
    """The numbers that a checkpoint's weights hold, by the headers of its files."""
    return sum(math.prod(shape) for name, shape in _shapes(folder).items() if not name.endswith("position_ids"))


def _similarity(settings: Mapping[str, Any], family: str) -> Similarity:
    """What the folder names, or what the library takes where it names nothing."""
    named = {"dot_score": "dot", "cos_sim": "cosine", "euclidean_distance": "euclidean",
             "manhattan_distance": "manhattan"}  # fmt: skip
    if family == "multi_vector":
        return "meanmaxsim" if settings.get("similarity_fn_name") == "meanmaxsim" else "maxsim"
    told = str(settings.get("similarity_fn_name") or ("dot" if family == "sparse_encoder" else "cosine"))
    told = named.get(told, told)
    if told not in get_args(Similarity):
        raise BadModel(
            "A model that compares vectors by {similarity!r} cannot be scored; there are: {names}.",
            similarity=told,
            names=", ".join(get_args(Similarity)),
        )
    return cast(Similarity, told)


def late_interaction(folder: Path) -> bool:
    """Whether the folder holds a model with a vector for every token, as the library, PyLate or ColBERT's authors save.

    Raises:
        BadModel: what it says of itself cannot be read.
    """
    told = read(folder / "config_sentence_transformers.json").get("model_type")
    stanford = "HF_ColBERT" in (read(folder / "config.json").get("architectures") or ())
    pylate = any(kind.startswith("pylate.") for kind, _ in checkpoints.classes(folder))
    return told in ("MultiVectorEncoder", "ColBERT") or (not told and (stanford or pylate))


def _marked(folder: Path, settings: Mapping[str, Any]) -> dict[str, str]:
    """The prompts of a late interaction model, with the marks that older layouts keep apart from them."""
    said, prompts = read(folder / "artifact.metadata"), settings.get("prompts") or {}
    stanford = "HF_ColBERT" in (read(folder / "config.json").get("architectures") or ())
    marks = {"query": said.get("query_token_id") or "[unused0]", "document": said.get("doc_token_id") or "[unused1]"}
    found = {}
    for side in SIDES:
        mark = f"{marks[side]} " if stanford and not settings else settings.get(f"{side}_prefix") or ""
        found[side] = mark + (prompts.get(side) or "").removeprefix(mark)
    return found


def family(parts: list[tuple[str, Path]], settings: Mapping[str, Any]) -> str:
    """The kind of model that these modules are; empty where they do not say."""
    if settings.get("model_type") == "SparseEncoder":
        return "sparse_encoder"
    kinds = {"StaticEmbedding": "static", "SpladePooling": "sparse_encoder", "SparseStaticEmbedding": "sparse_encoder"}
    return next((kinds[kind] for kind, _ in parts if kind in kinds), "")


def _dimension(
    folder: Path, parts: list[tuple[str, Path]], shapes: Mapping[str, list[int]], cut: int | None
) -> int | None:
    """Of its vectors, which the library cuts behind the last module where the folder says so."""
    whole = _whole_dimension(folder, parts, shapes)
    return min((size for size in (whole, cut) if size), default=None)


def _whole_dimension(folder: Path, parts: list[tuple[str, Path]], shapes: Mapping[str, list[int]]) -> int | None:
    for kind, place in reversed(parts):
        settings = read(place / "config.json")
        if kind == "Dense":
            return settings.get("out_features")
        if kind == "Pooling":
            width = settings.get("embedding_dimension") or settings.get("word_embedding_dimension")
            return width * len(_modes(settings)) if width else None
        if kind == "StaticEmbedding":
            return next((shape[1] for shape in shapes.values() if len(shape) == 2), None)
        if kind in ("SpladePooling", "SparseStaticEmbedding"):
            words = max((shape[0] for shape in shapes.values() if len(shape) == 2), default=None)
            return read(parts[0][1] / "config.json").get("vocab_size") or words
    inline = next((shape[0] for name, shape in shapes.items() if name.endswith("/linear.weight") and not parts), None)
    return inline or read(folder / "config.json").get("hidden_size")


def limit(entry: ModelEntry, folder: Path | None) -> int | None:
    """The most tokens of a text that a run of the entry reads, with those put around it; None: all, or nobody says.

    What is asked of a variant holds; else the less of what the entry and the model's own folder say.
    """
    if entry.asked.max_length:
        return entry.asked.max_length
    own = _length(folder, checkpoints.modules(folder), _shapes(folder)) if folder else None
    return min((one for one in (entry.max_length, own) if one), default=None)


def limit_of_pairs(folder: Path) -> int | None:
    """The most tokens of a query and a document together that a cross-encoder made of this transformer reads.

    What the folder says of texts by themselves does not hold for it.
    """
    place = first_module(folder)
    limits = [read(place / "tokenizer_config.json").get("model_max_length")]
    limits.append(read(place / "config.json").get("max_position_embeddings"))
    return min((one for one in limits if one and 0 < one < UNLIMITED), default=None)


def first_module(folder: Path) -> Path:
    """Where the files of the first module lie, the tokenizer among them."""
    parts = checkpoints.modules(folder)
    return parts[0][1] if parts else folder


def lowers(folder: Path) -> bool:
    """Whether the library puts texts into lower case before its tokenizer sees them."""
    return bool(read(first_module(folder) / "sentence_bert_config.json").get("do_lower_case"))


def _length(folder: Path, parts: list[tuple[str, Path]], shapes: Mapping[str, list[int]]) -> int | None:
    """As the library has it, and never past the table of positions, whose first rows some kinds never reach."""
    place = first_module(folder)
    if any(kind in ("StaticEmbedding", "SparseStaticEmbedding") for kind, _ in parts):
        return None
    config = read(place / "config.json")
    told = read(place / "sentence_bert_config.json").get("max_seq_length")
    limits = [read(place / "tokenizer_config.json").get("model_max_length"), config.get("max_position_embeddings")]
    tables = [shape[0] for name, shape in shapes.items() if name.endswith(("position_embeddings.weight", "wpe.weight"))]
    behind = (config.get("pad_token_id") or 0) + 1 if config.get("model_type") in FROM_PADDING else 0
    length = told or min((one for one in limits if one and one > 0), default=None)
    if late_interaction(folder):
        length = min((one for one in (_documents(folder), length) if one), default=None)
    found = min([length or UNLIMITED, *(table - behind for table in tables)])
    return found if found < UNLIMITED else None


def _documents(folder: Path) -> int | None:
    """The most tokens of a document, as a late interaction model says it in its layout."""
    places = (first_module(folder) / "sentence_bert_config.json", folder / "config_sentence_transformers.json")
    found = next((one for path in places if (one := read(path).get("document_length"))), None)
    return found or read(folder / "artifact.metadata").get("doc_maxlen")


def _pooling(parts: list[tuple[str, Path]]) -> str:
    """Such as `mean` or `mean, dense`; the library takes the mean where the folder does not say."""
    words = []
    for kind, place in parts:
        words += _modes(read(place / "config.json")) if kind == "Pooling" else []
        words += {"Dense": ["dense"], "StaticEmbedding": ["static mean"]}.get(kind, [])
    return ", ".join(words) if parts else "mean"


def _modes(settings: Mapping[str, Any]) -> list[str]:
    named = settings.get("pooling_mode")
    if named:
        return [named] if isinstance(named, str) else list(named)
    # the older way to say it: one flag a mode
    flags = {"cls": "cls_token", "max": "max_tokens", "mean": "mean_tokens", "weightedmean": "weightedmean_tokens"}
    return [mode for mode in MODES if settings.get(f"pooling_mode_{flags.get(mode, mode)}")] or ["mean"]


def _shapes(folder: Path) -> dict[str, list[int]]:
    """The shape of every weight, out of the headers of the safetensors files."""
    shapes: dict[str, list[int]] = {}
    for path in checkpoints.files(folder):
        if path.suffix == ".safetensors":
            weights = {name: weight["shape"] for name, weight in _header(path).items() if "shape" in weight}
            shapes |= {f"{path.parent.name}/{name}": shape for name, shape in weights.items()}
    return shapes


def _header(path: Path) -> dict[str, Any]:
    """What a safetensors file says of the weights behind it; to be read only.

    Raises:
        BadModel: it is not all there, as after a download that broke off.
    """
    return _read_header(path, state(path))


@lru_cache(maxsize=64)
def _read_header(path: Path, _state: State) -> dict[str, Any]:
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        try:
            header: dict[str, Any] = json.loads(file.read(min(length, path.stat().st_size)))
        except ValueError:
            header = {}
    ends = [weight["data_offsets"][1] for weight in header.values() if "data_offsets" in weight]
    if 8 + length + max(ends, default=1) > path.stat().st_size:
        raise BadModel("{file} is damaged or cut off: fetch or write it again.", file=path)
    return header


def whole_numbers(path: Path) -> bool:
    """Whether a table in a safetensors file holds whole numbers."""
    header = _header(path) if path.is_file() else {}
    return any(one.get("dtype") in ("I8", "U8") and len(one.get("shape", ())) == 2 for one in header.values())


def _readme(path: Path) -> tuple[str, tuple[str, ...]]:
    """The licence and languages of the README's front matter."""
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    front = text.split("---")[1] if text.startswith("---") and text.count("---") > 1 else ""
    licence = re.search(r"^license:\s*(\S+)", front, re.MULTILINE)
    languages = re.search(r"^language:((?:[ \t]*\S.*)?(?:\n[ \t]*- .*)*)", front, re.MULTILINE)
    return licence[1] if licence else "", tuple(re.findall(r"[\w-]*\w", languages[1])) if languages else ()


def read(path: Path) -> dict[str, Any]:
    """The settings in a file of JSON; none where there is no such file."""
    if not path.exists():
        return {}
    found = checkpoints.stated(path)
    return found if isinstance(found, dict) else {}
