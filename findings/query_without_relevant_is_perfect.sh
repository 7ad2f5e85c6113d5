#!/usr/bin/env bash
set -euo pipefail
# Libraries: LightGBM 4.7.0, XGBoost 3.2.0, scikit-learn 1.9.1, against pytrec_eval-terrier 0.5.11
# Behaviour: a query whose candidates hold no relevant document counts 1.0 in LightGBM's ndcg, in XGBoost's ndcg@k and
#   map@k (without a minus behind the name) and in label_ranking_average_precision_score; in scikit-learn's ndcg_score
#   and in trec_eval it counts 0.
# Seen: ten queries, nine without a relevant candidate, one with it last of ten: LightGBM 0.929, XGBoost 0.929,
#   LRAP 0.910; ndcg_score 0.029; XGBoost "ndcg@10-" 0.029.
# Bet: nothing could be found, nothing is scored: 0 or left out, and the same in one library's two ranking measures.
# Hurt: whoever trains or evaluates a reranker on the candidates of a retriever: the worse the retriever, the more
#   queries have no relevant candidate, and the better the reranker looks.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check scikit-learn==1.9.1 lightgbm==4.7.0 xgboost==3.2.0 pytrec_eval-terrier==0.5.11 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import lightgbm
import numpy as np
import pytrec_eval
import xgboost
from sklearn.metrics import label_ranking_average_precision_score, ndcg_score

labels = np.zeros((10, 10), dtype=int)
labels[0, 9] = 1
feature = np.tile(np.arange(10, 0, -1.0), 10)[:, None]
scores = feature.reshape(10, 10)

data = lightgbm.Dataset(feature, labels.ravel(), group=[10] * 10, init_score=feature.ravel())
options = {"objective": "lambdarank", "metric": "ndcg", "eval_at": [10], "verbose": -1, "num_threads": 1, "learning_rate": 1e-9}
found = {"lightgbm": lightgbm.train(options, data, 1, valid_sets=[data], valid_names=["t"]).best_score["t"]["ndcg@10"]}
matrix = xgboost.DMatrix(feature, labels.ravel(), base_margin=feature.ravel())
matrix.set_group([10] * 10)
for name in ("ndcg@10", "map@10", "ndcg@10-"):
    kept = {}
    setting = {"objective": "rank:ndcg", "eval_metric": name, "nthread": 1, "eta": 1e-9}
    xgboost.train(setting, matrix, 1, evals=[(matrix, "t")], evals_result=kept, verbose_eval=False)
    found["xgboost " + name] = kept["t"][name][0]
found["sklearn LRAP"] = label_ranking_average_precision_score(labels, scores)
found["sklearn ndcg_score"] = ndcg_score(labels, scores)
judged = {str(q): {str(d): int(labels[q, d]) for d in range(10)} for q in range(10)}
run = {str(q): {str(d): float(scores[q, d]) for d in range(10)} for q in range(10)}
per_query = pytrec_eval.RelevanceEvaluator(judged, {"ndcg"}).evaluate(run)
found["trec_eval ndcg"] = float(np.mean([row["ndcg"] for row in per_query.values()]))
print({name: round(float(value), 4) for name, value in found.items()})
assert all(found[name] > 0.9 for name in ("lightgbm", "xgboost ndcg@10", "xgboost map@10", "sklearn LRAP"))
assert all(found[name] < 0.04 for name in ("xgboost ndcg@10-", "sklearn ndcg_score", "trec_eval ndcg"))
PY
