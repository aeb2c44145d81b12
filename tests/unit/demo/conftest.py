"""The news web on ports of its own, so that tests and a running demo do not meet."""

from collections.abc import Iterator

import httpx
import pytest

from deploy.demo.server import NEWSROOMS, NewsWeb


@pytest.fixture(scope="module")
def web() -> Iterator[NewsWeb]:
    with NewsWeb(dict.fromkeys(NEWSROOMS, 0)) as running:
        yield running


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=10, trust_env=False) as running:
        yield running
