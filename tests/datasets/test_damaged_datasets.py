"""A dataset whose bytes have changed is never run, one damaged file takes nothing else down, and no kill loses it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from engine.datasets import library
from engine.storage.failures import Damaged
from engine.types import BadDataset
from tests.datasets.test_library import PAIRS, pairs
from tests.results.test_damaged_results import flip

ROOT = Path(__file__).resolve().parents[2]
REPLACING = """
import os, signal, sys
from pathlib import Path
import pandas as pd
from engine.datasets import library

def pairs(*rows):
    return {"pairs": pd.DataFrame(rows, columns=["sentence1", "sentence2", "score"])}

old = library.save("faq", "sts", pairs(("a", "b", 1.0), ("c", "d", 2.0)))
seen = []
for moment in range(40):
    child = os.fork()
    if child == 0:
        steps, calls = iter(range(1000)), {"replace": Path.replace, "unlink": Path.unlink}
        def killing(real):
            def step(*arguments, **options):
                if next(steps) == moment:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*arguments, **options)
            return step
        for name, real in calls.items():
            setattr(Path, name, killing(real))
        library.save("faq", "sts", pairs(("x", "y", 1.0), ("z", "w", float(2 + moment))), replace=True)
        os._exit(0)
    killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
    loaded = library.load("faq")
    scores = loaded.tables["pairs"]["score"].tolist()
    assert loaded.fingerprint == library.entries()["faq"].fingerprint
    seen.append((killed, scores))
    if not killed:
        break
print(seen)
"""


@pytest.mark.parametrize("share", [0.1, 0.35, 0.5, 0.75, 0.95])
def test_one_bit_of_a_saved_table_is_noticed_wherever_it_flips(home: Path, share: float):
    library.save("faq", "sts", PAIRS)
    library.save("other", "sts", PAIRS)
    (path,) = (home / "datasets" / "faq").glob("*.arrow")
    flip(path, int(share * path.stat().st_size))
    with pytest.raises(Damaged, match=r"The dataset faq is damaged: .*Upload it again under this name"):
        library.load("faq")
    assert len(library.load("other").tables["pairs"]) == 3
    saved = library.save("faq", "sts", PAIRS, replace=True)  # what the sentence says to do
    assert library.load("faq").fingerprint == saved.fingerprint


@pytest.mark.parametrize("content", [b"", b'{"name": "faq", "ti', b"{}", b"[]", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_card_is_left_out_and_named_and_the_others_stay(home: Path, content: bytes):
    library.save("faq", "sts", PAIRS)
    library.save("other", "sts", PAIRS)
    (home / "datasets" / "faq" / "card.json").write_bytes(content)
    assert {"other", "sts_en"} <= set(library.entries()) and "faq" not in library.entries()
    (message,) = library.damaged()
    assert str(home / "datasets" / "faq" / "card.json") in str(message)
    with pytest.raises(BadDataset, match="There is a dataset 'faq' already"):
        library.save("faq", "sts", PAIRS)  # its tables may be sound
    library.save("faq", "sts", PAIRS, replace=True)
    assert library.damaged() == [] and len(library.load("faq").tables["pairs"]) == 3


def test_every_bit_of_a_card_is_held_by_its_checksum(home: Path):
    library.save("faq", "sts", PAIRS, title="A title", settings={"max_depth": 1})
    card = home / "datasets" / "faq" / "card.json"
    whole, entry = card.read_bytes(), library.entries()["faq"]
    for place in range(0, len(whole), 7):
        flip(card, place, bit=place % 7)
        seen = library.entries().get("faq")
        assert seen in (None, entry), place  # a letter of an escape may stand for the same
        card.write_bytes(whole)


def test_a_dataset_of_the_version_before_opens_and_is_held_against_its_fingerprint(home: Path):
    library.save("faq", "sts", PAIRS)
    folder = home / "datasets" / "faq"
    (table,) = folder.glob("*.arrow")
    table = table.rename(folder / "pairs.arrow")
    card = json.loads((folder / "card.json").read_text())
    del card["files"], card["check"]
    (folder / "card.json").write_text(json.dumps(card))
    pd.testing.assert_frame_equal(library.load("faq").tables["pairs"], PAIRS["pairs"])
    content = table.read_bytes()
    table.write_bytes(content.replace(b"alert(1)", b"alert(2)"))
    with pytest.raises(Damaged, match="faq"):
        library.load("faq")
    table.write_bytes(content)
    library.change_settings("faq", {"max_depth": 1})
    assert {path.name.split(".")[0] for path in folder.iterdir()} == {"card", "pairs"} and not table.exists()


def test_a_kill_at_any_moment_of_replacing_a_dataset_leaves_the_old_or_the_new_one(home: Path):
    ran = subprocess.run(
        [sys.executable, "-c", REPLACING], cwd=ROOT, capture_output=True, text=True, timeout=120,
        env=os.environ | {"PARALLAX_HOME": str(home), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    seen = eval(ran.stdout)
    assert [killed for killed, _ in seen] == [True] * (len(seen) - 1) + [False] and len(seen) > 3
    assert seen[0][1] == [1.0, 2.0] and seen[-1][1] == [1.0, 2.0 + len(seen) - 1]
    library.save("faq", "sts", pairs(("a", "b", 1.0), ("c", "d", 5.0)), replace=True)
    assert len(list((home / "datasets" / "faq").iterdir())) == 2  # what the killed ones left is gone
