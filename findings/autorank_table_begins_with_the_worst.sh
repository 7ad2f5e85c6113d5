#!/usr/bin/env bash
set -euo pipefail
# Library: autorank 1.3.0 (autorank(), frequentist, three and more models, order="descending" as by default)
# Behaviour: the table of results, said to be ranked, is sorted by the mean rank from the largest to the smallest: the
#   worst model stands first. The effect sizes, said to compare with the highest mean or the best-ranked, compare with that
#   first row. The Bayesian table of the same scores begins with the best.
# Seen: of three models with means 0.65, 0.60 and 0.40 rankdf begins with 0.40 (mean rank 3); the effect sizes are
#   below -2 for the two others, "large", and 0.5 between those. With approach="bayesian" the table begins with 0.65.
#   Scores that are not normal (Friedman, Nemenyi) give the same order.
# Bet: the first row is the winner, and the effect sizes say how far the others are behind it.
# Hurt: whoever takes rankdf.index[0] as the best model, or prints "effect compared with the best": the runner-up, a little
#   behind, is shown as far off.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check \
    autorank==1.3.0 baycomp==1.0.3 numpy==2.4.6 pandas==3.0.6 scipy==1.17.1 statsmodels==0.14.6
cd "$work"
OMP_NUM_THREADS=1 MPLBACKEND=Agg "$work/venv/bin/python" -W ignore - <<'PY'
import numpy as np
import pandas as pd
from autorank import autorank

rng = np.random.default_rng(0)
item = rng.normal(0, 0.1, 60)
normal = pd.DataFrame({"best": item + 0.65, "second": item + 0.60, "worst": item + 0.40})
normal += rng.normal(0, 0.01, normal.shape)
skewed = normal.apply(lambda scores: np.where(np.arange(60) % 4, scores, scores / 4))

for scores, tests in ((normal, "tukeyhsd"), (skewed, "nemenyi")):
    result = autorank(scores, alpha=0.05, verbose=False)
    table = result.rankdf
    assert result.posthoc == tests, result.posthoc
    assert list(table.index) == ["worst", "second", "best"], list(table.index)
    assert table.meanrank.iloc[0] > 2.9 and table.meanrank.iloc[-1] < 1.1
    assert table.effect_size["worst"] == 0 and table.effect_size["best"] < table.effect_size["second"] < -1

bayesian = autorank(normal, alpha=0.05, verbose=False, approach="bayesian", nsamples=200, random_state=0).rankdf
assert list(bayesian.index) == ["best", "second", "worst"]
assert bayesian.effect_size["best"] == 0 and 0.3 < bayesian.effect_size["second"] < 0.8
PY
