#!/usr/bin/env bash
set -euo pipefail
# Library: pynndescent 0.7.0 (NNDescent, metric "cosine" and "dot"), the neighbour search of UMAP
# Behaviour: every pair whose cosine is 0 or less has the distance 1.0 exactly, so neighbours beyond a right angle
#   are not ranked at all. (scikit-learn does rank them.)
# Seen: 60 unit vectors in 8 dimensions, 50 neighbours: the largest distance of all lists is 1.0, of the true ones 1.53.
# Bet: cosine distance runs from 0 to 2, as in scikit-learn and SciPy, and approximate means a neighbour missed at times.
# Hurt: whoever looks at centred or whitened embeddings (where half of all cosines are negative), at small corpora with
#   many neighbours, or takes the distance back to a similarity: 1 - d is never below 0.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check pynndescent==0.7.0 numba==0.68.1 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import numpy as np
from pynndescent import NNDescent

rng = np.random.default_rng(0)
vectors = rng.normal(size=(60, 8)).astype(np.float32)
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
true = np.sort(1 - vectors @ vectors.T, axis=1)[:, :50]
for metric in ("cosine", "dot"):
    distances = NNDescent(vectors, metric=metric, n_neighbors=50, random_state=1).neighbor_graph[1]
    beyond = true > 1.0001
    share = float((np.abs(distances[beyond] - 1) < 1e-6).mean())
    print(metric, "largest distance", float(distances.max()), "true", float(true.max()), "set to 1:", share)
    assert distances.max() < 1.000001 and true.max() > 1.2 and share > 0.95
PY
