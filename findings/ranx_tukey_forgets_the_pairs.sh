#!/usr/bin/env bash
set -euo pipefail
# Library: ranx 0.3.21 (compare, stat_test="tukey")
# Behaviour: the test treats the runs as samples of different queries. That both answered the same queries is not used,
#   while stat_test="student" and "fisher" of the same function do use it.
# Seen: 100 queries, one run better on every single one: student p 7e-6, tukey p 0.08.
# Bet: Tukey's HSD for retrieval runs removes the effect of the query (a two-way analysis), as the literature on IR
#   evaluation has it; with two runs it would be near the paired t-test.
# Hurt: whoever compares many embedding models at once and takes the test that corrects for many comparisons: true
#   differences vanish, since queries differ far more than models.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check ranx==0.3.21 numba==0.68.1 scipy==1.17.1 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import numpy as np
from ranx import Qrels, Run, compare

rng = np.random.default_rng(0)
judged, weak, strong = {}, {}, {}
for q in range(100):
    depth = int(rng.integers(1, 21))
    names = [f"d{i}" for i in range(30)]
    judged[f"q{q}"] = {names[depth]: 1, names[depth + 8]: 1}
    weak[f"q{q}"] = {name: 30.0 - i for i, name in enumerate(names)}
    better = dict(weak[f"q{q}"])
    better[names[depth]] += 1.5
    strong[f"q{q}"] = better
p = {}
for test in ("student", "tukey"):
    report = compare(Qrels(judged), [Run(strong, name="strong"), Run(weak, name="weak")], ["ndcg"], stat_test=test).to_dict()
    p[test] = float(report["strong"]["comparisons"]["weak"]["ndcg"])
print(p, report["strong"]["win_tie_loss"])
assert p["student"] < 1e-4 and p["tukey"] > 0.05
PY
