"""How soon is a map of many points there, how soon does a lasso fill the table, and how much travels for it?

The map: from the call of the address in a fresh page, and from the press that asks for it in a page that stood open
without it, until the points are drawn and the script is at rest.

The map's own component against the same view as a pair of Plotly charts, in one run of a headless Chromium without a
GPU, and beside both the same page without a map. The points are the first two principal components of the texts under
all-MiniLM-L6-v2 and under TF-IDF.

python -m benchmarks.map_pictures TEXTS.parquet FOLDER [n …]   (column `text`; 20,000 of them, drawn with a seed, are
encoded into FOLDER unless they lie there; beyond the texts there are, points are repeated)
"""

import math
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine.encoding import encode
from engine.models import catalogue
from engine.projections import pca
from engine.types import Texts
from tests.browser import find
from tests.conftest import free_port

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 2
TEXTS = 20_000
ARGUMENTS = ["--headless", "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
READY = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"
SHOWN = {
    "none": ("[data-testid=stDataFrame]",),
    "ours": (".scatter[data-drawn]",),  # set when the points are on both canvases
    "plotly": (".st-key-first .nsewdrag", ".st-key-second .nsewdrag"),  # there when the points have been drawn
}
STAGE = {"ours": "canvas.over", "plotly": ".st-key-first .nsewdrag"}


def main(path: str, folder: str, *counts: str) -> None:
    """Prints a row per kind and number of points."""
    prepare(Path(path), Path(folder))
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "benchmarks/map_app.py", "--server.port", str(port)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    server = subprocess.Popen([*command, "--", folder], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        print(
            "| points | by | fresh page s | open page s | lasso to table s | MB for the view | for the lasso | back |"
        )
        print("|--:|---|--:|--:|--:|--:|--:|--:|")
        for count in counts or ("10000", "100000", "500000"):
            for kind, figures in measured(f"http://127.0.0.1:{port}/?n={count}&kind=").items():
                print(f"| {int(count):,} | {kind} | {figures} |", flush=True)
    finally:
        server.terminate()
        server.wait(20)


def wait_for(address: str) -> None:
    """Until the server answers."""
    for _attempt in range(240):
        try:
            urllib.request.urlopen(address, timeout=1).close()
            return
        except OSError:
            time.sleep(0.25)
    raise RuntimeError("the server did not start")


def prepare(path: Path, folder: Path) -> None:
    """The texts, their vectors and their places under both models, where the views and map_umap find them."""
    if (folder / "b.npy").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    every = pd.read_parquet(path, columns=["text"])
    texts = every.sample(min(TEXTS, len(every)), random_state=0).reset_index(drop=True)
    texts.to_parquet(folder / "texts.parquet")
    for name, model in (("a", "all-MiniLM-L6-v2"), ("b", "tfidf")):
        encoder = catalogue.load(catalogue.find(model), "bfloat16").fit(texts["text"].tolist())
        vectors = encode.encode(encoder, Texts(texts["text"].tolist())).vectors
        if isinstance(vectors, np.ndarray):
            np.save(folder / f"{name}_vectors.npy", vectors)
        places = pca.project(vectors)
        low, high = np.quantile(places, [0.005, 0.995], axis=0)
        np.save(folder / f"{name}.npy", (places - (low + high) / 2) / (float((high - low).max()) / 2))


def measured(address: str) -> dict[str, str]:
    """Per kind medians of some rounds, in turns, each in fresh pages of a browser that has the code of all already."""
    from playwright.sync_api import sync_playwright

    found: dict[str, list[tuple[float, ...]]] = {kind: [] for kind in SHOWN}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1400, "height": 1000})
        for kind in [*SHOWN] * (ROUNDS + 1):
            found[kind].append(visit(context, address, kind))
        browser.close()
    middle = {kind: map(statistics.median, zip(*rounds[1:], strict=True)) for kind, rounds in found.items()}
    return {kind: " | ".join("–" if one != one else f"{one:.2f}" for one in row) for kind, row in middle.items()}


def visit(context: Any, address: str, kind: str) -> tuple[float, ...]:
    """Seconds to the map in a fresh page and in an open one, and to the table of a lasso; megabytes that travelled."""
    page, got, sent = context.new_page(), [0], [0]
    page.set_default_timeout(180_000)

    def listen(socket: Any) -> None:
        socket.on("framereceived", lambda data: got.__setitem__(0, got[0] + len(data)))
        socket.on("framesent", lambda data: sent.__setitem__(0, sent[0] + len(data)))

    page.on("websocket", listen)
    start = time.perf_counter()
    page.goto(address + kind)
    first, view = drawn(page, kind) - start, got[0]
    if kind == "none":
        page.close()
        return first, math.nan, math.nan, view / 1e6, math.nan, math.nan
    back = sent[0]
    taken = lasso(page, kind)
    travelled = (view / 1e6, (got[0] - view) / 1e6, (sent[0] - back) / 1e6)
    page.close()
    return first, opened(context, address, kind), taken, *travelled


def opened(context: Any, address: str, kind: str) -> float:
    """Seconds from the press that asks for the map, in a page that stands without it."""
    page = context.new_page()
    page.set_default_timeout(180_000)
    page.goto(f"{address}none")
    drawn(page, "none")
    page.wait_for_timeout(1000)
    start = time.perf_counter()
    page.get_by_text(kind, exact=True).click()
    found = drawn(page, kind) - start
    page.close()
    return found


def drawn(page: Any, kind: str) -> float:
    """The moment at which the view is there: its points drawn, last line there, script at rest, two frames on."""
    for one in SHOWN[kind]:
        page.wait_for_selector(one)
    page.get_by_text("0 listed", exact=True).wait_for()
    page.wait_for_selector(READY)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return time.perf_counter()


def lasso(page: Any, kind: str) -> float:
    """Seconds from the end of a lasso to the table of what it holds."""
    if kind == "ours":
        page.get_by_role("button", name="Select by a lasso (or hold Shift)").click()
    box = page.locator(STAGE[kind]).first.bounding_box()
    x, y, reach = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["height"] / 4
    page.mouse.move(x - reach, y - reach)
    page.mouse.down()
    for dx, dy in ((1, -1), (1, 1), (-1, 1), (-1, -1)):
        page.mouse.move(x + dx * reach, y + dy * reach, steps=5)
    start = time.perf_counter()
    page.mouse.up()
    page.wait_for_function("() => /\\b[1-9]\\d* listed/.test(document.body.innerText)")
    page.wait_for_selector(READY)
    return time.perf_counter() - start


if __name__ == "__main__":
    main(*sys.argv[1:])
