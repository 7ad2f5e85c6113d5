#!/usr/bin/env bash
set -euo pipefail
# Library: sentence-transformers 6.2.0, RerankingEvaluator
# Behaviour: the positives stand before the negatives when scores are sorted, and the sort keeps that order: where scores
#   are equal MRR takes the best case, average precision takes all ties at once (the worst place of the group), and nDCG
#   averages over the ties. The three stand in one result.
# Seen: a model that gives every text the same vector, one positive among ten candidates: mrr@10 1.0, map 0.10,
#   ndcg@10 0.45. Expected at random: 0.29 for MRR and MAP alike (with one positive they are one measure).
# Bet: with one positive MAP and MRR are equal, whatever the scores.
# Hurt: models that collapse (or answer duplicates alike, as int8, short texts and static tables do) gain MRR by their ties.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check sentence-transformers==6.2.0 transformers==5.24.0 torch==2.13.0 scikit-learn==1.9.1 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import torch
from sentence_transformers import SentenceTransformer, util
from sentence_transformers.sentence_transformer.evaluation import RerankingEvaluator


class Constant(torch.nn.Module):
    """A collapsed model: one vector for every text."""

    config_keys = []
    modalities = ["text"]
    max_seq_length = 8

    def tokenize(self, texts, **kwargs):
        return {"n": torch.ones(len(texts), 1)}

    preprocess = tokenize

    def forward(self, features, **kwargs):
        return {"sentence_embedding": torch.ones(len(features["n"]), 4)}


model = SentenceTransformer(modules=[Constant()], device="cpu")
samples = [
    {"query": f"query {i}", "positive": [f"right {i}"], "negative": [f"wrong {i} {j}" for j in range(9)]} for i in range(20)
]
scores = RerankingEvaluator(samples, show_progress_bar=False)(model)
print({name: round(float(value), 3) for name, value in scores.items()})
assert abs(scores["mrr@10"] - 1) < 1e-9 and abs(scores["map"] - 0.1) < 1e-9 and abs(scores["ndcg@10"] - 0.454) < 1e-3
PY
