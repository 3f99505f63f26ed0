from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import consoles
from tests.consoles import Console


@pytest.fixture(scope="session")
def console(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Console]:
    with consoles.console(tmp_path_factory.mktemp("flower"), redis_url) as running:
        yield running
