import pytest

from services.fetcher.schedule import MOST_SLOWED
from services.fetcher.site import Site


def after(site: Site, *requests: tuple[float, int | None]) -> Site:
    """The site after requests that took so long and were answered with this status."""
    now = 1000.0
    for seconds, status in requests:
        site.begins(now)
        site.ends(now, now + seconds, status)
        now += 100.0
    return site


@pytest.mark.parametrize(
    ("own", "crawl_delay", "requests", "gap", "pace"),
    [
        (1.0, None, [], 1.0, "own"),
        (1.0, None, [(0.2, 200)], 1.0, "own"),
        (1.0, None, [(0.4, 200)], 1.0, "own"),  # half of it is believed at once: 5 x 0.2
        (1.0, None, [(2.0, 200)], 5.0, "slow"),
        (1.0, None, [(2.0, 200), (0.0, 200), (0.0, 200), (0.0, 200)], 1.0, "own"),
        (1.0, None, [(30.0, None)], MOST_SLOWED, "slow"),  # no answer at all
        (1.0, 9.0, [(2.0, 200)], 9.0, "crawl-delay"),
        (1.0, 9.0, [(4.0, 200)], 10.0, "slow"),
        (1.0, 600.0, [(30.0, 503)], 600.0, "crawl-delay"),  # to its full length
        (1.0, None, [(0.0, 500)], 2.0, "failing"),
        (1.0, None, [(0.0, 429), (0.0, 503), (0.0, 500)], 8.0, "failing"),
        (1.0, None, [(0.0, 503)] * 2000, MOST_SLOWED, "failing"),
        (1.0, None, [(0.0, 503), (0.0, None), (0.0, 503)], 4.0, "failing"),
        (1.0, None, [(0.0, 503), (0.0, 404)], 1.0, "own"),
        (60.0, None, [(30.0, 503)], 60.0, "own"),
        (0.0, None, [(30.0, 503)], 0.0, "own"),  # a site of one's own
        (0.0, 2.0, [(30.0, 503)], 2.0, "crawl-delay"),
    ],
)
def test_the_gap_is_the_longest_that_anything_asks_for(
    own: float, crawl_delay: float | None, requests: list[tuple[float, int | None]], gap: float, pace: str
) -> None:
    site = after(Site(own, crawl_delay), *requests)
    assert (site.gap, site.pace) == (gap, pace)


def test_a_host_that_cannot_be_reached_does_not_make_its_site_slow() -> None:
    """Ten seconds of connecting to one host say nothing of the others."""
    site = after(Site(1.0), (2.0, 200))
    site.begins(2000.0)
    site.ends(None, 2010.0)
    assert (site.gap, site.left(2010.0)) == (5.0, 5.0)


def test_what_was_agreed_at_the_end_of_a_request_is_what_is_looked_at() -> None:
    """A gap that shrinks later makes no earlier request impolite, nor lets one out early."""
    site = Site(1.0)
    site.begins(0.0)
    site.ends(0.0, 4.0, 200)
    assert site.left(4.0) == 10.0
    assert site.begins(13.0) == "too-soon"
    site.ends(13.0, 13.0, 200)
    assert site.left(13.0) == 5.0
    assert site.begins(18.0) is None
