#!/usr/bin/env bash
set -euo pipefail
# Library: rank-bm25 0.2.2 (BM25Okapi)
# Behaviour: a word in more than half of the documents gets a quarter of the mean idf of the vocabulary instead of its
#   own, negative one. The mean is high (most words are rare), so such a word outweighs rarer ones. In a corpus of few
#   documents the mean itself can be negative, and documents with the word rank below those without.
# Seen: 100 documents: a word in 60 % of them weighs 1.04, one in 40 % weighs 0.40. Three documents, a word in two of
#   them: both score -0.017, the third 0.
# Bet: the rarer a word, the more it counts; a document that has the query's word is not below one that lacks it.
# Hurt: whoever uses it as the lexical baseline or to mine negatives, or ranks the few candidates of one query with it:
#   the baseline is weak, and the embedding model's lead over BM25 is partly this.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check rank-bm25==0.2.2 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
from rank_bm25 import BM25Okapi

documents = []
for i in range(100):
    words = [f"rare{i}a", f"rare{i}b", f"rare{i}c", "common" if i < 60 else "filler"]
    documents.append(words + (["middle"] if i % 5 < 2 else []))
idf = BM25Okapi(documents).idf
print("in 60 %:", idf["common"], "in 40 %:", idf["middle"], "in 1 %:", idf["rare1a"])
assert idf["common"] > 2 * idf["middle"] > 0

few = [["reset", "password", "help"], ["reset", "password", "account"], ["ship", "order", "reset"]]
scores = BM25Okapi(few).get_scores(["password"])
print("three documents, the first two have the word:", scores.tolist())
assert scores[0] < 0 and scores[1] < 0 and scores[2] == 0
PY
