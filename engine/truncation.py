"""Which texts does a model not read to their end?"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.families import checkpoints
from engine.types import ModelEntry


def cut_off(entry: ModelEntry, texts: Sequence[str]) -> npt.NDArray[np.bool_] | None:
    """Whether each text has more tokens than the model reads, its longest prompt included; None where nobody can say.

    Only the tokenizer is opened, not the model.
    """
    folder = checkpoints.locate(entry) if entry.source else None
    length = entry.options.get("max_length") or entry.max_length
    path = next((one for one in (folder, folder / "0_Transformer") if (one / "tokenizer.json").exists()), None) if (
        folder) else None  # fmt: skip
    if path is None or not length:
        return None
    tokenizer, prompt = _tokenizer(path / "tokenizer.json"), max(entry.prompts.values(), key=len, default="")
    # A token has at least a character, and there are a few special ones: short texts need not be read.
    long = np.array([len(prompt) + len(text) + 8 > length for text in texts], bool)
    found = tokenizer.encode_batch_fast([prompt + texts[place] for place in np.flatnonzero(long).tolist()])
    long[long] = [len(one.ids) > length for one in found]
    return long


@lru_cache(maxsize=4)
def _tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
