"""The console in a frame of somebody else's page, where a click could be stolen: the browser refuses."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests import consoles
from tests.consoles import Console

pytestmark = [pytest.mark.browser, pytest.mark.integration]


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Console]:
    with consoles.console(tmp_path_factory.mktemp("flower"), redis_url) as running:
        yield running


class Framing(BaseHTTPRequestHandler):
    """Somebody else's page, with the console in a frame."""

    inside = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f'<iframe src="{self.inside}"></iframe>'.encode())

    def log_message(self, *_: object) -> None:
        pass


def test_a_browser_shows_the_console_in_nobodys_frame(console, browser):
    Framing.inside = f"{console.url}/dead-letters"
    with HTTPServer(("127.0.0.1", 0), Framing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        login = {"username": "anna", "password": consoles.PASSWORDS["anna"]}
        page = browser.new_context(http_credentials=login).new_page()
        said: list[str] = []
        page.on("console", lambda line: said.append(line.text))
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        page.wait_for_timeout(500)
        server.shutdown()
    assert "Dead letters" not in "".join(frame.content() for frame in page.frames)
    assert any("frame" in line for line in said)
