#!/usr/bin/env bash
set -euo pipefail
# Library: llama-index-core 0.14.25 (llama_index.core.evaluation.retrieval.metrics)
# Behaviour: a document that was retrieved more than once (several chunks of one document, each giving its id) counts
#   each time in AveragePrecision and NDCG, against an ideal that counts it once: both exceed 1. Recall and precision
#   of the same call count it once.
# Seen: expected a, b; retrieved a, a, a, b: average precision 2.0, nDCG 1.57, recall 1.0.
#   Retrieved a, a, a, a, where b was never found: average precision 2.0 again, more than for the perfect a, b (1.0).
# Bet: both stay within 0 and 1, as defined; a repeated id is counted once or refused.
# Hurt: whoever chooses an embedding model or a chunk size with the ids of whole documents: smaller chunks and models
#   that return one document again and again win, and a mean over queries hides values above 1.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check llama-index-core==0.14.25
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
from llama_index.core.evaluation.retrieval.metrics import NDCG, AveragePrecision, Recall

def scores(retrieved):
    return {m.__name__: m().compute(expected_ids=["a", "b"], retrieved_ids=retrieved).score for m in (AveragePrecision, NDCG, Recall)}

perfect, repeated, stuck = scores(["a", "b"]), scores(["a", "a", "a", "b"]), scores(["a"] * 4)
print(perfect, repeated, stuck, sep="\n")
assert perfect == {"AveragePrecision": 1.0, "NDCG": 1.0, "Recall": 1.0}
assert repeated["AveragePrecision"] == 2.0 and abs(repeated["NDCG"] - 1.5706) < 1e-3 and repeated["Recall"] == 1.0
assert stuck["AveragePrecision"] > perfect["AveragePrecision"] and stuck["NDCG"] > 1 and stuck["Recall"] == 0.5
PY
