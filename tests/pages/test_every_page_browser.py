"""Can every page be read and reached: at every width, in light and dark, in both languages, with a screen reader?"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe

from engine.adaptation import work
from engine.adaptation.plans import Plan
from engine.comparison.chunking import kept
from engine.comparison.chunking.grid import Grid
from engine.comparison.chunking.study import study
from engine.datasets import library
from engine.maps import build
from engine.models import catalogue
from engine.runs import evaluate
from engine.types import ModelEntry, Pipeline
from tests import checkpoints
from tests.comparison.test_chunking import quiet
from tests.pages.test_browser import SETTLED
from tests.pages.test_indexes_page import studied

WIDTHS = ((1440, 900), (1280, 720), (1024, 768), (390, 844))
PROBLEMS = Path(__file__).with_name("every_page.js").read_text(encoding="utf-8")
EMPTY = ("/", "/duel?", "/map?", "/search?")
FULL = (
    "/?board.view=heat",
    "/?board=suite",
    "/duel?duel.view=slices",
    "/duel?duel.view=words",
    "/cost?",
    "/chunking?",
    "/indexes?",
    "/pipeline?",
    "/pipeline?pipeline.view=fusion",
    "/pipeline?pipeline.view=build",
    "/map?models=tfidf&models=bm25&fields=queries&fields=corpus&projection=pca",
    "/inspect?",
    "/judge?",
    "/search?",
    "/datasets?",
    "/datasets?datasets=upload",
    "/models?",
    "/adapt?",
    "/runs?",
    "/suites?",
    "/exchange?",
    "/method?",
)
MAP = {
    "dataset": "helpcentre_en",
    "models": ["tfidf", "bm25"],
    "fields": ["queries", "corpus"],
    "projection": "pca",
    "limit": 20_000,
}
DENSE = "all-MiniLM-L6-v2"
STREAMLITS_OWN = {"exclude": [["[data-testid=stSidebarNavItems]"]]}
"""Its navigation lists sections in a way that is no list; nothing of it is ours to write."""
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def scored(server) -> None:
    """Models and a pipeline with scores on a dataset of the server's home; a map, a study of chunks, one of indexes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARALLAX_HOME", str(server.home))
        dataset = library.load(MAP["dataset"])
        catalogue.add(ModelEntry("both", "pipeline", pipeline=Pipeline(("bm25", "tfidf"), "rrf")))
        runs = [evaluate.evaluate(catalogue.find(name), dataset) for name in (*MAP["models"], "both", DENSE)]
        build.build(MAP, quiet)
        kept.keep(dataset.fingerprint, study(dataset, Grid(("bm25", "tfidf"), ("sentences",), (32, 64)), quiet))
        studied(runs[-1])
        place = checkpoints.bert(server.home / "tiny")
        catalogue.add(ModelEntry("tiny", "sentence_transformer", str(place)))
        work.adapt(
            Plan("mine", "tiny", MAP["dataset"], "contrastive", guards=("sts_en",), settings={"epochs": 0.3}), quiet
        )


def looked_at(page, server, address: str, number: int) -> None:
    """The page at all widths, by turns in English and light and in Chinese and dark; then what axe finds."""
    schemes = ["light", "dark"] if number % 2 else ["dark", "light"]
    page.emulate_media(color_scheme=schemes[0])
    page.set_viewport_size({"width": WIDTHS[0][0], "height": WIDTHS[0][1]})
    joint = "&" if "?" in address else "?"
    page.goto(f"{server.url}{address}{joint}dataset=helpcentre_en&lang={'en' if number % 2 else 'zh'}")
    page.wait_for_timeout(400)
    page.wait_for_selector(SETTLED)
    page.wait_for_function("() => !document.querySelector('[data-testid=stSkeleton]')")
    found = {}
    for width, height in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        found[width] = settled(page, lambda: page.evaluate(PROBLEMS))
    page.set_viewport_size({"width": 1280, "height": 720})
    found["axe"] = settled(page, lambda: barriers(page, {"resultTypes": ["violations"]}))
    page.emulate_media(color_scheme=schemes[1])
    found[schemes[1]] = settled(page, lambda: barriers(page, {"runOnly": ["color-contrast"]}))
    assert {at: told for at, told in found.items() if told} == {}


def test_without_a_pointer_the_buttons_of_a_table_cover_nothing_until_it_is_tapped(page, server):
    context = page.context.browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    touched = context.new_page()
    try:
        touched.goto(f"{server.url}/models?lang=en")
        table = touched.locator("[data-testid=stDataFrame]").first
        table.locator("canvas").first.wait_for()
        touched.wait_for_selector(SETTLED)
        buttons = table.locator("[data-testid=stElementToolbar]")
        assert settled(touched, lambda: touched.evaluate(PROBLEMS)) == [] and not buttons.is_visible()
        box = table.bounding_box()
        touched.touchscreen.tap(box["x"] + 60, box["y"] + 90)
        buttons.wait_for(state="visible")
    finally:
        context.close()


