#!/usr/bin/env bash
set -euo pipefail
# Library: sentence-transformers 6.2.0 (transformers 5.24.0, torch 2.13.0)
# Behaviour: CrossEncoder takes any causal language model whose tokenizer knows "yes" and "no", adds a yes/no head, and,
#   where the folder brings no chat template, writes query and document one after the other: no separator, no word of
#   what is asked. Nothing is raised, warned of or logged, and scores between 0 and 1 come back.
# Seen: ("w1 w2", "w3 w4") and ("w1", "w2 w3 w4") are the same four tokens and have the same score; a document moved
#   into the query changes nothing.
# Bet: without a template a decoder is refused, as a template of which the roles do not fit is, or at least the two texts
#   are kept apart as by the tokenizers of encoders.
# Hurt: whoever reranks with a copy of a decoder whose chat_template.jinja was left behind, or with a plain language
#   model: a ranking comes back that looks like one.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check \
  sentence-transformers==6.2.0 transformers==5.24.0 torch==2.13.0 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 "$work/venv/bin/python" - <<'PY'
import contextlib
import io
import logging
import warnings

import torch
from sentence_transformers import CrossEncoder
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

words = ["<pad>", "<unk>", "yes", "no", *(f"w{number}" for number in range(50))]
rules = Tokenizer(models.WordLevel({word: row for row, word in enumerate(words)}, unk_token="<unk>"))
rules.pre_tokenizer = pre_tokenizers.Whitespace()
PreTrainedTokenizerFast(tokenizer_object=rules, pad_token="<pad>", unk_token="<unk>").save_pretrained("decoder")
torch.manual_seed(0)
size = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
LlamaForCausalLM(LlamaConfig(vocab_size=len(words), max_position_embeddings=64, **size)).save_pretrained("decoder")

said = io.StringIO()
logging.getLogger("sentence_transformers").addHandler(logging.StreamHandler(said))
logging.getLogger("transformers").addHandler(logging.StreamHandler(said))
with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
    warnings.simplefilter("error")
    model = CrossEncoder("decoder")
    scores = model.predict([("w1 w2", "w3 w4"), ("w1", "w2 w3 w4"), ("w4", "w1 w2 w3")])
print([round(float(score), 6) for score in scores], repr(said.getvalue()))
tokens = [model.preprocess([pair])["input_ids"].tolist() for pair in (("w1 w2", "w3 w4"), ("w1", "w2 w3 w4"))]
print(tokens)
assert not said.getvalue() and ((0 < scores) & (scores < 1)).all()
assert tokens[0] == tokens[1] == [[5, 6, 7, 8]]
assert abs(float(scores[0] - scores[1])) < 1e-6 < abs(float(scores[0] - scores[2]))
PY
