"""Do the linked pictures work where they are drawn: in a browser, by pointer and by keys, with WebGL and without?"""

import base64
import re

import pytest

from engine.datasets import library
from engine.maps import build
from engine.models import catalogue
from engine.runs import evaluate

WANTED = {
    "dataset": "helpcentre_en",
    "models": ["tfidf", "bm25"],
    "fields": ["queries", "corpus"],
    "projection": "pca",
    "limit": 20_000,
}
LINK = "map?dataset=helpcentre_en&models=tfidf&models=bm25&fields=queries&fields=corpus&projection=pca"
READY = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"
WITH_CARD = """
window.Worker = class {
  constructor() { setTimeout(() => this.onmessage({ data: "a graphics card" })); }
  terminate() {}
};
"""
WITHOUT_WEBGL = """
const given = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind === "webgl2" ? null : given.call(this, kind, ...rest);
};
"""


@pytest.fixture(scope="module")
def view(server) -> build.MapView:
    """A map of two models with scores in the home of the server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARALLAX_HOME", str(server.home))
        for name in WANTED["models"]:
            evaluate.evaluate(catalogue.find(name), library.load(WANTED["dataset"]))
        build.build(WANTED, lambda share, message: None)
        return build.find(WANTED)


def look(page, server, more: str = "") -> None:
    """The map's page, once it stands still."""
    page.goto(f"{server.url}/{LINK}{more}")
    page.wait_for_selector(READY)
    page.wait_for_selector("canvas.over")
    page.wait_for_selector(READY)
    page.wait_for_timeout(500)


def selected(page) -> int:
    """The number of selected points, as the map says it."""
    said = page.locator(".state").text_content()
    return int(re.sub(r"\D", "", said)) if "selected" in said else 0


def coloured(page, panel: int) -> int:
    """How many pixels of the panel are neither white, grey nor black: what is left are points."""
    picture = base64.b64encode(page.locator(".stage").nth(panel).screenshot()).decode()
    return page.evaluate(
        """async picture => {
            const image = new Image();
            image.src = `data:image/png;base64,${picture}`;
            await image.decode();
            const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
            pen.drawImage(image, 0, 0);
            const data = pen.getImageData(0, 0, image.width, image.height).data;
            let count = 0;
            for (let at = 0; at < data.length; at += 4) {
                const parts = data.slice(at, at + 3);
                count += Math.max(...parts) - Math.min(...parts) > 60;
            }
            return count;
        }""",
        picture,
    )


def lasso(page, panel: int = 0) -> None:
    """Draw a lasso around the middle of a panel."""
    canvas = page.locator("canvas.over").nth(panel)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    x, y, reach = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["width"] / 8
    page.get_by_role("button", name="Select by a lasso (or hold Shift)").click()
    page.mouse.move(x - reach, y - reach)
    page.mouse.down()
    for dx, dy in ((1, -1), (1, 1), (-1, 1), (-1, -1)):
        page.mouse.move(x + dx * reach, y + dy * reach, steps=4)
    page.mouse.up()
    page.wait_for_timeout(300)
    page.wait_for_selector(READY)


def test_a_lasso_in_one_picture_selects_in_all_lists_the_texts_and_has_an_address(page, server, view):
    look(page, server)
    page.wait_for_selector(".js-plotly-plot")  # the charts follow the map
    before = coloured(page, 0), coloured(page, 1)
    assert min(before) > 500
    lasso(page)
    assert coloured(page, 0) < before[0] and coloured(page, 1) < before[1]  # the others have faded
    count = selected(page)
    assert 0 < count < len(view.points)
    page.get_by_text(f"{count} texts selected").wait_for()  # Python counts what the browser drew
    pressed = page.locator(".st-key-map-list [role=radio][aria-checked=true]")
    assert pressed.text_content() == "Selected"
    assert "select=lasso" in page.url
    page.reload()
    page.wait_for_selector("canvas.over")
    page.get_by_text(f"{count} texts selected").wait_for()
    page.wait_for_selector(READY)
    assert selected(page) == count


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pictures_begin_in_the_upper_half_of_a_small_screen(page, server, view, language):
    small = page.context.new_page()  # of its own: the other tests go on with the size they began with
    small.set_viewport_size({"width": 1280, "height": 720})
    look(small, server, f"&lang={language}")
    assert small.locator(".stage").first.bounding_box()["y"] <= 304  # the line that an example has above is 56 high
    small.close()


