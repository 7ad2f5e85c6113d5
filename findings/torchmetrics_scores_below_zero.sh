#!/usr/bin/env bash
set -euo pipefail
# Library: torchmetrics 1.9.0 (torchmetrics.retrieval)
# Behaviour: RetrievalMRR, RetrievalMAP, RetrievalRecall and RetrievalPrecision take a relevant document whose score
#   is 0 or less for not retrieved, whatever its rank. RetrievalNormalizedDCG and RetrievalHitRate look at the order only.
# Seen: scores (-1, -2, -3) with the best document relevant: MRR 0.0, MAP 0.0, recall@1 0.0, but nDCG 1.0 and hit rate 1.0.
#   The same ranking with 10 added to every score: 1.0 everywhere.
# Bet: a ranking metric depends on the order of the scores alone, so that adding a constant changes nothing.
# Hurt: whoever scores with negative distances, logits of a cross-encoder, log-probabilities, or centred cosines: a
#   perfect model gets 0, a model with a positive bias wins, and nDCG of the same call says otherwise.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check torch==2.13.0 torchmetrics==1.9.0 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import torch
from torchmetrics.retrieval import (
    RetrievalHitRate, RetrievalMAP, RetrievalMRR, RetrievalNormalizedDCG, RetrievalPrecision, RetrievalRecall,
)

relevant, query = torch.tensor([True, False, False]), torch.zeros(3, dtype=torch.long)
distances = torch.tensor([1.0, 2.0, 3.0])
metrics = {
    "MRR": RetrievalMRR, "MAP": RetrievalMAP, "recall@1": lambda: RetrievalRecall(top_k=1),
    "precision@1": lambda: RetrievalPrecision(top_k=1), "nDCG": RetrievalNormalizedDCG,
    "hit rate@1": lambda: RetrievalHitRate(top_k=1),
}
negative = {name: float(make()(-distances, relevant, indexes=query)) for name, make in metrics.items()}
shifted = {name: float(make()(10 - distances, relevant, indexes=query)) for name, make in metrics.items()}
print("scores below zero:", negative)
print("10 added:         ", shifted)
assert all(value == 1.0 for value in shifted.values())
assert all(negative[name] == 0.0 for name in ("MRR", "MAP", "recall@1", "precision@1"))
assert negative["nDCG"] == negative["hit rate@1"] == 1.0
PY
