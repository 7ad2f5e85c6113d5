"""How far does a model read a text before it is cut off?"""

import json
from collections.abc import Sequence
from pathlib import Path

from engine.families import checkpoints
from engine.types import ModelEntry, UserError


def limit(entry: ModelEntry) -> int | None:
    """How many tokens the model reads; None where it reads all, or does not say."""
    if entry.max_length or not entry.source:
        return entry.max_length
    folder = checkpoints.locate(entry)
    file = folder / "sentence_bert_config.json" if folder else None
    return json.loads(file.read_text(encoding="utf-8")).get("max_seq_length") if file and file.exists() else None


def ends(entry: ModelEntry, texts: Sequence[str], prompt: str = "") -> list[int | None]:
    """At which character of each text the model stops reading; None where it reads all, or where it cannot be told."""
    most, tokenizer = limit(entry), _tokenizer(entry)
    if most is None or tokenizer is None:
        return [None] * len(texts)
    from tokenizers import Tokenizer

    cutter = Tokenizer.from_file(str(tokenizer))
    cutter.no_padding()
    cutter.no_truncation()
    whole = [len(one.ids) for one in cutter.encode_batch([prompt + text for text in texts])]
    cutter.enable_truncation(most)
    found: list[int | None] = [None] * len(texts)
    for place, tokens in enumerate(whole):
        if tokens > most:
            kept = cutter.encode(prompt + texts[place])
            found[place] = max(0, max(end for _, end in kept.offsets) - len(prompt))
    return found


def _tokenizer(entry: ModelEntry) -> Path | None:
    try:
        folder = checkpoints.locate(entry) if entry.source else None
    except UserError:
        return None
    file = folder / "tokenizer.json" if folder else None
    return file if file and file.exists() else None
