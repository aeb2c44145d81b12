import pytest

from services.fetcher.entries import Hints
from services.fetcher.feeds import read_listing

HOUR, DAY = 3600.0, 24 * 3600.0
SY = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'


def hints(head: str, opening: str = "<rss><channel>", closing: str = "</channel></rss>") -> Hints:
    return read_listing(
        f"{opening}{head}<item><link>/1</link></item>{closing}".encode(), "https://n.example/"
    ).hints


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("", Hints()),
        ("<ttl> 60 </ttl>", Hints(ttl=HOUR)),
        ("<ttl>0</ttl>", Hints(ttl=0.0)),
        ("<ttl>-5</ttl>", Hints()),
        ("<ttl>soon</ttl>", Hints()),
        ("<ttl>99999999999999</ttl>", Hints()),
        ("<ttl>5</ttl><ttl>9</ttl>", Hints(ttl=300.0)),
        ("<item><ttl>5</ttl></item>", Hints()),
        ("<skipHours><hour>0</hour><hour>24</hour><hour>7</hour></skipHours>", Hints(skip_hours=(0, 7))),
        ("<skipHours><hour>25</hour><hour>x</hour></skipHours>", Hints()),
        ("<skipHours>" + "".join(f"<hour>{h}</hour>" for h in range(24)) + "</skipHours>", Hints()),
        (
            "<skipDays><day>Saturday</day><day> sunday </day><day>Moonday</day></skipDays>",
            Hints(skip_days=(5, 6)),
        ),
        (f"<sy:updatePeriod {SY}>hourly</sy:updatePeriod>", Hints(period=HOUR)),
        (
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            Hints(period=900.0),
        ),
        ("<sy:updateFrequency>2</sy:updateFrequency>", Hints(period=DAY / 2)),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", Hints()),
        ("<sy:updatePeriod>now and then</sy:updatePeriod>", Hints()),
    ],
)
def test_a_feed_says_when_to_read_it(head: str, expected: Hints) -> None:
    assert hints(head) == expected


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("<channel>", "</channel>"),
        ('<rdf:RDF xmlns="http://purl.org/rss/1.0/"><channel>', "</channel></rdf:RDF>"),
        ('<feed xmlns="http://www.w3.org/2005/Atom">', "</feed>"),
    ],
)
def test_every_kind_of_feed_may_say_it(opening: str, closing: str) -> None:
    assert hints(f"<sy:updatePeriod {SY}>daily</sy:updatePeriod>", opening, closing) == Hints(period=DAY)


ATOM = 'xmlns:atom="http://www.w3.org/2005/Atom"'


@pytest.mark.parametrize(
    ("head", "hub"),
    [
        ("", None),
        (f'<atom:link {ATOM} rel="hub" href="https://hub.example/"/>', "https://hub.example/"),
        ('<atom:link rel="self HUB" href="/hub"/>', "https://n.example/hub"),
        ('<link rel="hub" href="https://a.example/"/><link rel="hub" href="https://b.example/"/>', "https://a.example/"),
        ('<link rel="hub" href="javascript:x"/><link rel="hub" href="https://b.example/"/>', "https://b.example/"),
        ('<link rel="self" href="https://n.example/f"/>', None),
        ('<link rel="hub"/>', None),
        ('<item><link rel="hub" href="https://hub.example/"/></item>', None),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("opening", "closing"), [("<rss><channel>", "</channel></rss>"), ("<feed>", "</feed>")]
)
def test_a_feed_names_its_hub(head: str, hub: str | None, opening: str, closing: str) -> None:
    assert hints(head, opening, closing).hub == hub


@pytest.mark.parametrize(
    ("hubs", "hub"),
    [
        ('[{"type": "rssCloud", "url": "https://c.example/"}, {"type": "WebSub", "url": "/h"}]', "https://n.example/h"),
        ('[{"type": "WebSub"}, 7]', None),
        ('"x"', None),
        ("null", None),
    ],
)  # fmt: skip
def test_a_json_feed_names_its_hub(hubs: str, hub: str | None) -> None:
    document = f'{{"items": [], "hubs": {hubs}}}'.encode()
    assert read_listing(document, "https://n.example/").hints.hub == hub


def test_the_pages_of_a_sitemap_say_nothing_of_it() -> None:
    document = b"<urlset><ttl>5</ttl><url><loc>/a</loc></url></urlset>"
    assert read_listing(document, "https://n.example/").hints == Hints()
