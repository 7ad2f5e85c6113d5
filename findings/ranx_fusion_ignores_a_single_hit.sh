#!/usr/bin/env bash
set -euo pipefail
# Library: ranx 0.3.21 (fuse, whose default norm is "min-max")
# Behaviour: scores are scaled to 0 to 1 within each list, so the last of a list gets 0, as much as a document that was
#   not found; the only hit of a list, or all hits of equal score, get 0 too.
# Seen: one system finds only a (score 0.9), the other b, c, a: fused by sum or mnz, b 1.0, c 0.88, a 0.0. The one document
#   that both found, and that one system was sure of, comes last. By rank fusion (rrf) it is first.
# Bet: a single hit is the best of its list and gets 1, as a document found by both systems should lead.
# Hurt: whoever fuses BM25 (few hits on rare words, exactly where it is good) with a dense model: its vote is lost on
#   those queries, and "hybrid does not help" is the conclusion.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check ranx==0.3.21 numba==0.68.1 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
from ranx import Run, fuse

sure, other = Run({"q": {"a": 0.9}}), Run({"q": {"b": 0.9, "c": 0.8, "a": 0.1}})
found = {method: dict(fuse([sure, other], norm="min-max", method=method).to_dict()["q"]) for method in ("sum", "mnz", "rrf")}
print(found)
order = {method: sorted(scores, key=lambda name: -scores[name]) for method, scores in found.items()}
assert order["sum"] == order["mnz"] == ["b", "c", "a"] and found["sum"]["a"] == found["mnz"]["a"] == 0.0
assert order["rrf"][0] == "a"
equal = fuse([Run({"q": {"a": 0.9, "d": 0.9}}), other], norm="min-max", method="sum").to_dict()["q"]
print(dict(equal))
assert equal["d"] == equal["a"] == 0.0
PY
