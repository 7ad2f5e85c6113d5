#!/usr/bin/env bash
set -euo pipefail
# Library: voyager 2.2.3 (Space.Cosine with StorageDataType.Float8 and E4M3)
# Behaviour: stored in eight bits, unit vectors come out shorter (Float8) or longer (E4M3), and the distance is one minus
#   the product of what was stored, never divided by the lengths: the "cosine" distance of a vector to itself is not 0,
#   and its offset grows with the dimension.
# Seen: 500 random unit vectors asked for themselves. Float8: 0.12 on average at 384 dimensions, 0.18 at 1,024, 0.29 at
#   3,072; E4M3: -0.002, -0.011, -0.056. Float32: below 1e-6.
# Bet: eight bits cost a little order, and a copy stays at a distance of about 0.
# Hurt: whoever takes near-duplicates by a threshold (distance below 0.05): none is found any more; and whoever shows
#   1 - distance as the cosine of an embedding model: all are 0.1 to 0.3 too low, or above 1.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check voyager==2.2.3 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import numpy as np
import voyager

rng = np.random.default_rng(0)
for dimension, least, above in ((384, 0.09, 0.0), (1024, 0.15, 0.005), (3072, 0.25, 0.03)):
    x = rng.normal(size=(500, dimension)).astype(np.float32)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    found = {}
    for kind in ("Float32", "Float8", "E4M3"):
        index = voyager.Index(
            voyager.Space.Cosine, dimension, storage_data_type=getattr(voyager.StorageDataType, kind)
        )
        index.add_items(x, num_threads=1)
        _rows, distances = index.query(x, k=1, query_ef=500)
        found[kind] = distances[:, 0]
        print(dimension, kind, distances.min(), distances.mean(), distances.max())
    assert np.abs(found["Float32"]).max() < 1e-5
    assert found["Float8"].min() > least
    assert found["E4M3"].mean() < -above
PY
