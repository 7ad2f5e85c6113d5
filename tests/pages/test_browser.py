"""Does a new user get from a file to the single items that went wrong, in a real browser?"""

import os
import re
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from engine.encoding import store
from engine.encoding.store import Shelf
from engine.jobs import queue, workers

SETTLED = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"
SHOTS = Path(os.environ.get("PARALLAX_SCREENSHOTS", Path(__file__).parents[1] / "screenshots"))
A4 = 680
"""Pixels between the margins of a sheet."""
WIDER = """() => [...document.querySelectorAll("body, body *")].filter(one => one.scrollWidth > one.clientWidth + 1
  && getComputedStyle(one).display !== "inline" && one.clientWidth).map(one => one.outerHTML.slice(0, 120))"""
"""What of a page is wider than its place."""
FOCUS = """place => {
  const one = document.activeElement;
  if (!one.matches(place)) return "";
  const around = [one, one.parentElement, one.parentElement.parentElement].map(each => getComputedStyle(each));
  const ring = around.some(style => style.boxShadow !== "none" || style.outlineStyle !== "none");
  return one.matches(":focus-visible") && (ring || one.matches("input")) ? "shown" : "hidden";
}"""
"""Whether the control at this place has the focus, and shows it (a box by its caret)."""
TOPICS = {
    "账单": ["发票怎么开", "重复扣款了怎么办", "会员费能退吗", "发票抬头写错了", "优惠券没有抵扣", "分期付款在哪里选"],
    "delivery": [
        "Where is my parcel?",
        "The box arrived open",
        "Parcel stuck in customs",
        "Change the delivery address",
        "Courier never came",
        "Tracking does not move",
    ],
    "heating": [
        "Thermostat shows the wrong temperature",
        "Schedule does not start",
        "Heating stays on at night",
        "Set a lower temperature",
        "Valve makes a noise",
        "Cold radiator in the morning",
    ],
}


def settle(page) -> None:
    """Until the server has answered and nothing runs any more."""
    page.wait_for_timeout(400)
    page.wait_for_selector(SETTLED)
    page.evaluate("() => new Promise(done => requestIdleCallback(done, {timeout: 20000}))")  # keys are heard by now


def goto(page, server, address: str) -> None:
    page.goto(server.url + address)
    settle(page)


def walk_to(page, place: str) -> None:
    """Come to a control by the Tab key alone, and see that the focus shows there."""
    for _step in range(200):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS, place)
        if found:
            assert found == "shown", f"nobody sees that {place} has the focus"
            return
    raise AssertionError(f"the Tab key does not come to {place}")


def choose(page, key: str, text: str) -> None:
    """Pick an option of a select box by typing it."""
    box = page.locator(f".st-key-{key.replace('.', '-')} input").first
    box.click()
    box.fill(text)
    page.get_by_role("option", name=text, exact=True).first.click()
    settle(page)


@pytest.fixture(scope="module")
def tickets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("files") / "tickets.csv"
    rows = [(text, label) for label, texts in TOPICS.items() for text in texts]
    rows += [("<script>document.title='owned'</script> <img src=x onerror=\"document.title='owned'\">", "delivery")]
    pd.DataFrame(rows, columns=["text", "label"]).to_csv(path, index=False, encoding="gb18030")
    return path


@pytest.fixture(scope="module")
def uploaded(page, server, tickets: Path):
    """The page after the file was uploaded and saved, from the first screen on by keys alone."""
    page.set_default_timeout(90_000)
    goto(page, server, "/")
    walk_to(page, "[data-testid=stPageLink-NavLink][href*=datasets]")
    page.keyboard.press("Enter")
    page.get_by_test_id("stFileUploader").wait_for()
    settle(page)
    with page.expect_file_chooser() as choosing:  # from here on, for Chromium is told to wait for it only after a while
        walk_to(page, "[data-testid=stFileUploader] button")
        page.keyboard.press("Enter")
    choosing.value.set_files(str(tickets))
    page.get_by_text("tickets: 19 rows · 2 columns").wait_for()
    page.get_by_text("belongs to the group").wait_for()  # the second way in which a text and a label can be meant
    settle(page)
    walk_to(page, ".st-key-upload-answer-1 button")
    page.keyboard.press("Enter")
    page.locator(".st-key-upload-save button").wait_for()
    settle(page)
    walk_to(page, ".st-key-upload-name input")
    page.keyboard.press("Control+A")
    page.keyboard.type("Desk tickets")
    page.keyboard.press("Enter")
    page.get_by_text("It is kept as desk-tickets.").wait_for()
    settle(page)
    walk_to(page, ".st-key-upload-save button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/runs*")
    settle(page)
    return page


