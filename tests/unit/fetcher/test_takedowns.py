"""Pages that are taken down are not asked for again, and nothing of them is remembered but that."""

from datetime import timedelta

import msgspec
import pytest

from schemas.codec import encode
from schemas.topics import FETCH_REQUESTS
from services.fetcher.canonical import page_id
from services.fetcher.feed_state import asked_key
from services.fetcher.revisits import Planned, planned_bytes, revisit_key
from services.fetcher.takedowns import TAKEDOWN, note_takedown, refuse_taken_down
from services.runtime.state import SqliteState
from services.stage import Remember, Skip
from tests.clock import START
from tests.unit.fetcher.test_pages import a_request
from tests.unit.fetcher.test_polling import desk, rss

REQUEST = a_request("https://tigris.example/a")
DOWN = msgspec.structs.replace(REQUEST, lane=TAKEDOWN, requested_at=START)


async def test_what_was_remembered_of_the_page_goes_and_that_it_is_down_stays() -> None:
    state = SqliteState(":memory:", "fetcher")
    await state.open()
    ident = REQUEST.page_id
    planned = planned_bytes(Planned(first_at=START, body_sha256="0" * 64))
    await state.remember(
        [
            Remember(asked_key(ident), encode(FETCH_REQUESTS, REQUEST)),
            Remember(revisit_key(ident), planned),
            Remember(asked_key("another"), b"{}"),
        ]
    )
    refuse_taken_down(REQUEST, state)
    for _ in range(2):
        await state.remember(note_takedown(DOWN))
    assert [key for key, _ in state.items("")] == ["asked:another", f"down:{ident}"]
    with pytest.raises(Skip, match=r"^taken-down: .*/a, on 2026-"):
        refuse_taken_down(REQUEST, state)
    await state.close()


async def test_a_list_that_names_it_again_is_not_heeded() -> None:
    async with desk({"/feed": rss("/1", "/2"), "/other": rss("/2", "/3")}) as ours:
        taken = a_request(ours.web.url + "/2", lane=TAKEDOWN)
        assert taken.page_id == page_id(ours.web.url + "/2")
        await ours.state.remember(note_takedown(taken))
        assert (await ours.poll("/feed"), await ours.poll("/other")) == (1, 1)
        await ours.clock.sleep(timedelta(days=60).total_seconds())
        assert await ours.poll("/feed") == 0
        assert ours.pages() == ["/1", "/3"]
        assert not ours.state.get(asked_key(taken.page_id))
