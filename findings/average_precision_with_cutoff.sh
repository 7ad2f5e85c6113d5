#!/usr/bin/env bash
set -euo pipefail
# Libraries: sentence-transformers 6.2.0, torchmetrics 1.9.0, ranx 0.3.21, pytrec_eval-terrier 0.5.11
# Behaviour: average precision with a cutoff divides by three different counts: by all relevant documents
#   (trec_eval, ranx), by the smaller of k and that count (InformationRetrievalEvaluator, "map@k"), or by the relevant
#   documents that happen to stand among the first k (torchmetrics, RetrievalMAP(top_k=k)).
# Seen: five relevant documents, one of them first and none second: AP@2 is 0.2, 0.2, 0.5 and 1.0.
#   A run that finds two relevant ones at 1 and 4 gets less from torchmetrics at k = 4 than one that finds only the first.
# Bet: "map@k" is one measure; two libraries that both say map@2 agree but for ties.
# Hurt: whoever compares map@k logged in training with map_at_k of mteb or BEIR, and whoever tunes by torchmetrics:
#   finding more lowers the score.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check torch==2.13.0 torchmetrics==1.9.0 sentence-transformers==6.2.0 ranx==0.3.21 pytrec_eval-terrier==0.5.11 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import pytrec_eval
import torch
from ranx import Qrels, Run, evaluate
from sentence_transformers.sentence_transformer.evaluation import InformationRetrievalEvaluator
from torchmetrics.retrieval import RetrievalMAP

judged = {"q": {name: 1 for name in "abcde"}}
run = {"q": {"a": 0.9, "x": 0.8, "y": 0.7}}
found = {"trec_eval": pytrec_eval.RelevanceEvaluator(judged, {"map_cut.2"}).evaluate(run)["q"]["map_cut_2"]}
found["ranx"] = float(evaluate(Qrels(judged), Run(run), "map@2"))
ks = {f"{name}_at_k": [2] for name in ("map", "ndcg", "mrr", "accuracy", "precision_recall")}
evaluator = InformationRetrievalEvaluator({"q": "?"}, {name: name for name in "abcdexy"}, {"q": set("abcde")}, **ks)
hits = [[{"corpus_id": name, "score": score} for name, score in run["q"].items()]]
found["sentence-transformers"] = float(evaluator.compute_metrics(hits)["map@k"][2])
scores, relevant = torch.tensor([0.9, 0.8, 0.7, 0.1, 0.1, 0.1, 0.1]), torch.tensor([1, 0, 0, 1, 1, 1, 1]).bool()
one_query = torch.zeros(7, dtype=torch.long)
found["torchmetrics"] = float(RetrievalMAP(top_k=2)(scores, relevant, indexes=one_query))
print(found)
expected = {"trec_eval": 0.2, "ranx": 0.2, "sentence-transformers": 0.5, "torchmetrics": 1.0}
assert all(abs(found[name] - value) < 1e-6 for name, value in expected.items())

one_found = torch.tensor([1, 0, 0, 0, 1, 1, 1]).bool()
two_found = torch.tensor([1, 0, 0, 1, 1, 1, 1]).bool()
falling = torch.arange(7, 0, -1).float()
less, more = (float(RetrievalMAP(top_k=4)(falling, labels, indexes=one_query)) for labels in (one_found, two_found))
print("torchmetrics, one found:", less, "two found:", more)
assert less == 1.0 and more == 0.75
PY
