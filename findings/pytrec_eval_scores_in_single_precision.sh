#!/usr/bin/env bash
set -euo pipefail
# Library: pytrec_eval-terrier 0.5.11 (the evaluator behind mteb, BEIR and ir_measures), against ranx 0.3.21
# Behaviour: Python's double scores are kept in single precision. Scores that differ by less than that are equal, and
#   equal scores are ordered by the document's id.
# Seen: scores 1,000,000,000 - rank for 20 documents, the relevant one first: reciprocal rank 1/18 (ranx: 1.0). With
#   -0.001 * rank it is 1.0.
# Bet: only the order of the scores matters, and a float of Python keeps it.
# Hurt: whoever encodes rank or a first criterion into the score (bucket * 1e9 + similarity, a time stamp, a base minus
#   the rank): the ranking that is evaluated is the alphabet's.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check pytrec_eval-terrier==0.5.11 ranx==0.3.21 numba==0.68.1 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import pytrec_eval
from ranx import Qrels, Run, evaluate

names = [f"doc{(7 * i + 3) % 20:02d}" for i in range(20)]
judged = {"q": {names[0]: 1}}
found = {}
for label, score in (("1e9 - rank", lambda rank: 1e9 - rank), ("-0.001 rank", lambda rank: -0.001 * rank)):
    run = {"q": {name: float(score(rank)) for rank, name in enumerate(names)}}
    trec = pytrec_eval.RelevanceEvaluator(judged, {"recip_rank"}).evaluate(run)["q"]["recip_rank"]
    found[label] = round(trec, 4), float(evaluate(Qrels(judged), Run(run), "mrr"))
print("pytrec_eval, ranx:", found)
assert found["-0.001 rank"] == (1.0, 1.0)
assert found["1e9 - rank"][0] < 0.2 and found["1e9 - rank"][1] == 1.0
PY
