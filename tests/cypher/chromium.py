"""Neo4j Browser in headless Chromium, driven as a person does: connect, type commands, click on what a guide offers.

Chromium is the system's (the test skips where there is none, and fails when ``CI`` is ``true``). Every wait is for something on
the page; nothing sleeps.
"""

import base64
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from deploy.neo4j.server import Server

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Chromium as root in a container wants no sandbox; the others keep it from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 120_000
"""Milliseconds that anything on the page may take, on a machine that is busy with other tests."""
SIZE = {"width": 1360, "height": 1150}
_DROP = """([name, data]) => {
  const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0))
  const carried = new DataTransfer()
  carried.items.add(new File([bytes], name))
  document.querySelector('.filedrop').dispatchEvent(new DragEvent('drop', {dataTransfer: carried, bubbles: true}))
}"""

_DRAWN = """nodes => nodes.map((node) => [
  [...node.querySelectorAll('text')].map((text) => text.textContent.trim()).join(' '),
  node.querySelector('.b-outline').getAttribute('fill')
])"""


def find_chromium() -> str:
    """The program; without one the test is skipped, which CI does not forgive."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    if os.environ.get("CI") == "true":
        raise FileNotFoundError(f"none of {', '.join(NAMES)} is installed")
    pytest.skip("no Chromium")


class Neo4jBrowser:
    """A page on which Neo4j Browser is connected.

    Args:
        page: that page.
    """

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def frames(self) -> Locator:
        """What was run, the newest first."""
        return self.page.get_by_test_id("frame")

    def run(self, command: str) -> Locator:
        """Type a command and run it; the frame that it made."""
        before = self.frames.count()
        self.page.locator(".monaco-editor textarea").first.focus()
        self.page.keyboard.insert_text(command)
        self.page.keyboard.press("Control+Enter")
        return self._newest(before)

    def play(self, address: str) -> Locator:
        """Play a guide; the frame that holds it.

        Just after signing in, the Browser does not know yet which hosts the server lets it play from: it is asked again then.
        """
        end = time.monotonic() + PATIENCE / 1000
        while True:
            guide = self.run(f":play {address}")
            expect(guide.locator("pre.runnable, h3").first).to_be_visible()
            if guide.locator("pre.runnable").count():
                return guide
            assert time.monotonic() < end, guide.inner_text()
            self.close(guide)

    def click(self, runnable: Locator) -> Locator:
        """Run what a guide offers by its arrow; the frame that it made."""
        before = self.frames.count()
        runnable.locator("i").click()
        return self._newest(before)

    def _newest(self, before: int) -> Locator:
        expect(self.frames).to_have_count(before + 1)
        frame = self.frames.first
        contents = "[data-testid=frame-loaded-contents], [data-testid=rawParamData], [data-testid=frameStatusbar], pre, h3"
        expect(frame.locator(contents).first).to_be_visible()
        return frame

    def close(self, frame: Locator) -> None:
        """Close a frame."""
        before = self.frames.count()
        frame.get_by_title("Close").click()
        expect(self.frames).to_have_count(before - 1)

    def clear(self) -> None:
        """Close all frames."""
        self.page.locator(".monaco-editor textarea").first.focus()
        self.page.keyboard.insert_text(":clear")
        self.page.keyboard.press("Control+Enter")
        expect(self.frames).to_have_count(0)

    def drop(self, file: Path) -> None:
        """Drop a file onto the window."""
        self.page.evaluate(_DROP, [file.name, base64.b64encode(file.read_bytes()).decode()])


def drawn(frame: Locator) -> dict[str, str]:
    """The nodes that a frame draws: the colour of each by its caption."""
    expect(frame.locator("g.node").first).to_be_visible()
    return {re.sub(r"\s+", " ", caption): colour for caption, colour in frame.locator("g.node").evaluate_all(_DRAWN)}


@contextmanager
def connected(server: Server) -> Iterator[Neo4jBrowser]:
    """The Browser of a server, signed in as its user."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS, headless=True)
        page = chromium.new_page(viewport=SIZE)
        page.set_default_timeout(PATIENCE)
        page.goto(f"{server.http}/browser/", wait_until="domcontentloaded")
        page.get_by_test_id("username").fill(server.user)
        page.get_by_test_id("password").fill(server.password)
        page.get_by_test_id("connect").click()
        expect(page.get_by_test_id("password")).to_have_count(0)
        yield Neo4jBrowser(page)
        chromium.close()
