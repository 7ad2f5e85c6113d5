#!/usr/bin/env bash
set -euo pipefail
# Library: tokenizers 0.23.3 (BertWordPieceTokenizer; the same in every tokenizer.json of a BERT model)
# Behaviour: a run of more than 100 characters without a space is one [UNK], though every part of it is in the vocabulary.
#   Chinese is spared (each ideograph is split off); Thai, Lao, Khmer and Burmese, written without spaces, are not.
# Seen: 25 Thai words (100 characters): 25 tokens. 26 of them (104 characters): a single [UNK], equal to any other.
# Bet: a longer text gives more tokens; [UNK] stands for what the vocabulary lacks.
# Hurt: whoever evaluates multilingual BERT models (mBERT, LaBSE and their students) on such languages, or on long
#   identifiers, hashes and sequences: all longer sentences have one vector, so short texts work and long ones do not.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check tokenizers==0.23.3
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
from tokenizers import BertWordPieceTokenizer

words = ["รถไฟ", "บ้าน", "นาฬิ", "ปลาท"]
pieces = [form for word in words for form in (word, "##" + word)]
vocabulary = {token: i for i, token in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + pieces)}
tokenizer = BertWordPieceTokenizer(vocabulary, lowercase=False, strip_accents=False)
count = lambda text: tokenizer.encode(text, add_special_tokens=False).tokens
fits, exceeds = "".join(words[i % 4] for i in range(25)), "".join(words[i % 4] for i in range(26))
other = "".join(words[-1 - i % 3] for i in range(40))
print(len(fits), len(count(fits)), len(exceeds), count(exceeds), count(other))
assert len(fits) == 100 and len(count(fits)) == 25
assert len(exceeds) == 104 and count(exceeds) == count(other) == ["[UNK]"]
PY
