#!/usr/bin/env bash
set -euo pipefail
# Libraries: hnswlib 0.8.0, voyager 2.2.3, usearch 2.26.6, against faiss-cpu 1.15.1
# Behaviour: the index file holds the graph and not the search effort (ef, expansion_search). After loading, hnswlib and
#   voyager search with 10 and usearch with 64, whatever was tuned before saving. faiss keeps efSearch. hnswlib's
#   file does not name its distance either: a cosine index opens as "l2" and answers with squared distances.
# Seen: hnswlib, 20,000 vectors, ef 200: recall@10 1.0 before saving, 0.89 after loading.
# Bet: what save() wrote is what load() gives: a loaded index answers like the saved one.
# Hurt: whoever tunes recall in one process and serves or evaluates in another: the loss looks like the model's, and
#   comparisons favour whichever index was not reloaded. Nothing is warned of.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check hnswlib==0.8.0 voyager==2.2.3 usearch==2.26.6 faiss-cpu==1.15.1 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import faiss
import hnswlib
import numpy as np
import voyager
from usearch.index import Index

rng = np.random.default_rng(0)
centres = rng.normal(size=(200, 64))
make = lambda n: (centres[rng.integers(0, 200, n)] + 0.6 * rng.normal(size=(n, 64))).astype(np.float32)
vectors, queries = make(20000), make(200)
unit = lambda x: x / np.linalg.norm(x, axis=1, keepdims=True)
truth = np.argsort(-unit(queries) @ unit(vectors).T, axis=1)[:, :10]
recall = lambda lists: float(np.mean([len(set(a) & set(b)) / 10 for a, b in zip(lists, truth)]))

index = hnswlib.Index("cosine", 64)
index.init_index(len(vectors), M=8, ef_construction=100, random_seed=1)
index.add_items(vectors, num_threads=1)
index.set_ef(200)
before = recall(index.knn_query(queries, 10)[0])
index.save_index("h")
loaded = hnswlib.Index("cosine", 64)
loaded.load_index("h")
after = recall(loaded.knn_query(queries, 10)[0])
as_l2 = hnswlib.Index("l2", 64)
as_l2.load_index("h")
distance = float(as_l2.knn_query(queries[:1], 1)[1][0, 0])
print("hnswlib recall", before, "loaded", after, "ef", index.ef, loaded.ef, "a cosine index as l2:", distance)
assert index.ef == 200 and loaded.ef == 10 and before > 0.98 and after < before - 0.04 and distance > 2

small = voyager.Index(voyager.Space.Cosine, 64)
small.ef = 300
small.add_items(vectors[:100])
small.save("v")
print("voyager ef", small.ef, voyager.Index.load("v").ef)
assert (small.ef, voyager.Index.load("v").ef) == (300, 10)

kept = Index(ndim=64, metric="cos", dtype="f32", expansion_search=400)
kept.add(np.arange(100), vectors[:100])
kept.save("u")
print("usearch expansion_search", kept.expansion_search, Index.restore("u").expansion_search)
assert (kept.expansion_search, Index.restore("u").expansion_search) == (400, 64)

graph = faiss.IndexHNSWFlat(64, 8)
graph.hnsw.efSearch = 200
graph.add(vectors[:100])
faiss.write_index(graph, "f")
assert faiss.read_index("f").hnsw.efSearch == 200
PY
