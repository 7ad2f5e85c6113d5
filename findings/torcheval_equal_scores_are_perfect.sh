#!/usr/bin/env bash
set -euo pipefail
# Library: torcheval 0.0.7 (torcheval.metrics.functional.reciprocal_rank, hit_rate)
# Behaviour: the rank of the right answer is one more than the number of strictly higher scores, so all copies of a
#   score share the best rank.
# Seen: a model that gives 100 candidates one and the same score has MRR 1.0 and hit rate@1 1.0; a model with the right
#   answer second has 0.5 and 0.0.
# Bet: ties are broken by position, or share their mean rank: about 0.05 for the MRR of a constant over 100.
# Hurt: whoever evaluates collapsed, quantised (binary, int8) or saturated scores (a sigmoid in half precision): the
#   worse the model tells documents apart, the better its score.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check torch==2.13.0 torcheval==0.0.7 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import torch
from torcheval.metrics.functional import hit_rate, reciprocal_rank

right = torch.arange(100)
constant = torch.zeros(100, 100)
second = torch.eye(100) + 2 * torch.eye(100).roll(1, dims=1)
for name, scores in (("constant", constant), ("right answer second", second)):
    print(name, float(reciprocal_rank(scores, right).mean()), float(hit_rate(scores, right, k=1).mean()))
assert float(reciprocal_rank(constant, right).mean()) == float(hit_rate(constant, right, k=1).mean()) == 1.0
assert float(reciprocal_rank(second, right).mean()) == 0.5 and float(hit_rate(second, right, k=1).mean()) == 0.0

generator = torch.Generator().manual_seed(0)
vectors = torch.randn(300, 8, generator=generator)
noisy = vectors + 1.5 * torch.randn(300, 8, generator=generator)
exact = float(hit_rate(noisy @ vectors.T, torch.arange(300), k=1).mean())
binary = float(hit_rate(noisy.sign() @ vectors.sign().T, torch.arange(300), k=1).mean())
strict = noisy.sign() @ vectors.sign().T
own = strict.diagonal()[:, None]
honest = float((1 / (strict >= own).sum(dim=1)).where((strict > own).sum(dim=1) == 0, torch.tensor(0.0)).mean())
print("hit rate@1: floats", exact, "signs", binary, "signs, ties drawn by lot", honest)
assert binary > exact > honest
PY
