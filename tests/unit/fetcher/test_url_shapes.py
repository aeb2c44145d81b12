import pytest

from bench.sections import HOME, SITES, Site, learned, marks
from services.fetcher.canonical import canonical_url
from services.fetcher.sections import NOTHING_LEARNED, article_rule
from services.fetcher.url_shapes import ENOUGH, MOST_SHAPES, SEEN, VARIED, Shapes, shape_of
from tests.unit.fetcher.test_polling import desk
from tests.unit.fetcher.worlds import Page, response

N = "https://n.example"


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/node/1234", "/node/###"),
        ("/node/1234/", "/node/###/"),
        ("/fa/news/123", "/fa/news/###"),
        ("/news/123456", "/news/######"),
        ("/news/123456789012", "/news/#########"),
        ("/page/2", "/page/#"),
        ("/2026/11/20/two-rivers-agree-again", "/{year}/#/#/{many-words}"),
        ("/1405/08/29/rivers", "/{year}/#/#/rivers"),
        ("/2026-11-20/rivers.html", "/{date}/rivers.html"),
        ("/20261120/dam-opens.html", "/{date}/{words}.html"),
        ("/world/two-rivers-agree-again-482991.html", "/world/{many-words}-######.html"),
        ("/482991-dam-opens", "/######-{words}"),
        ("/article71000", "/article###"),
        ("/story/6f91000c2a7be1", "/story/{key}"),
        ("/%D8%B3%D8%AF-%D9%88-%D8%A2%D8%A8-%D8%B4%D9%85%D8%A7%D9%84", "/{many-words}"),
        ("/?p=123", "/?p=###"),
        ("/index.php?view=article&id=7", "/index.php?id=#&view=article"),
        ("/a/b/c/d/e/f/g/h/i", None),
        ("/", None),
        ("/x?" + "&".join(f"name{n}=value" for n in range(20)), None),
    ],
)
def test_an_address_is_generalised_to_its_shape(path: str, shape: str | None) -> None:
    assert shape_of(canonical_url(N + path)) == shape


def taught(*paths: str) -> frozenset[str]:
    return NOTHING_LEARNED.learn(canonical_url(N + path) for path in paths).known()


@pytest.mark.parametrize(
    "pattern",
    [
        "/news/{}", "/category/{}", "/news/two-words", "/page/1{}", "/2026/1{}", "/2026/11/1{}",
        "/{}",        "/?page=12{}", "/list?cat=4{}", "/archive?year=202{}",
    ],
)  # fmt: skip
def test_nothing_is_learned_that_a_menu_may_have_too(pattern: str) -> None:
    assert taught(*(pattern.format(number) for number in range(SEEN + 1))) == frozenset()


def test_a_shape_is_known_once_several_pages_had_it() -> None:
    paths = [f"/node/{1000 + number}" for number in range(SEEN)]
    assert taught(*paths[:-1]) == frozenset()
    assert taught(*paths) == {"/node/###"}


def test_a_place_that_holds_many_words_holds_any() -> None:
    words = ("economy", "politics", "sport", "culture", "water")[:VARIED]
    known = taught(*(f"/en/{word}/1234" for word in words))
    assert known == {"/{word}/{word}/###"}
    assert taught(*(f"/en/{word}/1234" for word in words[:-1])) == frozenset()


def test_what_is_learned_is_bounded_and_what_is_gone_fades() -> None:
    many = NOTHING_LEARNED.learn(f"{N}/word{chr(97 + n % 26)}{n // 26 * 'x'}/1234" for n in range(200))
    assert len(many.counts) == MOST_SHAPES
    old = NOTHING_LEARNED.learn(f"{N}/old/{1000 + n}" for n in range(50))
    after = old
    for turn in range(10):
        after = after.learn(f"{N}/new/{1000 + n}" for n in range(turn * ENOUGH, (turn + 1) * ENOUGH))
    assert old.known() == {"/old/###"}
    assert after.known() == {"/new/###"}
    assert max(after.counts.values()) <= ENOUGH


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_what_a_feed_names_finds_the_articles_of_a_section_page(site: Site) -> None:
    """`python -m bench.sections` prints the same figures."""
    fixed = marks(article_rule(HOME, NOTHING_LEARNED), site)
    recall, precision = marks(article_rule(HOME, learned(site)), site)
    assert recall == 1.0
    assert precision >= max(fixed[1], 0.9) - 0.01


def test_no_menu_passes_by_what_was_learned() -> None:
    menus = ("/tag/1234", "/author/1234", "/category/1234", "/gallery/1234", "/node", "/node/12.jpg")
    rule = article_rule(HOME, Shapes(counts={"/node/###": 50, "/tag/###": 50}))
    assert [path for path in (*menus, "/node/1234") if rule(HOME + path)] == ["/node/1234"]
    assert not rule("https://other.example/node/1234")


async def test_a_section_page_is_read_by_what_a_feed_of_its_site_has_named() -> None:
    items = "".join(f"<item><link>/node/{1000 + number}</link></item>" for number in range(5))
    section = b'<a href="/node/5001">Two rivers, one agreement</a><a href="/gallery/5001">Pictures</a>'
    pages: dict[str, Page] = {
        "/world": response(section, content_type="text/html"),
        "/feed": response(f"<rss><channel>{items}</channel></rss>".encode()),
    }
    async with desk(pages) as ours:
        assert await ours.poll("/world", "section") == 0
        assert await ours.poll() == 5
        assert await ours.poll("/world", "section") == 1
        assert ours.pages()[-1] == "/node/5001"
