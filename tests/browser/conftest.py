"""A real Chromium, and pages in it that notice what should not happen on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import servers

QUIET = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = servers.need("chromium", Path("/usr/bin"))
    with playwright_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Pages of whoever types this name and password. An error or a refused script fails the test."""
    contexts: list[Any] = []
    troubles: list[str] = []

    def opened(name: str, password: str) -> Any:
        login = {"username": name, "password": password}
        context = browser.new_context(http_credentials=login, viewport={"width": 1280, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
        page.on(
            "console", lambda line: troubles.append(line.text) if "Security Policy" in line.text else None
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []
