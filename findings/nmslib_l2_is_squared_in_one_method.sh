#!/usr/bin/env bash
set -euo pipefail
# Library: nmslib 2.1.2 (space "l2": methods hnsw, sw-graph, brute_force)
# Behaviour: one space has two distances. The plain methods give the Euclidean distance; hnsw gives its square, unless it is
#   built with skip_optimized_index=1: then the same method gives the root.
# Seen: 1,000 unit vectors with a near-duplicate each, the same neighbours from all four: at 0.290 by brute_force, sw-graph
#   and the plain hnsw, at 0.084 by hnsw as made.
# Bet: the distance belongs to the space, not to the method that searches it.
# Hurt: a threshold for duplicates set on exact search and applied to hnsw (0.2: none exactly, all by hnsw); and recall
#   that counts whatever lies within the exact k-th distance: at 0.6 the graph's answers pass up to 0.77.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check nmslib==2.1.2 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY' 2> said || { cat said; exit 1; }
import nmslib
import numpy as np

rng = np.random.default_rng(0)
one = rng.normal(size=(500, 384))
one /= np.linalg.norm(one, axis=1, keepdims=True)
two = one + rng.normal(size=one.shape) * 0.3 / 384**0.5  # each has a near-duplicate at about 0.3
two /= np.linalg.norm(two, axis=1, keepdims=True)
vectors = np.vstack([one, two]).astype(np.float32)
true = np.linalg.norm(one - two, axis=1)

found = {}
for name, method, settings in (
    ("brute_force", "brute_force", {}),
    ("sw-graph", "sw-graph", {"NN": 20}),
    ("hnsw, plain", "hnsw", {"skip_optimized_index": 1}),
    ("hnsw", "hnsw", {}),
):
    index = nmslib.init(method=method, space="l2")
    index.addDataPointBatch(vectors)
    index.createIndex(settings, print_progress=False)
    pairs = [index.knnQuery(vector, k=2) for vector in vectors[:500]]
    assert np.mean([rows[1] == row + 500 for row, (rows, _far) in enumerate(pairs)]) > 0.99
    found[name] = np.array([far[1] for _rows, far in pairs])
    print(f"{name}: {found[name].mean():.3f}, below 0.2: {(found[name] < 0.2).mean():.2f}")
for name in ("brute_force", "sw-graph", "hnsw, plain"):
    assert np.allclose(np.median(found[name]), np.median(true), atol=1e-3)
    assert (found[name] < 0.2).mean() == 0
assert np.allclose(np.median(found["hnsw"]), np.median(true**2), atol=1e-3)
assert (found["hnsw"] < 0.2).mean() > 0.99
PY
