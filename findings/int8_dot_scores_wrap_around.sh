#!/usr/bin/env bash
set -euo pipefail
# Library: sentence-transformers 6.2.0 (torch 2.13.0)
# Behaviour: `quantize_embeddings(precision="int8")` gives int8 vectors, and `dot_score` (as `semantic_search` with it)
#   multiplies them in int8: sums beyond 127 wrap around. No warning. `cos_sim`, Euclidean and Manhattan raise instead.
# Seen: 200 unit vectors of 384 numbers, ten queries that are noisy copies of the first ten: by float32 each finds its
#   own document first; by int8 none does (recall@1 1.0 and 0.0), the best "score" is 127.
# Bet: the sum is taken in a wider type, as faiss, usearch and NumPy's float path do: at most a few places change.
# Hurt: a store of int8 vectors searched with the library's own function returns noise that looks like a ranking.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check sentence-transformers==6.2.0 transformers==5.24.0 torch==2.13.0 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import numpy as np
import torch
from sentence_transformers import util
from sentence_transformers.util.quantization import quantize_embeddings

rng = np.random.default_rng(0)
documents = rng.normal(size=(200, 384)).astype(np.float32)
documents /= np.linalg.norm(documents, axis=1, keepdims=True)
queries = documents[:10] + 0.01 * rng.normal(size=(10, 384)).astype(np.float32)
ranges = np.vstack([documents.min(0), documents.max(0)])


def found(queries, documents):
    """Share of the queries whose own document comes first, and the best score of the first query."""
    lists = util.semantic_search(torch.from_numpy(queries), torch.from_numpy(documents), score_function=util.dot_score, top_k=1)
    return float(np.mean([hits[0]["corpus_id"] == i for i, hits in enumerate(lists)])), lists[0][0]["score"]


as_int8 = [quantize_embeddings(x, precision="int8", ranges=ranges) for x in (queries, documents)]
print("float32", found(queries, documents), "int8", found(*as_int8), util.dot_score(*as_int8).dtype)
exact = as_int8[0].astype(np.int32) @ as_int8[1].astype(np.int32).T
print("the same int8 vectors, summed in int32:", float(np.mean(exact.argmax(1) == np.arange(10))))
assert found(queries, documents)[0] == 1.0 and np.mean(exact.argmax(1) == np.arange(10)) == 1.0
assert found(*as_int8)[0] <= 0.2 and found(*as_int8)[1] <= 127
assert util.dot_score(*as_int8).dtype == torch.int8
try:
    util.cos_sim(*as_int8)
    raise AssertionError("cos_sim takes int8 now")
except RuntimeError as error:
    print("cos_sim:", str(error)[:60])
PY