def test_all_points_are_in_view_at_first_and_after_the_press_that_shows_all(page, server, view):
    look(page, server)
    page.get_by_role("button", name="Nearer").click()
    page.get_by_role("button", name="Show all").click()
    page.get_by_role("button", name="Select by a box").click()
    for panel in (0, 1):
        box = page.locator("canvas.over").nth(panel).bounding_box()
        page.mouse.move(box["x"] + 3, box["y"] + 3)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 3, box["y"] + box["height"] - 3, steps=4)
        page.mouse.up()
        page.get_by_text(f"{len(view.points)} texts selected").wait_for()
        page.locator(".bar [title='Clear the selection']").click()
        page.get_by_text("texts selected").wait_for(state="detached")
        page.wait_for_selector(READY)


def test_where_colours_differ_by_model_the_legend_counts_for_the_one_in_front_and_names_it(page, server, view):
    look(page, server, "&colour=right&show=alone")
    said = {}
    for model in ("tfidf", "bm25"):
        page.locator(".bar .model", has_text=model).click()
        page.locator(".legend .of", has_text=model).wait_for()
        said[model] = page.locator(".legend button.group").all_text_contents()
    assert all(said.values()) and said["tfidf"] != said["bm25"]
    look(page, server, "&colour=field&show=beside")
    assert "·" not in page.locator(".legend .of").text_content()


def test_a_selection_is_kept_as_a_slice(page, server, view):
    look(page, server)
    page.locator(".legend button.group").first.click()
    page.get_by_text("texts selected").wait_for()
    page.get_by_role("button", name="Keep as a slice").click()
    page.get_by_label("Name of the slice").fill("from the map")
    page.get_by_label("Name of the slice").press("Enter")
    page.wait_for_selector(READY)
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_text("from the map is kept").wait_for()


def test_one_at_a_time_the_points_move_to_where_the_other_model_puts_them(page, server, view):
    look(page, server, "&show=alone")
    assert page.locator(".panel:visible figcaption").all_text_contents() == ["tfidf"]
    page.locator(".bar .model", has_text="bm25").click()
    page.wait_for_selector(READY)
    assert page.locator(".panel:visible figcaption").all_text_contents() == ["bm25"]
    page.wait_for_url(re.compile("front=bm25"))


def test_a_press_on_the_legend_selects_a_group_and_escape_clears_it(page, server, view):
    look(page, server)
    group = page.locator(".legend .group").first
    group.click()
    page.wait_for_selector(READY)
    assert selected(page) == int(group.locator("small").text_content()) > 0
    page.locator("canvas.over").first.focus()
    page.keyboard.press("Escape")
    page.wait_for_selector(READY)
    assert selected(page) == 0


def test_by_keys_alone_a_text_is_found_and_looked_at(page, server, view):
    look(page, server)
    page.locator("canvas.over").first.focus()
    for key in ("ArrowRight", "+", "Enter"):
        page.keyboard.press(key)
    page.get_by_text("Nearest texts, in full dimension").wait_for()


def test_where_there_is_a_graphics_card_webgl_draws_what_is_painted_without_one(page, server, view):
    look(page, server)
    assert page.locator("canvas.points").count() == 2 and not page.locator("canvas.card").count()
    painted = coloured(page, 0)
    other = page.context.new_page()
    other.set_default_timeout(60_000)
    other.add_init_script(WITH_CARD)
    look(other, server)
    other.wait_for_selector("canvas.card >> nth=1")
    assert coloured(other, 0) == pytest.approx(painted, rel=0.1)
    lasso(other)
    assert selected(other) > 0 and coloured(other, 0) < painted
    other.close()


def test_where_webgl_fails_the_points_stay_painted(page, server, view):
    other = page.context.new_page()
    other.set_default_timeout(60_000)
    other.add_init_script(WITH_CARD + WITHOUT_WEBGL)
    look(other, server)
    assert other.locator("canvas.points").count() == 2 and not other.locator("canvas.card").count()
    assert coloured(other, 0) > 500 and coloured(other, 1) > 500
    other.close()
