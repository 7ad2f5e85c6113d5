#!/usr/bin/env bash
set -euo pipefail
# Library: safetensors 0.8.0 (safetensors.numpy, numpy 2.4.6)
# Behaviour: save_file writes the memory of an array as it lies, with the shape of the view. A transposed table of
#   vectors comes back with the right shape and dtype and the wrong numbers; nothing is raised or warned of.
# Seen: {"a": [[0, 1, 2], [3, 4, 5]].T} of shape (3, 2) is read back as [[0, 1], [2, 3], [4, 5]].
# Bet: it is either copied, as np.save does, or refused, as safetensors.torch refuses a transposed tensor.
# Hurt: whoever stores a projection (PCA components, a whitening matrix, Dense weights) or a table of vectors that
#   was transposed on the way: the shapes fit, the model loads, and every score is of another model.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check safetensors==0.8.0 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import numpy as np
from safetensors.numpy import load_file, save_file

table = np.arange(6, dtype=np.float32).reshape(2, 3)
save_file({"transposed": table.T, "fortran": np.asfortranarray(table), "copied": table.T.copy()}, "t.safetensors")
back = load_file("t.safetensors")
print(back["transposed"].tolist(), back["fortran"].tolist())
assert back["transposed"].shape == (3, 2) and back["transposed"].dtype == np.float32
assert back["transposed"].tolist() == [[0, 1], [2, 3], [4, 5]] != table.T.tolist()
assert back["fortran"].tolist() != table.tolist()
assert (back["copied"] == table.T).all()

rng = np.random.default_rng(0)
vectors = rng.normal(size=(200, 32)).astype(np.float32)
directions = np.linalg.svd(vectors, full_matrices=False)[2].T
save_file({"projection": directions}, "p.safetensors")
wrong = load_file("p.safetensors")["projection"]
right, got = vectors @ directions[:, :8], vectors @ wrong[:, :8]
nearest = lambda x: (x @ x.T - 1e9 * np.eye(len(x))).argmax(axis=1)
same = float((nearest(right) == nearest(got)).mean())
print("nearest neighbours that survive saving the projection:", same)
assert same < 0.7
PY
