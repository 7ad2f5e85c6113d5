#!/usr/bin/env bash
set -euo pipefail
# Library: statsmodels 0.15.0 (statsmodels.stats.contingency_tables.mcnemar)
# Behaviour: with exact=False, the form advised for many items, two models that agree on every single item get the
#   p-value 0.0: |b - c| - 1 is squared and divided by b + c = 0. NumPy warns of a division by zero; a result comes back.
# Seen: [[100, 0], [0, 20]]: p 0.0 (statistic inf); with exact=True p 1.0. correction=False gives nan.
# Bet: no disagreement is no evidence: p = 1, as in the exact form, or an error.
# Hurt: whoever compares variants of a model (int8 against float, a cut of the dimension, a checkpoint and its copy)
#   over many classes or datasets: the identical ones come out as the most significant differences, and after a
#   correction for many tests they come first.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check statsmodels==0.15.0 scipy==1.17.1 pandas==3.1.1 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import math
import warnings

from statsmodels.stats.contingency_tables import mcnemar

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    approximate, exact = mcnemar([[100, 0], [0, 20]], exact=False), mcnemar([[100, 0], [0, 20]], exact=True)
    uncorrected = mcnemar([[100, 0], [0, 20]], exact=False, correction=False)
print("approximate", approximate.pvalue, "exact", exact.pvalue, "uncorrected", uncorrected.pvalue, [str(w.message) for w in caught])
assert approximate.pvalue == 0.0 and exact.pvalue == 1.0 and math.isnan(uncorrected.pvalue)
PY
