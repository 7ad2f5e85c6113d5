"""A Chromium for the browser tests: one that is already there, Playwright's own, or the package manager's."""

import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def playwrights_own() -> str | None:
    """Where Playwright keeps its Chromium, if it has been installed."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if path and Path(path).exists() else None


def find() -> str | None:
    """The path of a Chromium on this machine."""
    return next((path for path in map(shutil.which, NAMES) if path), None) or playwrights_own()


def install() -> str | None:
    """Install one by Playwright, or else by the package manager; the path of what came of it."""
    package_manager = ["apt-get", "install", "-y", "-qq", "chromium", "fonts-noto-cjk"]
    ways = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get"):
        ways += [["apt-get", "update", "-qq"], package_manager]
        if shutil.which("sudo"):
            ways += [["sudo", "-n", *way] for way in ways[1:]]
    for way in ways:
        subprocess.run(way, check=False)
        if path := find():
            return path
    return None


if __name__ == "__main__":
    if not (find() or install()):
        sys.exit("The browser tests need Chromium, and it could not be installed. Install it, and run make test again.")
