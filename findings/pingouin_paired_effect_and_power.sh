#!/usr/bin/env bash
set -euo pipefail
# Library: pingouin 0.7.0 (ttest, paired=True)
# Behaviour: a paired t-test reports cohen_d over the spread of the raw scores instead of the spread of the differences,
#   and its power is computed from that d as if it were the paired one.
# Seen: 200 queries, model B about 0.02 better on nearly all: T 14.3, Bayes factor 1e29, cohen_d 0.07, power 0.15.
#   The standardised mean of the differences is 1.01 and the power that belongs to the test 1.0.
# Bet: effect and power in the table of a paired test belong to that test.
# Hurt: whoever reads "power 0.15" as "too few queries" and buys more judgements, or "d = 0.07" as "negligible" and
#   keeps the worse embedding model: per-query scores always spread far more than the models differ.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check pingouin==0.7.0 pandas==3.1.1 scipy==1.17.1 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import numpy as np
import pingouin

rng = np.random.default_rng(1)
first = rng.random(200)
second = first + 0.02 + 0.02 * rng.normal(size=200)
table = pingouin.ttest(second, first, paired=True).iloc[0]
differences = second - first
paired_d = differences.mean() / differences.std(ddof=1)
power = pingouin.power_ttest(d=paired_d, n=200, contrast="paired")
print(table.to_dict(), "of the differences:", paired_d, power)
assert table["T"] > 12 and 0.9 < paired_d < 1.1 and power > 0.999
assert table["cohen_d"] < 0.1 and table["power"] < 0.2
PY
