#!/usr/bin/env bash
set -euo pipefail
# Library: sentence-transformers 6.2.0 (BatchSamplers.GROUP_BY_LABEL, GroupByLabelBatchSampler)
# Behaviour: an epoch ends when only one label has rows left, also with drop_last=False; labels with a single row are
#   never drawn, and of a label with an odd number one row is left out. Nothing is said of it.
# Seen: 900 rows of one label and 100 of another: 200 of 1,000 rows are seen in an epoch. Ten labels of which one has
#   500 rows and nine have 20: 200 of 680; a label of one row: never.
# Bet: with drop_last=False an epoch sees each row once; "epochs=1" is one pass over the data.
# Hurt: whoever fine-tunes with the batch triplet losses on real classes, which are uneven: most of the data of the
#   largest class is unused, and learning curves over the number of rows show no gain from more data.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --no-compile --disable-pip-version-check torch==2.13.0 sentence-transformers==6.2.0 datasets==5.2.0 numpy==2.4.6
cd "$work"
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PY'
import torch
from datasets import Dataset
from sentence_transformers.base.sampler import GroupByLabelBatchSampler


def seen(labels):
    rows = Dataset.from_dict({"sentence": [str(i) for i in range(len(labels))], "label": labels})
    sampler = GroupByLabelBatchSampler(rows, batch_size=16, drop_last=False, valid_label_columns=["label"],
                                       generator=torch.Generator().manual_seed(0), seed=0)
    drawn = [i for batch in sampler for i in batch]
    return len(set(drawn)), {labels[i] for i in drawn}


two = seen([0] * 900 + [1] * 100)
ten = seen([0] * 500 + [label for label in range(1, 10) for _ in range(20)])
single = seen([0] * 30 + [1] * 30 + [2])
print("two labels:", two, "ten labels:", ten, "a single row:", single)
assert two[0] == 200 and ten[0] <= 200 and single[1] == {0, 1}
PY
