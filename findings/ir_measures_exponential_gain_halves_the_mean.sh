#!/usr/bin/env bash
set -euo pipefail
# Library: ir_measures 0.4.3 (nDCG(dcg="exp-log2"), ERR: computed by the Perl script gdeval)
# Behaviour: ids of queries are numbers to that script, and of PLAIN-1 it reads the number behind the hyphen. The scores
#   come back under 1, nobody's query, and the missing PLAIN-1 is filled in with 0: the mean over both is half. Queries
#   whose ids end in the same number become one. Ids without a hyphen before a number, such as q1, end in an error.
# Seen: two queries with nDCG 0.797 and 1.0: mean 0.898 with ids 1 and 2; 0.449 with PLAIN-1 and PLAIN-2 (four values,
#   0 for each of the ids that were asked for); 0.2 and less with en-1 and zh-1. The other nDCG: the same for all ids.
# Bet: the name of a query does not change its score.
# Hurt: graded judgements by exponential gain, as learning to rank and several Chinese benchmarks define nDCG, on sets
#   whose ids look like this (NFCorpus: PLAIN-3074); the halved mean stands beside right ones of other measures.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check ir_measures==0.4.3 pytrec-eval-terrier==0.5.11 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PY'
import subprocess

import ir_measures
from ir_measures import nDCG

GAIN = nDCG(dcg="exp-log2") @ 10


def scored(first, second, measure=GAIN):
    judged = [
        ir_measures.Qrel(first, "d1", 2), ir_measures.Qrel(first, "d2", 1), ir_measures.Qrel(second, "d3", 3)
    ]
    run = [
        ir_measures.ScoredDoc(first, "d2", 2.0), ir_measures.ScoredDoc(first, "d1", 1.0),
        ir_measures.ScoredDoc(second, "d3", 1.0),
    ]
    mean = ir_measures.calc_aggregate([measure], judged, run)[measure]
    items = {one.query_id: one.value for one in ir_measures.iter_calc([measure], judged, run)}
    print(first, second, measure, mean, items)
    return mean, items


whole, items = scored("1", "2")
assert abs(whole - 0.898) < 0.001 and len(items) == 2
half, items = scored("PLAIN-1", "PLAIN-2")
assert abs(half - whole / 2) < 1e-6 and items["PLAIN-1"] == items["PLAIN-2"] == 0 and len(items) == 4
mixed, items = scored("en-1", "zh-1")
assert mixed < 0.5 and items["en-1"] == items["zh-1"] == 0
for ids in (("1", "2"), ("PLAIN-1", "PLAIN-2"), ("q1", "q2")):
    assert abs(scored(*ids, measure=nDCG @ 10)[0] - scored("1", "2", measure=nDCG @ 10)[0]) < 1e-9
try:
    scored("q1", "q2")
except subprocess.CalledProcessError:
    print("q1, q2: an error")
else:
    raise SystemExit("q1 is read by now")
PY
