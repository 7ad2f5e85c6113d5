#!/usr/bin/env bash
set -euo pipefail
# Library: evalica 0.4.2 (bradley_terry, newman, eigen: rankings of models from pairwise votes)
# Behaviour: where one model has lost no vote, Bradley-Terry and Newman give every model the same score, without a word;
#   the eigenvector ranking is upside down, with or without such a model: who loses most has the highest score.
# Seen: a, b, c, d in this order of strength, ten votes a pair, a wins all of its 30: bradley_terry and newman 1e-06 for
#   all four, eigen d 0.72, c 0.60, b 0.36, a 0.0. With one vote of a turned round, bradley_terry says 14.2, 0.93, 0.34,
#   0.22, and eigen still puts d first.
# Bet: an unbeaten model comes first, or is refused because its strength has no upper end; and higher is better.
# Hurt: whoever ranks embedding models by people's votes on their search results: with few votes the best one is often
#   unbeaten, and sorted scores that are all equal keep the order of the names.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check evalica==0.4.2 numpy==2.4.6 pandas==3.1.1
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" -W error - <<'PY'
import evalica
from evalica import Winner

WINS = {("a", "b"): 10, ("a", "c"): 10, ("a", "d"): 10, ("b", "c"): 7, ("b", "d"): 8, ("c", "d"): 6}
votes = [(x, y, Winner.X if i < won else Winner.Y) for (x, y), won in WINS.items() for i in range(10)]


def scores(method, votes):
    found = getattr(evalica, method)(*zip(*votes, strict=True)).scores.to_dict()
    print(method, found)
    return found


for method in ("bradley_terry", "newman"):
    found = scores(method, votes)
    assert len({round(one, 9) for one in found.values()}) == 1
assert sorted(scores("average_win_rate", votes).items(), key=lambda one: -one[1])[0] == ("a", 1.0)
found = scores("eigen", votes)
assert found["d"] > found["c"] > found["b"] > found["a"] == 0
votes[0] = ("a", "b", Winner.Y)
found = scores("bradley_terry", votes)
assert found["a"] > 10 * found["b"] > 20 * found["c"] > 20 * found["d"]
found = scores("eigen", votes)
assert found["d"] > found["c"] > found["b"] > found["a"]
PY