def settled(page, look: Callable[[], list[str]]) -> list[str]:
    """What a look finds once the page has taken its new width or colours: nothing, or what stays."""
    for _look in range(20):
        if not (found := look()):
            break
        page.wait_for_timeout(250)
    return found


def barriers(page, options: dict[str, list[str]]) -> list[str]:
    """What axe finds that keeps people out: the rule, the place, and why."""
    response = Axe().run(page, STREAMLITS_OWN, options).response
    return [
        f"{one['id']}: {node['html'][:200]} {[why['message'] for why in node['any'] + node['all'] + node['none']]}"
        for one in response["violations"]
        if one["impact"] in SERIOUS or one["id"] == "heading-order"
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(("number", "address"), [*enumerate(EMPTY)])
def test_a_page_of_an_empty_home_is_whole_at_every_width_and_open_to_all(page, server, number: int, address: str):
    looked_at(page, server, address, number)


def test_the_picture_of_the_first_screen_can_be_read_on_a_phone(page, server):
    widths = {}
    for window in (1280, 390):
        page.set_viewport_size({"width": window, "height": 844})
        page.goto(f"{server.url}/?lang=en")
        shown = page.locator("[class*=st-key-welcome-] img").filter(visible=True)
        shown.wait_for()
        widths[window] = shown.evaluate("one => one.getBoundingClientRect().width / one.naturalWidth")
    assert widths[1280] > 0.4
    assert widths[390] > 0.4, "letters of 14 pixels, drawn twice as large, would have fewer than 12"


@pytest.mark.usefixtures("scored")
@pytest.mark.parametrize(("number", "address"), [*enumerate(FULL)])
def test_a_page_is_whole_at_every_width_and_open_to_all(page, server, number: int, address: str):
    looked_at(page, server, address, number)


def test_what_settles_and_saves_an_upload_and_what_runs_a_suite_stand_above_the_fold(page, server, tmp_path: Path):
    rows = [
        (f"How do I reset my password? {at}", f"Reset my password, {at}", at % 2, "xyz"[at % 3]) for at in range(60)
    ]
    table = tmp_path / "pairs.csv"
    pd.DataFrame(rows, columns=["a", "b", "c", "topic"]).to_csv(table, index=False)
    page.set_viewport_size({"width": 1280, "height": 720})
    for language in ("en", "zh"):
        page.goto(f"{server.url}/datasets?datasets=upload&lang={language}")
        page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(str(table))
        answers = [page.locator(f".st-key-upload-answer-{at} button") for at in (0, 1)]
        answers[1].wait_for()
        page.wait_for_selector(SETTLED)
        assert max(map(bottom, answers)) <= 720
        answers[0].click()
        save = page.locator(".st-key-upload-save button")
        save.wait_for()
        page.wait_for_selector(SETTLED)
        assert bottom(save) <= 720
        page.goto(f"{server.url}/suites?lang={language}")
        start = page.locator(".st-key-suites-start button")
        start.wait_for()
        page.wait_for_selector(SETTLED)
        assert bottom(start) <= 720


def bottom(place) -> float:
    box = place.bounding_box()
    return box["y"] + box["height"]


def test_an_address_of_no_page_is_told_in_the_visitors_language_and_without_streamlits_box(page, server):
    page.goto(f"{server.url}/nonsense?lang=zh")
    page.get_by_text("这里没有“nonsense”这个页面").wait_for()
    page.wait_for_selector(SETTLED)
    assert page.get_by_text("Page not found").count() == 0


@pytest.mark.usefixtures("scored")
def test_counts_of_six_digits_are_whole_in_the_cards_of_a_duel(page, server):
    for window in (1280, 1024, 390):
        page.set_viewport_size({"width": window, "height": 844})
        page.goto(f"{server.url}/duel?dataset=helpcentre_en&lang=en")
        card = page.locator(".st-key-duel-gap [data-testid=stMetric]").nth(3)
        card.wait_for()
        page.wait_for_selector(SETTLED)
        assert card.evaluate(UNCUT) == ""


UNCUT = """card => {
  const told = card.querySelector("[data-testid=stMetricValue]");
  document.createTreeWalker(told, NodeFilter.SHOW_TEXT).nextNode().textContent = "123,456 / 234,567 / 345,678";
  const range = document.createRange(), box = card.getBoundingClientRect();
  range.selectNodeContents(told);
  const out = [...range.getClientRects()].filter((one) => one.right > box.right + 1 || one.bottom > box.bottom + 1);
  const cut = [told, ...told.querySelectorAll("*")].filter((one) =>
    getComputedStyle(one).overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1);
  return out.length || cut.length ? `${innerWidth}: ${out.length} lines out, ${cut.length} cut` : "";
}"""
"""What of three counts of six digits each is cut or lies outside of its card."""
