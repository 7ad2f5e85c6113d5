#!/usr/bin/env bash
set -euo pipefail
# Library: rouge-score 0.1.2 (RougeScorer with its own tokeniser, as used by the evaluate and ragas packages)
# Behaviour: everything but a-z and 0-9 is dropped before comparing. Equal Chinese texts score 0; Chinese texts with a
#   number, a unit or a product name in common score 1.0, whatever they say.
# Seen: "2026年销售额增长" and "2026年公司裁员": ROUGE-1 and ROUGE-L 1.0. "今天天气很好" and itself: 0.
# Bet: 0 throughout, or one token per run of Chinese; a mean over a Chinese set would be near 0 and so be noticed.
# Hurt: whoever picks the passages or summaries of a Chinese set by ROUGE: the mean is a plausible number between 0 and 1
#   that measures how often digits and Latin words agree.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check rouge-score==0.1.2
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
from rouge_score import rouge_scorer

scorer = rouge_scorer.RougeScorer(["rouge1", "rougeL"])
score = lambda a, b: tuple(round(value.fmeasure, 3) for value in scorer.score(a, b).values())
found = [score("2026年销售额增长", "2026年公司裁员"), score("今天天气很好", "今天天气很好"), score("iPhone电池很好", "不要买iPhone")]
print(found)
assert found == [(1.0, 1.0), (0, 0), (1.0, 1.0)]
PY