@pytest.fixture(scope="module")
def run(uploaded, server, monkeypatch_module):
    """The page after two models have been run on the upload and their verdict was opened, by keys alone."""
    page = uploaded
    walk_to(page, ".st-key-runs-start button")
    page.keyboard.press("Enter")
    for _look in range(480):
        if len(states := [job.state for job in queue.jobs("batch")]) == 2 and set(states) == {"done"}:
            break
        page.wait_for_timeout(500)
    assert [job.state for job in queue.jobs("batch")] == ["done", "done"]
    walk_to(page, ".st-key-runs-verdict button")
    page.keyboard.press("Enter")
    page.get_by_text("On Desk tickets, all-MiniLM-L6-v2 is better than tfidf").wait_for()
    settle(page)
    return page


@pytest.fixture(scope="module")
def monkeypatch_module(server):
    """Workers of the served home, told to leave at the end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARALLAX_HOME", str(server.home))
        yield patch
        for lane in workers.LANES:
            workers.stop(lane)


def shot(page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def test_the_first_page_says_what_to_do(page, server):
    goto(page, server, "/")
    page.get_by_role("button", name="Score the samples").wait_for()
    shot(page, "welcome")


def test_a_chinese_file_in_gb18030_is_read_guessed_and_saved(uploaded):
    uploaded.get_by_text("Desk tickets").filter(visible=True).first.wait_for()
    shot(uploaded, "runs")


def test_runs_end_and_stand_on_the_leaderboard(run, server):
    goto(run, server, "/?dataset=desk-tickets")
    run.get_by_test_id("stDataFrame").first.wait_for()
    run.get_by_text("On Desk tickets, all-MiniLM-L6-v2 is better than tfidf").wait_for()
    shot(run, "leaderboard")


def test_keys_alone_lead_from_the_first_screen_to_the_verdict_and_on_to_the_duel(run, server):
    goto(run, server, "/?dataset=desk-tickets")
    walk_to(run, "[data-testid=stSidebarNavLink][href$='/duel']")
    run.keyboard.press("Enter")
    run.wait_for_url("**/duel*")
    run.get_by_text("won / tied / lost").wait_for()


def test_a_reload_keeps_the_view(run, server):
    goto(run, server, "/?dataset=desk-tickets&metric=v_measure")
    run.reload()
    settle(run)
    assert "dataset=desk-tickets" in run.url


def test_back_and_forward_lead_through_the_views_that_were_seen(run, server):
    goto(run, server, "/inspect?dataset=desk-tickets&a=all-MiniLM-L6-v2")
    chosen = run.locator(".st-key-a input").first
    choose(run, "a", "tfidf")
    run.get_by_role("button", name="Next").click()
    settle(run)
    second = item_of(run)
    run.go_back()
    settle(run)
    assert item_of(run) != second and chosen.input_value() == "tfidf"
    run.go_back()
    settle(run)
    assert chosen.input_value() == "all-MiniLM-L6-v2"
    run.go_forward()
    run.go_forward()
    settle(run)
    assert item_of(run) == second and chosen.input_value() == "tfidf"


def test_the_duel_shows_one_item_under_both_models(run, server):
    goto(run, server, "/duel?dataset=desk-tickets")
    run.get_by_text("won / tied / lost").wait_for()
    run.get_by_text("1 of 19").wait_for()
    shot(run, "duel")


def test_the_cost_page_names_its_points_apart_and_keeps_a_price_that_is_typed(run, server):
    goto(run, server, "/cost?dataset=desk-tickets")
    run.get_by_text(re.compile("scores highest|is the cheapest model")).first.wait_for()
    names = run.locator(".st-key-cost-frontier .annotation-text")
    names.first.wait_for()
    first, second = (one.bounding_box() for one in names.all())
    assert (
        first["y"] + first["height"] <= second["y"]
        or second["y"] + second["height"] <= first["y"]
        or (first["x"] + first["width"] <= second["x"] or second["x"] + second["width"] <= first["x"])
    )
    goto(run, server, "/cost?dataset=desk-tickets&axis=price")
    run.get_by_text("This cost is not known for any model yet").wait_for()
    run.get_by_role("button", name="Enter prices").click()
    table = run.locator(".st-key-cost-prices canvas").first
    table.scroll_into_view_if_needed()
    settle(run)
    box = table.bounding_box()
    run.mouse.dblclick(box["x"] + 0.8 * box["width"], box["y"] + 52)
    run.locator("#portal input").fill("0.5")
    run.keyboard.press("Enter")
    run.get_by_text("Not known for: tfidf").wait_for()
    names.first.wait_for()
    assert names.count() == 1
    shot(run, "cost")


def opened_offline(page, click, path: Path):
    """What a button gives, saved and opened in a browser without a network."""
    with page.expect_download() as download:
        click()
    download.value.save_as(path)
    alone = page.context.browser.new_context(offline=True).new_page()
    alone.goto(path.as_uri())
    return alone


def test_the_report_opens_with_the_network_off(run, server, tmp_path: Path):
    goto(run, server, "/?dataset=desk-tickets")
    run.locator(".st-key-leaderboard-report button").first.click()
    button = run.locator(".st-key-report-download button")
    alone = opened_offline(run, button.click, tmp_path / "report.html")
    alone.get_by_role("heading", name="Which embedding model is best on Desk tickets?").wait_for()
    assert "On Desk tickets, all-MiniLM-L6-v2 is better than tfidf" in alone.locator(".verdict").inner_text()
    assert "Where is my parcel?" not in alone.content()
    shot(alone, "report")
    alone.set_viewport_size({"width": 390, "height": 844})
    assert alone.evaluate(WIDER) == []
    alone.set_viewport_size({"width": A4, "height": 1000})
    alone.emulate_media(media="print")
    assert alone.evaluate(WIDER) == []
    parted = """() => [...document.querySelectorAll("h2 + *, h2 + p + .scroll")].filter(
      one => getComputedStyle(one.previousElementSibling).breakAfter !== "avoid").map(one => one.outerHTML)"""
    assert alone.evaluate(parted) == []  # no heading ends a sheet
    assert len(re.findall(rb"/Type\s*/Page\b", alone.pdf(prefer_css_page_size=True))) <= 2  # the answer, then its basis
    alone.context.close()


def test_the_reports_picture_leaves_as_a_png_for_slides(run, server, tmp_path: Path):
    goto(run, server, "/?dataset=desk-tickets")
    run.locator(".st-key-leaderboard-report button").first.click()
    with run.expect_download() as download:
        run.get_by_role("button", name="Picture for slides").click()
    download.value.save_as(tmp_path / "slide.png")
    with Image.open(tmp_path / "slide.png") as picture:
        assert picture.width == 1920 and len(picture.convert("RGB").getcolors(1 << 24)) > 20


def test_a_chart_leaves_as_a_file_that_draws_itself_offline(run, server, tmp_path: Path):
    goto(run, server, "/?dataset=desk-tickets")
    run.locator(".st-key-leaderboard-menu button").first.click()
    button = run.locator(".st-key-leaderboard-html button").first
    alone = opened_offline(run, button.click, tmp_path / "chart.html")
    alone.locator(".main-svg").first.wait_for()
    names = [one.bounding_box() for one in alone.locator(".ytick text").all()]
    assert len(names) == 2 and min(one["x"] for one in names) >= 0  # whole, not cut off at the edge
    alone.context.close()


def test_the_keyboard_walks_through_the_errors_only(run, server):
    goto(run, server, "/inspect?dataset=desk-tickets&a=all-MiniLM-L6-v2&show=wrong&right_from=1")
    total = int(run.get_by_text(re.compile(r"^1 of \d+$")).inner_text().split()[-1])
    assert 1 < total < 19  # some texts lie right in every draw, and the walk leaves them out
    run.get_by_role("button", name="Next").wait_for()
    run.locator("h1").click()
    settle(run)
    items = [item_of(run)]
    for step in range(2, total + 1):
        run.keyboard.press("ArrowRight")
        run.get_by_text(f"{step} of {total}", exact=True).wait_for()
        settle(run)
        items.append(item_of(run))
    assert len(set(items)) == total
    run.keyboard.press("ArrowLeft")
    run.get_by_text(f"{total - 1} of {total}", exact=True).wait_for()
    settle(run)
    assert item_of(run) == items[-2]
    shot(run, "inspect")


def item_of(page) -> str:
    """The item that the address names."""
    return parse_qs(urlparse(page.url).query)["item"][0]


def test_a_cell_that_is_clicked_is_kept_and_taken_away_with_its_ids(run, server):
    goto(run, server, "/inspect?dataset=desk-tickets&a=all-MiniLM-L6-v2")
    cell = run.locator(".st-key-inspect-contingency-all-MiniLM-L6-v2 .bars .point path").first
    cell.wait_for()
    box = cell.bounding_box()
    run.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    run.wait_for_url("**cluster=*")
    settle(run)
    chosen = parse_qs(urlparse(run.url).query)
    total = int(run.get_by_text(re.compile(r"^1 of \d+$")).inner_text().split()[-1])
    run.locator(".st-key-inspect-list-menu button").first.click()
    with run.expect_download() as caught:
        run.locator(".st-key-list-items-csv button").click()
    table = pd.read_csv(caught.value.path(), dtype=str)
    assert len(table) == total < 19 and table["item"].is_unique
    assert set(table["label"]) == set(chosen["label"]) and set(table["cluster"]) == set(chosen["cluster"])


def test_hostile_text_is_shown_and_never_run(run, server):
    goto(run, server, "/inspect?dataset=desk-tickets")
    seen = run.get_by_text("<script>document.title").filter(visible=True)  # the list holds it too, unseen, for readers
    for _item in range(19):
        if seen.count():
            break
        run.locator(".st-key-item-right button").click()
        settle(run)
    seen.first.wait_for()
    assert "owned" not in run.title()


def test_an_address_in_a_box_is_no_link(run, server):
    goto(run, server, "/?dataset=https://probe.invalid+www.probe.invalid+a@probe.invalid")
    said = run.get_by_test_id("stAlert").filter(has_text="probe").first
    said.wait_for()
    assert said.inner_text().replace("\u2060", "").count("probe.invalid") == 3
    assert not said.locator("a").count()


def test_a_search_shows_each_models_ranking(run, server):
    goto(run, server, "/search?dataset=desk-tickets&q=parcel")
    run.get_by_text("Parcel stuck in customs").first.wait_for(timeout=240_000)
    shot(run, "search")


def test_a_broken_upload_says_why_and_the_library_is_unharmed(run, server, tmp_path: Path):
    broken = tmp_path / "broken.csv"
    broken.write_bytes(bytes(range(256)) * 50)
    goto(run, server, "/datasets?datasets=upload")
    run.locator("input[type=file]").set_input_files(str(broken))
    run.get_by_text("This cannot be used as it is.").wait_for()
    goto(run, server, "/datasets?dataset=desk-tickets")
    run.get_by_text("Desk tickets").filter(visible=True).first.wait_for()


def test_after_kill_9_of_the_server_everything_is_still_there(run, server):
    server.stop(kill=True)
    server.start()
    goto(run, server, "/duel?dataset=desk-tickets")  # a deep link as the very first request
    run.get_by_text("won / tied / lost").wait_for()
    assert run.get_by_text("Page not found").count() == 0
    goto(run, server, "/?dataset=desk-tickets")
    run.get_by_test_id("stDataFrame").first.wait_for()


def test_nothing_is_asked_of_any_other_machine(run, server):
    asked: list[str] = []
    run.on("request", lambda request: asked.append(request.url))
    for address in ("/", "/duel", "/inspect", "/map", "/search", "/datasets", "/models", "/runs", "/method"):
        goto(run, server, address)
    assert [
        url for url in asked if not url.startswith((server.url, f"ws://127.0.0.1:{server.port}", "data:", "blob:"))
    ] == []


def test_clearing_stored_vectors_says_what_is_gone_and_leaves_no_other_row_chosen(page, server):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARALLAX_HOME", str(server.home))
        for name in ("0 first", "0 second"):  # they stand above all others
            keys = np.arange(6, dtype=np.uint64).reshape(3, 2)
            Shelf(name, name).append(keys, np.ones((3, 4), np.float32))
        goto(page, server, "/models?shelf=vectors&lang=en")
        box = page.get_by_test_id("stDataFrame").bounding_box()
        page.mouse.click(box["x"] + 16, box["y"] + 52)  # the tick of the first row
        settle(page)
        offer = page.get_by_role("button", name="Clear the chosen")
        offer.click()
        page.get_by_role("button", name="Clear 3 vectors").click()
        page.get_by_text("3 vectors were cleared.").wait_for()
        settle(page)
        assert {one.key for one in store.shelves()} & {"0 first", "0 second"} == {"0 second"}
        assert offer.is_disabled()
        store.clear("0 second")
