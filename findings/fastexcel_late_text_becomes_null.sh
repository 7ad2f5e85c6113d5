#!/usr/bin/env bash
set -euo pipefail
# Library: fastexcel 0.21.0, through polars 2.1.0 (polars.read_excel)
# Behaviour: the type of a column is taken from the first 1,000 rows. Text that comes later in a column of numbers becomes
#   null, and "007" becomes 7. Nothing is raised or warned of. With the same text among the first rows all is text.
# Seen: ids 0 to 1,499, then "A-77" and "007" (as text): null and 7.
# Bet: as with polars.read_csv a value that does not fit raises, or the column becomes text.
# Hurt: whoever keeps a corpus or judgements in Excel: documents lose their id, judgements find no document, and two
#   ids become one; it shows from row 1,001 on only, so never in a trial.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check polars==2.1.0 fastexcel==0.21.0 openpyxl==3.1.5 pyarrow==26.0.1
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import openpyxl
import polars

def read(rows):
    book = openpyxl.Workbook()
    book.active.append(["id", "text"])
    for row in rows:
        book.active.append(row)
    book.save("a.xlsx")
    return polars.read_excel("a.xlsx")

numbers = [[i, "text"] for i in range(1500)]
late, early = read(numbers + [["A-77", "a"], ["007", "b"]]), read([["A-77", "a"], ["007", "b"]] + numbers)
print(late.tail(2)["id"].to_list(), early.head(2)["id"].to_list())
assert late.height == early.height == 1502
assert late.tail(2)["id"].to_list() == [None, 7] and late["id"].null_count() == 1
assert early.head(2)["id"].to_list() == ["A-77", "007"]
PY
