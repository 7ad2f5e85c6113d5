#!/usr/bin/env bash
set -euo pipefail
# Library: model2vec 0.10.0 (StaticModel.encode, max_length "in tokens", 512 by default)
# Behaviour: before tokenising, a text is cut to max_length times the median length of the words of the vocabulary, in
#   characters. Spaces and longer words use it up: far fewer tokens than max_length are read.
# Seen: vocabulary of median length 4, a text of 400 words of 12 letters (400 tokens of the allowed 512): what stands
#   after character 2,048 (word 157) has no influence on the vector; with max_length=None it has.
# Bet: "Any tokens beyond this length will be truncated": a text of 400 tokens is read whole.
# Hurt: whoever evaluates static models on long documents, above all with long words (German, URLs, code, chemistry): the
#   end of documents is unread though every count of tokens says that they fit; languages are cut unequally.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check model2vec==0.10.0 tokenizers==0.23.3 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import numpy as np
from model2vec import StaticModel
from tokenizers import Tokenizer, models, pre_tokenizers

long, late = "internationa", "constitution"
words = [f"w{i:03d}" for i in range(200)] + [long, late]
tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0} | {word: i + 1 for i, word in enumerate(words)}, unk_token="[UNK]"))
tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
model = StaticModel(np.random.default_rng(0).normal(size=(203, 32)).astype(np.float32), tokenizer)
first, second = " ".join([long] * 160 + [long] * 240), " ".join([long] * 160 + [late] * 240)
tokens = len(model.tokenize([second])[0])
cut = np.abs(model.encode(first) - model.encode(second)).max()
whole = np.abs(model.encode(first, max_length=None) - model.encode(second, max_length=None)).max()
print("max_length", model.max_length, "tokens", tokens, "median", model.median_token_length, "difference:", cut, "uncut:", whole)
assert model.max_length == 512 and model.median_token_length == 4 and tokens == 400
assert cut < 1e-6 and whole > 0.1
PY
