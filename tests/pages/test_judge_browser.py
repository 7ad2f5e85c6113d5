"""Are mistakes marked by the keyboard, and do the marks leave the browser as a file with ids?"""

import io
from pathlib import Path

import pandas as pd
import pytest

from engine.datasets import library, marks
from engine.inspection.label_noise import finder
from engine.models import catalogue
from engine.runs import evaluate
from tests.pages.test_judge_page import shop

READY = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"


@pytest.fixture(scope="module")
def suspects(server):
    """A small shop in the home of the server, after the search for mistakes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARALLAX_HOME", str(server.home))
        dataset = library.save("shop", "retrieval", shop(), title="Shop")
        runs = sorted(evaluate.evaluate(catalogue.find(name), dataset) for name in ("tfidf", "bm25"))
        finder.work({"runs": runs}, lambda share, message: None)
        yield finder.known(runs)


def look(page, server, address: str) -> None:
    page.goto(f"{server.url}/judge?dataset=shop&{address}")
    page.wait_for_selector(READY)


def press(page, name: str) -> None:
    kinds = [page.get_by_role(role, name=name, exact=True) for role in ("radio", "button")]
    kinds[0].or_(kinds[1]).first.click()


def test_a_row_that_was_clicked_stays_open_when_a_filter_shortens_the_list(page, server, suspects):
    look(page, server, "judge=suspects")
    grid = page.locator(".st-key-judge-items [data-testid=stDataFrame]")
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    page.mouse.click(box["x"] + 14, box["y"] + 35 + 35 * 3 + 17)
    page.get_by_text(f"4 of {len(suspects)}").wait_for()
    page.keyboard.press("2")
    page.get_by_text(f"5 of {len(suspects)}").wait_for()
    press(page, "looked at")
    page.get_by_text("1 of 1", exact=True).wait_for()
    assert page.get_by_test_id("stException").count() == 0
    page.keyboard.press("0")
    page.get_by_text("No item is left").wait_for()


def test_keys_mark_and_move_on_and_the_marks_can_be_taken_away_as_a_file(page, server, suspects):
    look(page, server, "judge=suspects")
    first, second = suspects.iloc[0], suspects.iloc[1]
    page.get_by_role("button", name="Right as it is").wait_for()
    page.keyboard.press("1")
    page.get_by_text(f"2 of {len(suspects)}").wait_for()
    page.keyboard.press("3" if second["given"] != "null" else "2")
    page.get_by_text(f"3 of {len(suspects)}").wait_for()
    look(page, server, "judge=versions")
    page.get_by_text("Marked judgements").wait_for()
    page.locator(".st-key-corrections-menu button").first.click()
    with page.expect_download() as download:
        page.locator(".st-key-corrections-csv button").click()
    table = pd.read_csv(io.BytesIO(Path(download.value.path()).read_bytes()), keep_default_na=False)
    known = marks.of(library.entries()["shop"].fingerprint)
    assert [one.place for one in known] == [first["place"], second["place"]]
    assert table.loc[0, ["table", "action"]].tolist() == ["qrels", "replace"]
    assert f'["qrels", "{table.loc[0, "query_id"]}", "{table.loc[0, "corpus_id"]}"]' == first["place"]
    assert str(table.loc[0, "new"]) == first["proposed"]
