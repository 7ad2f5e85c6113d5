"""Do address and history lead where they say, in a real browser: Back, another tab, another language, a long text?"""

import pytest

from engine.datasets import library
from engine.models import catalogue
from engine.runs import evaluate
from tests.pages.test_browser import goto, settle


@pytest.fixture(scope="module", autouse=True)
def scored(server) -> None:
    """Two models on a sample, one on an upload."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARALLAX_HOME", str(server.home))
        library.save("mine", "sts", library.load("sts_en").tables)
        for model, dataset in (("tfidf", "helpcentre_en"), ("bm25", "helpcentre_en"), ("tfidf", "mine")):
            evaluate.evaluate(catalogue.find(model), library.load(dataset))


def call(page, name: str) -> None:
    page.locator("[data-testid=stSidebarNavLink]").filter(has_text=name).first.click()
    page.locator("h1", has_text=name).wait_for()
    settle(page)


def test_back_and_forward_are_one_press_a_page(page, server):
    goto(page, server, "/?lang=en&dataset=helpcentre_en")
    for name in ("Duel", "Cost", "Search"):
        call(page, name)
    for name in ("Cost", "Duel", "Leaderboard"):
        page.go_back()
        page.locator("h1", has_text=name).wait_for()
        settle(page)
    page.go_forward()
    page.locator("h1", has_text="Duel").wait_for()
    assert "dataset=helpcentre_en" in page.url


@pytest.mark.parametrize("address", ["/?lang=en&dataset=helpcentre_en", "/inspect?dataset=helpcentre_en&a=tfidf"])
def test_a_link_that_is_opened_is_one_step_of_the_history(page, server, address):
    fresh = page.context.new_page()
    before = fresh.evaluate("history.length")
    goto(fresh, server, address)
    fresh.wait_for_function(f"location.search.length > {len(address)}")
    steps = fresh.evaluate("history.length") - before
    fresh.close()
    assert steps == 1


def test_a_page_that_is_left_while_it_is_drawn_is_one_step_of_the_history(page, server):
    fresh = page.context.new_page()
    goto(fresh, server, "/?lang=en&dataset=helpcentre_en")
    steps = fresh.evaluate("""async () => {
      // what the server says while one page after another is called, each before the one before it was drawn
      const press = () => document.body.dispatchEvent(new PointerEvent("pointerdown", {bubbles: true}));
      const say = (...addresses) => addresses.forEach(one => history.pushState(null, "", one));
      const before = history.length;
      press();
      say("/map", "/map?models=a");
      press();
      say("/duel?models=a", "/duel?a=b", "/duel?a=b&depth=10");
      const forth = history.length - before;
      const gone = new Promise(done => addEventListener("popstate", done, {once: true}));
      press();
      history.back();
      await gone;
      say("/cost", location.pathname + "?models=a&colour=c"); // asked for before, and come too late
      history.forward();
      return [forth, history.length - before];
    }""")
    fresh.close()
    assert steps == [2, 2]


def test_a_language_that_was_chosen_is_that_of_an_address_which_names_none(page, server):
    goto(page, server, "/duel?dataset=helpcentre_en")
    page.get_by_text("中文", exact=True).first.click()
    page.locator("h1", has_text="对决").wait_for()
    settle(page)
    goto(page, server, "/cost?dataset=helpcentre_en")
    assert page.locator("h1").first.inner_text() == "成本"
    page.get_by_text("English", exact=True).first.click()
    page.locator("h1", has_text="Cost").wait_for()
    settle(page)
    goto(page, server, "/cost?dataset=helpcentre_en")
    assert page.locator("h1").first.inner_text() == "Cost"


def test_a_switch_of_the_language_reaches_what_is_chosen_in_a_select_box(page, server):
    goto(page, server, "/cost?lang=en&dataset=helpcentre_en")
    page.get_by_text("中文", exact=True).first.click()
    page.locator("h1", has_text="成本").wait_for()
    settle(page)
    assert page.locator(".st-key-axis input").first.input_value() == "每秒编码文本数"
    assert page.locator(".st-key-dataset input").first.input_value() == "帮助中心检索（英文）"


def test_a_paste_of_380_000_letters_stays_out_of_the_address(page, server):
    goto(page, server, "/duel?lang=en&dataset=helpcentre_en&a=tfidf&b=bm25")
    box = page.locator(".st-key-duel-find input")
    box.fill("word " * 76_000)
    box.press("Enter")
    page.get_by_text("No item is left.").wait_for()
    settle(page)
    assert len(page.url) < 2_000
    page.reload()
    settle(page)
    assert page.locator("h1").first.inner_text() == "Duel"


def test_deleting_in_one_tab_is_said_in_both_and_shows_no_other_dataset(page, server):
    goto(page, server, "/inspect?lang=en&dataset=mine")
    other = page.context.new_page()
    goto(other, server, "/datasets?lang=en&dataset=mine")
    other.get_by_text("I want to delete this dataset").click()
    settle(other)
    other.locator(".st-key-datasets-delete button").click()
    other.get_by_text("The dataset mine was deleted.").wait_for()
    other.close()
    call(page, "Leaderboard")
    page.get_by_text("The dataset mine was deleted.").wait_for()
    assert page.locator("[data-testid=stDataFrame]").count() == 0
    assert "dataset=mine" in page.url
