#!/usr/bin/env bash
set -euo pipefail
# Library: duckdb 2.0.1 (array_cosine_similarity, list_cosine_similarity)
# Behaviour: the similarity to a vector of zeros is NaN, and NaN sorts above every number: ORDER BY similarity DESC puts
#   it first, before the exact match. ORDER BY distance ASC puts it last: the two spellings of one search disagree. max()
#   of the similarities is NaN.
# Seen: a table of an exact match, a vector of zeros and a third: ids 2, 1, 3 by similarity; 1, 3, 2 by distance.
# Bet: a document without a direction is found by no query: it comes last, as NULL would, in both.
# Hurt: whoever searches vectors in Parquet files by SQL. Empty texts have such vectors under static and sparse models
#   (no known word); one of them takes rank 1 of every query, and MRR halves.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check duckdb==2.0.1
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import duckdb

table = duckdb.connect()
table.execute("create table t as select * from (values (1, [1, 0]::float[2]), (2, [0, 0]::float[2]), (3, [1, 1]::float[2])) v(id, vector)")
ids = lambda query: [row[0] for row in table.execute(query).fetchall()]
found = {}
for kind, cast in (("array", "float[2]"), ("list", "float[]")):
    for name, order in (("similarity", "desc"), ("distance", "asc")):
        found[kind, name] = ids(f"select id from t order by {kind}_cosine_{name}(vector::{cast}, [1, 0]::{cast}) {order}")
print(found, table.execute("select max(array_cosine_similarity(vector, [1, 0]::float[2])) from t").fetchone())
assert found["array", "similarity"] == found["list", "similarity"] == [2, 1, 3]
assert found["array", "distance"] == found["list", "distance"] == [1, 3, 2]
PY
