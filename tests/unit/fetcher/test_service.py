import pytest

from services.fetcher.service import TURNS, handling_limit
from services.fetcher.waiting import MOST


@pytest.mark.parametrize("fetch_seconds", [0.5, 5.0, 15.0, 30.0, 120.0])
def test_a_request_may_wait_for_its_time_however_little_a_page_may_take(fetch_seconds: float) -> None:
    limit = handling_limit(fetch_seconds)
    assert limit > 1.5 * MOST
    assert limit > fetch_seconds * (TURNS + 1)
