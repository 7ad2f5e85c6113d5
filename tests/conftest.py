"""A home of its own for every test that writes, and a real server and browser for those that look."""

import os
import platform
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
if platform.machine() == "x86_64":  # homes that a test compares could otherwise be measured otherwise
    os.environ.setdefault("PARALLAX_PRODUCT", "onednn")
# How long an example takes says more about the machine than about the code; a build server tries the same ones always.
settings.register_profile(
    "parallax",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("parallax")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty PARALLAX_HOME."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("PARALLAX_HOME", str(folder))
    return folder


@pytest.fixture
def fresh_caches() -> Iterator[None]:
    """Caches outlive an AppTest, and would show one home's shelves in another."""
    import streamlit as st

    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A dashboard on a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, program: Sequence[str] = ("pages.start",)) -> None:
        environment = os.environ | {"PARALLAX_HOME": str(self.home), "HF_HUB_OFFLINE": "1"}
        command = [sys.executable, "-m", *program, "--server.port", str(self.port)]
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        for _attempt in range(240):
            try:
                if urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1).status == 200:
                    return
            except OSError:
                if self.process.poll() is not None:
                    break
                self.wait(0.25)
        raise RuntimeError((self.home / "server.log").read_text())

    def wait(self, seconds: float) -> None:
        """Until the process ends, or so long."""
        assert self.process
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return

    def stop(self, *, kill: bool = False) -> None:
        if self.process:
            self.process.kill() if kill else self.process.terminate()
            self.process.wait(20)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard that runs while a module's tests do; its workers end with it."""
    home = tmp_path_factory.mktemp("served")
    one = Server(home)
    one.start()
    yield one
    one.stop()
    subprocess.run(
        [sys.executable, "-m", "engine.worker", "--stop"],
        cwd=ROOT,
        env=os.environ | {"PARALLAX_HOME": str(home)},
        check=False,
    )


@pytest.fixture(scope="module")
def page(server: Server):
    """A page of a headless Chromium, on the server's first page."""
    from playwright.sync_api import sync_playwright

    from tests.browser import find

    arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--use-gl=angle",
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=arguments)
        context = browser.new_context(viewport={"width": 1400, "height": 1000}, locale="en-GB", accept_downloads=True)
        one = context.new_page()
        one.set_default_timeout(60_000)
        one.goto(server.url)
        yield one
        browser.close()
