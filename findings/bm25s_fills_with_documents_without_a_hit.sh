#!/usr/bin/env bash
set -euo pipefail
# Library: bm25s 0.3.16 (BM25.retrieve)
# Behaviour: k documents come back although fewer share a word with the query; the rest has score 0 and is chosen by its
#   place in the corpus. All queries without a known word "find" the same k documents.
# Seen: 1,000 documents, 100 queries of which none has a known word: each gets the same ten documents with score 0.
#   One known word in five documents: the one that has it, and three others of score 0.
# Bet: documents without a common word are not retrieved, as in Lucene.
# Hurt: whoever takes BM25 as the baseline of an embedding model across languages or on typos, mines negatives, or fuses
#   by rank: ten documents get a vote from every such query, recall@k is above 0 if they happen to be relevant, and both
#   change when the corpus is read in another order. Cut to positive scores first.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check bm25s==0.3.16 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import bm25s

corpus = [f"filler{i} common{i % 7}".split() for i in range(1000)]
queries = [[f"unknown{i}"] for i in range(100)]
index = bm25s.BM25()
index.index(corpus, show_progress=False)
lists, scores = index.retrieve(queries, k=10, show_progress=False)
print("lists:", len({tuple(sorted(row)) for row in lists.tolist()}), "of", len(lists), "best score:", float(scores.max()))
assert lists.shape == (100, 10) and scores.max() == 0 and len({tuple(sorted(row)) for row in lists.tolist()}) == 1

index = bm25s.BM25()
index.index([["alpha"], ["beta"], ["gamma"], ["delta"], ["epsilon"]], show_progress=False)
lists, scores = index.retrieve([["alpha"]], k=4, show_progress=False)
print(lists.tolist(), scores.tolist())
assert lists[0, 0] == 0 and (scores[0, 1:] == 0).all()
PY
