"""How is a checkpoint of the sentence-transformers library brought onto the device, and does it fit?"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xxhash

from engine import config
from engine.families import checkpoints, configuration, kinds
from engine.types import BadModel, ModelEntry

PRECISIONS = {"float32": 4, "bfloat16": 2, "float16": 2}
"""Bytes of a number, by precision."""
OUT_OF_MEMORY = ("out of memory", "not enough memory", "CUBLAS_STATUS_ALLOC_FAILED")


def opened(kind: Any, entry: ModelEntry, folder: Path, device: str, *, precision: str) -> Any:
    """A model of this class of the library, out of the folder, in evaluation mode.

    Raises:
        BadModel: no such precision; it does not fit the device, wants to run code, or does not load.
    """
    import torch

    quiet()
    if precision not in PRECISIONS:
        raise BadModel(
            "{name} cannot run in {precision}; there are: {precisions}.",
            name=entry.name,
            precision=precision,
            precisions=", ".join(PRECISIONS),
        )
    kinds.refuse_others(entry, folder)
    _check_room(entry, folder, device, precision)
    if device == "cpu" and "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(config.machine().cores)
    kwargs = {"dtype": getattr(torch, precision), "use_safetensors": True}
    try:
        with memory_told(device), _in_floats(folder) as place:
            model = kind(
                str(place),
                device=device,
                trust_remote_code=entry.remote_code,
                local_files_only=True,
                model_kwargs=kwargs,
            )
    except MemoryError as error:
        raise _too_large(entry, size(folder, precision), free(device), device) from error
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, TypeError, AttributeError) as error:
        raise _unfit(entry, folder, error) from error
    _check_tokenizer(entry, folder, model.tokenizer)
    for module in list(model)[1:]:
        module.float()
    model[0].register_forward_hook(_in_float32)
    return model.eval()


def quiet() -> None:
    """Silences what transformers prints of weights: what is wrong with them is found here, and said in a sentence."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()


@contextmanager
def _in_floats(folder: Path) -> Iterator[Path]:
    """The folder, or one beside it in which a table of whole numbers, as model2vec writes it, holds them as floats."""
    path = folder / "model.safetensors"
    if not configuration.whole_numbers(path):
        yield folder
        return
    import numpy as np
    from safetensors.numpy import load_file, save_file

    with TemporaryDirectory() as name:
        place = Path(name)
        for one in folder.iterdir():
            if one != path:
                (place / one.name).symlink_to(one)
        tables = load_file(path)
        save_file({key: one.astype(np.float32) if one.ndim == 2 else one for key, one in tables.items()},
                  place / path.name)  # fmt: skip
        yield place


def limited(entry: ModelEntry, model: Any) -> float | None:
    """The tokens that the model reads from now on: its own limit, or what the entry says, never past its positions.

    Of an entry's description and the model's own limit the less holds; what is asked of a variant holds as it is.

    A token table has no limit: infinity.

    Raises:
        BadModel: the entry asks for more than the table has.
    """
    asked, own = entry.asked.max_length, model.max_seq_length
    length = asked or min((one for one in (own, entry.max_length) if one), default=own)
    for module in model.modules():
        table: Any = getattr(module, "position_embeddings", None)
        if type(table).__name__ == "Embedding" and length:
            padding = getattr(module, "padding_idx", None)
            length = min(length, table.num_embeddings - (padding + 1 if isinstance(padding, int) else 0))
    if asked and asked > (length or asked):
        raise BadModel(
            "{name} reads {length} tokens at most, not {asked}.", name=entry.name, length=length, asked=asked
        )
    if length != model.max_seq_length:
        model.max_seq_length = length
    return length


def key(folder: Path, *settings: Any) -> str:
    """A text that changes with the files and with whatever else makes the vectors."""
    return xxhash.xxh3_128_hexdigest(repr((checkpoints.digest(folder), *settings)).encode())


@contextmanager
def memory_told(device: str) -> Iterator[None]:
    """Raises MemoryError wherever the device says in its own words that it is out of memory."""
    import torch

    try:
        yield
    except RuntimeError as error:
        if not any(words in str(error) for words in OUT_OF_MEMORY):
            raise
        traceback.clear_frames(error.__traceback__)  # which would hold what was computed, and the memory it takes
        if device.startswith("cuda"):
            torch.cuda.empty_cache()
        raise MemoryError(str(error)) from error


def size(folder: Path, precision: str) -> int:
    """The bytes of the weights once they are loaded in that precision."""
    return configuration.parameters(folder) * PRECISIONS[precision]


def free(device: str) -> int | None:
    """The bytes that are free on the device; None where it does not say."""
    if device.startswith("cuda"):
        import torch

        return int(torch.cuda.mem_get_info(device)[0])
    path = Path("/proc/meminfo")
    lines = path.read_text().splitlines() if device.startswith("cpu") and path.exists() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable")), None)


def _check_room(entry: ModelEntry, folder: Path, device: str, precision: str) -> None:
    needed, there = size(folder, precision), free(device)
    if there is not None and needed > there:
        raise _too_large(entry, needed, there, device)


def _check_tokenizer(entry: ModelEntry, folder: Path, tokenizer: Any) -> None:
    """Raises BadModel where the library made up an empty tokenizer, to which all words are one and the same."""
    special = getattr(tokenizer, "all_special_tokens", ())
    if special and len(tokenizer) <= len(special):
        raise BadModel(
            "{name}: {folder} holds no tokenizer. Copy the model's own there, such as tokenizer.json or vocab.txt.",
            name=entry.name,
            folder=folder,
        )


def _too_large(entry: ModelEntry, needed: int, there: int | None, device: str) -> BadModel:
    return BadModel(
        "{name} does not fit: its weights take {needed} GB and {device} has {free} GB free. Close what else uses the "
        "memory, choose bfloat16, or take a smaller model.",
        name=entry.name,
        needed=f"{needed / 1e9:.1f}",
        device=device,
        free="?" if there is None else f"{there / 1e9:.1f}",
    )


def _unfit(entry: ModelEntry, folder: Path, error: Exception) -> BadModel:
    if "trust_remote_code" in str(error):
        return BadModel(
            "{name} runs Python code of its own from {folder}. Read it; if you trust it, say so in the model's "
            "entry (remote_code = true).",
            name=entry.name,
            folder=folder,
        )
    return BadModel(
        "{name} cannot be loaded from {folder}: {reason}", name=entry.name, folder=folder, reason=str(error)[:300]
    )


def _in_float32(module: Any, given: Any, features: dict[str, Any]) -> dict[str, Any]:
    """Pool and normalise in float32 whatever the transformer runs in: half precision would cost the vectors digits."""
    for name in ("token_embeddings", "sentence_embedding"):
        if name in features:
            features[name] = features[name].float()
    return features
