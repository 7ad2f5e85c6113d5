"""Does the way from an uploaded file to a verdict and the duel hold in a real browser, with a real worker?"""

from pathlib import Path

import numpy as np
import pytest

from engine.models import catalogue
from engine.types import ModelEntry
from tests import checkpoints

READY = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"


@pytest.fixture(scope="module")
def pairs(server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of scored pairs, and a tiny model in the home of the server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARALLAX_HOME", str(server.home))
        catalogue.add(ModelEntry("tiny", "sentence_transformer", str(checkpoints.bert(server.home / "tiny"))))
    random, path = np.random.default_rng(3), tmp_path_factory.mktemp("files") / "shop.csv"
    words = checkpoints.WORDS
    sides = [[" ".join(random.choice(words, 7)) for _ in range(2)] for _ in range(120)]
    lines = [f"{one},{other},{len(set(one.split()) & set(other.split()))}" for one, other in sides]
    path.write_text("\n".join(["sentence1,sentence2,score", *lines]), encoding="utf-8")
    return path


def test_from_an_uploaded_file_to_a_verdict_and_the_duel(page, server, pairs: Path):
    page.goto(f"{server.url}/datasets?datasets=upload&lang=en")
    page.locator("input[type=file]").first.set_input_files(pairs)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/runs?**")
    page.goto(f"{server.url}/adapt?dataset=shop&lang=en")
    page.wait_for_selector(READY)
    choose(page, "adapt-base", "tiny")
    page.get_by_role("button", name="Check the data and estimate").click()
    page.get_by_role("button", name="Start the training").click(timeout=300_000)
    page.get_by_text("untouched items of shop · test 0").wait_for(timeout=300_000)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the model").click()
    assert download.value.suggested_filename == "tiny-cosent-shop.zip"
    page.get_by_role("button", name="See both in the duel").click()
    page.wait_for_url("**/duel?**dataset=shop-test-0**")
    page.get_by_text("A · tiny-cosent-shop").wait_for()
    assert page.get_by_test_id("stException").count() == 0


def choose(page, key: str, name: str) -> None:
    page.locator(f".st-key-{key} input").click()
    page.get_by_role("option", name=name, exact=True).click()
    page.wait_for_selector(READY)
