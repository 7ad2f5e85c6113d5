"""Is what a model takes known before its first run, from whatever else has loaded it?"""

from pathlib import Path

import pandas as pd
import pytest

from engine.datasets import library
from engine.encoding import paces
from engine.inspection import live_search
from engine.maps import build
from engine.models import catalogue
from engine.results.store import Results
from engine.runs import evaluate, plans
from engine.types import Message

MODEL = "all-MiniLM-L6-v2"
COLUMNS = {"sentence1": [f"red {n}" for n in range(20)], "sentence2": [f"green {n}" for n in range(20)]}
PAIRS = {"pairs": pd.DataFrame(COLUMNS | {"score": [n % 6 for n in range(20)]})}


def quiet(share: float, message: Message) -> None:
    assert 0 <= share <= 1


def drawn() -> None:
    build.build({"dataset": "faq", "models": [MODEL], "fields": ["sentence1", "sentence2"], "projection": "pca"}, quiet)


def searched() -> None:
    live_search.search({"dataset": "faq", "models": [MODEL], "queries": ["red"], "k": 3}, quiet)


@pytest.mark.parametrize("use", [drawn, searched])
def test_after_a_map_or_a_search_the_plan_knows_vectors_speed_and_load(
    home: Path, monkeypatch: pytest.MonkeyPatch, use
):
    for warm in ("_corpora", "_encoders", "_vectors"):  # of other tests, in whose homes they were loaded
        monkeypatch.setattr(live_search, warm, {})
    library.save("faq", "sts", PAIRS)
    entry, dataset = catalogue.find(MODEL), library.load("faq")
    before = evaluate.estimate(entry, dataset)
    assert before.unloaded and before.texts == 40
    use()
    after = evaluate.estimate(entry, dataset)
    assert (after.texts, after.bytes, after.unloaded) == (0, 0, False)
    assert "from the last run on this machine" in str(after.basis)
    monkeypatch.setattr(paces, "WORTH_SAYING", float("inf"))  # however fast the machine is
    assert "up to" not in str(paces.loading(entry))
    monkeypatch.setattr(paces, "WORTH_SAYING", 0.0)
    assert str(paces.loading(entry)).startswith(f"Loading {MODEL}: up to ")
    assert plans.loading(Results().runs(), [MODEL])[MODEL] > 0
