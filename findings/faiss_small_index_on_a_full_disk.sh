#!/usr/bin/env bash
set -euo pipefail
# Library: faiss-cpu 1.15.1 (numpy 2.4.6)
# Behaviour: write_index to a disk that takes no more raises only where the refusal comes while it writes. What is still in
#   the file's buffer when it is closed (all of a small index, the last pages of a large one) is lost without an
#   exception: the refusal of the close goes to stderr as a line.
# Seen: an index of a few hundred bytes "is written" to a full device; of one larger than the device's room by some hundred
#   bytes write_index returns as well, and the file is cut; read_index then refuses it. With less room it raises.
# Bet: a file that could not be written whole is an exception, as from numpy, pyarrow, joblib or safetensors.
# Hurt: whoever replaces an old index by the new one because write_index has returned.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check faiss-cpu==1.15.1 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PY' 2> said
import os
import resource

import faiss
import numpy as np

faiss.write_index(faiss.IndexFlatL2(4), "/dev/full")
print("small index, full device: nothing raised")

index = faiss.IndexFlatL2(64)
index.add(np.ones((1000, 64), np.float32))
faiss.write_index(index, "whole")
size = os.path.getsize("whole")


def into(room):
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    try:
        faiss.write_index(index, "cut")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


found = {}
for missing in (1, 100, 1000, size // 2):
    try:
        into(size - missing)
        found[missing] = "nothing raised"
    except RuntimeError:
        found[missing] = "RuntimeError"
    print(f"{missing} bytes of {size} too many: {found[missing]}, {os.path.getsize('cut')} bytes lie there")
into(size - 1) if found[1] == "nothing raised" else None
try:
    faiss.read_index("cut")
except RuntimeError as error:
    print("read_index:", type(error).__name__)
else:
    raise AssertionError("the cut file was read")
assert found[1] == "nothing raised" and found[size // 2] == "RuntimeError"
PY
cat said
grep -q "No space left" said
