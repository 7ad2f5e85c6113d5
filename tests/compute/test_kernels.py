import json
from pathlib import Path

import numpy as np
import pytest

from engine.compute import kernels
from engine.models import catalogue
from engine.types import UserError

torch = pytest.importorskip("torch")
there = pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="this build of PyTorch has no oneDNN")


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch, home: Path):
    """Every test chooses for itself, and leaves no choice behind."""
    monkeypatch.delenv(kernels.CHOICE, raising=False)
    kernels.product.cache_clear()
    yield
    kernels.product.cache_clear()


@there
@pytest.mark.parametrize("faster, chosen", [(89.0, "mkl"), (93.0, "mkl"), (250.0, "onednn")])
def test_what_was_measured_once_decides_and_within_the_noise_pytorch_keeps_its_own(faster: float, chosen: str):
    kernels._keep({"mkl": 90.0, "onednn": faster})
    assert kernels.product(torch.float32) == chosen
    assert kernels.measured() == {"mkl": 90.0, "onednn": faster}


@there
def test_the_measurement_of_who_came_first_stays():
    kernels._keep({"mkl": 90.0, "onednn": 100.0})
    assert kernels._keep({"mkl": 100.0, "onednn": 90.0}) == {"mkl": 90.0, "onednn": 100.0}


@there
def test_a_processor_is_measured_when_first_asked_about_and_the_answer_names_it(home: Path):
    kernels.product(torch.float32)
    (kept,) = (home / "kernels").iterdir()
    told = json.loads(kept.read_text(encoding="utf-8"))
    assert told["processor"] == kernels.processor() != ""
    assert told["mkl"] > 0 and told["onednn"] > 0


@there
def test_a_damaged_measurement_is_as_if_it_were_not_there(home: Path):
    kernels._keep({"mkl": 90.0, "onednn": 100.0})
    next((home / "kernels").iterdir()).write_text('{"mkl": "fast"', encoding="utf-8")
    assert kernels.measured() == {}
    assert kernels.product(torch.float32) in kernels.TITLES


def test_the_environment_decides_and_a_word_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, home: Path):
    monkeypatch.setenv(kernels.CHOICE, "mkl")
    assert kernels.product(torch.float32) == "mkl" and not (home / "kernels").exists()
    kernels.product.cache_clear()
    monkeypatch.setenv(kernels.CHOICE, "cublas")
    with pytest.raises(UserError, match="'cublas'; it can be mkl or onednn"):
        kernels.product(torch.float32)


@there
def test_the_choice_moves_no_vector_by_more_than_rounding(monkeypatch: pytest.MonkeyPatch):
    texts = ["a short text", "退款要多久", "a text of quite some words, so that lengths differ " * 9, ""]
    found = {}
    for name in kernels.TITLES:
        monkeypatch.setenv(kernels.CHOICE, name)
        kernels.product.cache_clear()
        found[name] = catalogue.load(catalogue.entries()["all-MiniLM-L6-v2"], None).encode(texts, None)
    np.testing.assert_allclose(found["mkl"], found["onednn"], atol=1e-6)
    cosines = (found["mkl"] * found["onednn"]).sum(1)
    assert float(1 - cosines.min()) <= 1e-6
