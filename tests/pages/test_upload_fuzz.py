"""Whatever is uploaded becomes a dataset, a question or one sentence: files of every format, damaged at random."""

import io
import json
import os
import random
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pytest

from engine.datasets import checks, mapping
from engine.datasets.reading.application import apply
from engine.datasets.reading.choices import Choices
from engine.types import ReadingOptions, UserError
from pages.parts.datasets import upload

FILES = int(os.environ.get("FUZZED_FILES", "60"))
ROWS = pd.DataFrame(
    {
        "sentence1": ["a cat", "ein Hund", "下雨", "sun"] * 4,
        "sentence2": ["a hat", "a dog", "雨", "rain"] * 4,
        "score": [1.0, 4.5, 3.0, 0.0] * 4,
    }
)


def lines(records: Iterable[object]) -> str:
    """A record a line."""
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records)


def whole() -> dict[str, bytes]:
    """A sound file of each format by its name."""
    parquet, sheet, packed = io.BytesIO(), io.BytesIO(), io.BytesIO()
    ROWS.to_parquet(parquet)
    ROWS.to_excel(sheet, index=False)
    records = ROWS.to_dict("records")
    with zipfile.ZipFile(packed, "w") as folder:
        folder.writestr("corpus.jsonl", lines({"_id": str(n), "text": f"text {n}"} for n in range(9)))
        folder.writestr("queries.jsonl", lines({"_id": f"q{n}", "text": f"query {n}"} for n in range(4)))
        judged = "".join(f"q{n}\t{n}\t1\n" for n in range(4))
        folder.writestr("qrels/test.tsv", f"query-id\tcorpus-id\tscore\n{judged}")
    return {
        "a.csv": ROWS.to_csv(index=False).encode(),
        "a.tsv": ROWS.to_csv(index=False, sep="\t").encode("utf-16"),
        "a.jsonl": lines(records).encode(),
        "a.json": json.dumps({"data": records}).encode(),
        "a.parquet": parquet.getvalue(),
        "a.xlsx": sheet.getvalue(),
        "a.zip": packed.getvalue(),
        "a.txt": "\n".join(ROWS["sentence1"]).encode("gb18030"),
        "a.qrels": "".join(f"q{n} 0 d{n} 1\n" for n in range(9)).encode(),
    }


def damaged(content: bytes, draw: random.Random) -> bytes:
    """Bits flipped, a piece cut out, doubled, moved or put in at random."""
    made = bytearray(content)
    for _ in range(draw.randint(1, 4)):
        start = draw.randrange(len(made) + 1)
        piece = slice(start, start + draw.randint(1, 200))
        kind = draw.choice(("flip", "cut", "double", "noise", "end"))
        if kind == "flip" and start < len(made):
            made[start] ^= 1 << draw.randrange(8)
        elif kind == "cut":
            del made[piece]
        elif kind == "double":
            made[start:start] = made[piece]
        elif kind == "noise":
            made[piece] = draw.randbytes(draw.randint(1, 40))
        else:
            made = made[:start]
    return bytes(made)


class File(io.BytesIO):
    """What the browser hands over."""

    def __init__(self, name: str, content: bytes) -> None:
        super().__init__(content)
        self.name = name


@pytest.mark.parametrize("format", sorted(whole()))
def test_a_damaged_upload_is_a_dataset_a_question_or_a_sentence(home: Path, format: str):
    draw, content = random.Random(format), whole()[format]
    for number in range(FILES // len(whole()) + 1):
        name = draw.choice((format, f"b{draw.choice(sorted(whole()))[1:]}")) if number % 4 == 3 else format
        file = File(name, damaged(content, draw) if number else content)
        try:
            found = upload.read.__wrapped__((str(number),), ReadingOptions(), [file])
            guess = mapping.guess(found.tables)
            made = apply(found.tables, guess, Choices())
            checks.check(guess.task, made.tables)
        except UserError as error:
            assert str(error).strip()
        assert not list((home / "uploads").iterdir())
