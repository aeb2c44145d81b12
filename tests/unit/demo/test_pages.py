"""What expected.toml promises of the pages is true of the pages themselves."""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from lxml import etree, html

from deploy.demo.server import HERE, NewsWeb

EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((HERE / "expected.toml").read_text("utf-8"))
PAGES = EXPECTED["pages"]
STORED = [key for key, page in PAGES.items() if page["fate"] == "stored"]
BODIES = {  # where each house puts the paragraphs of an article
    "tigris": "//div[@class='entry-content']/p",
    "zagros": "//div[@id='story']/p[not(starts-with(., '(Reporting'))]",
    "basra": "//div[@itemprop='articleBody']/p[@class='txt']",
    "gulf": "//div[@class='body-text']/p",
    "caspian": "//div[@class='post-content']/p",
    "hawler": "//section[@class='article-text']/p[not(@class)]",
    "arvand": "//div[@class='item-text' or @class='story']/p",
}
LISTS = {
    "tigris/feed.rss": "//item/link/text()",
    "zagros/latest.atom": "//*[local-name()='entry']/*[local-name()='link']/@href",
    "basra/news-sitemap.xml": "//*[local-name()='loc']/text()",
    "caspian/rss.xml": "//item/link/text()",
    "hawler/en/feed.atom": "//*[local-name()='entry']/*[local-name()='link']/@href",
    "arvand/feed.rss": "//item/link/text()",
}
ZAGROS = "zagros/en/energy/iraq-iran-gas-agreement-20261117-4471.html"
TIGRIS = "tigris/2026/11/17/baghdad-tehran-seal-gas-accord/"
BASRA = "basra/news/oil-and-power/basra-plants-promised-iranian-gas-until-2031.html"
GULF = "gulf/world/2026/11/17/iraq-and-iran-sign-gas-deal-to-run-to-2031"
HAWLER = "hawler/en/iraq/2026/171120261"
CASPIAN = "caspian/2026/11/18/baghdad-and-tehran-seal-fuel-accord.html"
POWER_LINE = "basra/news/oil-and-power/burnt-power-line-basra-khuzestan-rebuilt-by-june.html"


def page_tree(key: str) -> html.HtmlElement:
    path = HERE / "sites" / key
    body = (path / "index.html" if path.is_dir() else path).read_bytes()
    text = body.decode("windows-1256" if b"windows-1256" in body else "utf-8")
    return html.fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))


def paragraphs(key: str) -> list[str]:
    found = page_tree(key).xpath(BODIES[key.partition("/")[0]])
    assert isinstance(found, list)
    return [
        " ".join(map(str, element.itertext())) for element in found if isinstance(element, etree._Element)
    ]


def shingles(key: str) -> set[tuple[str, ...]]:
    """The 3-word shingles of an article's paragraphs, lower case, punctuation dropped."""
    words = re.findall(r"\w+", " ".join(paragraphs(key)).lower())
    return set(zip(words, words[1:], words[2:], strict=False))


def jaccard(one: str, other: str) -> float:
    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b)


def listed(web: NewsWeb, client: httpx.Client) -> Iterator[str]:
    """Every key that a feed names, without the query."""
    names = {address: name for name, address in web.addresses.items()}
    urls = [item["url"] for item in json.loads(client.get(web.url("gulf/feed.json")).content)["items"]]
    for key, path in LISTS.items():
        found = etree.fromstring(client.get(web.url(key)).content).xpath(path)
        assert isinstance(found, list)
        urls += [str(url) for url in found]
    for url in urls:
        scheme, _, host, path = url.partition("?")[0].split("/", 3)
        yield f"{names[f'{scheme}//{host}']}/{path}"


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        (ZAGROS, HAWLER, 0.95, 1.0),  # the honest reprint
        (ZAGROS, GULF, 0.85, 0.97),  # the sister paper, nearly verbatim
        (TIGRIS, CASPIAN, 0.25, 0.6),  # the spun copy
        (ZAGROS, TIGRIS, 0.0, 0.08),  # three newsrooms, each in its own words
        (ZAGROS, BASRA, 0.0, 0.08),
        (TIGRIS, BASRA, 0.0, 0.08),
        (ZAGROS, CASPIAN, 0.0, 0.08),
        (BASRA, POWER_LINE, 0.0, 0.02),  # the look-alike
    ],
)
def test_copies_share_as_much_as_promised(one: str, other: str, low: float, high: float) -> None:
    assert low <= jaccard(one, other) <= high


@pytest.mark.parametrize("key", [ZAGROS, TIGRIS, BASRA])
def test_the_story_is_told_at_length_with_the_same_names_and_figures(key: str) -> None:
    text = " ".join(paragraphs(key))
    assert 250 <= len(text.split()) <= 450
    for name in (
        "Haitham al-Sawaf",
        "Behrouz Karvandi",
        "Grant Ellery",
        "Nawfal al-Tamer",
        "Trade Bank of Iraq",
    ):
        assert name in text
    for figure in ("45 million cubic metres", "25 million", "4,200 megawatts"):
        assert figure in text


def test_the_newsrooms_differ_in_one_figure() -> None:
    said = {
        key: re.findall(r"\$\d\.\d billion", " ".join(paragraphs(key))) for key in (ZAGROS, TIGRIS, BASRA)
    }
    assert said == {ZAGROS: ["$3.8 billion"], TIGRIS: ["$3.8 billion"], BASRA: ["$4.2 billion"]}


def test_the_lists_name_exactly_the_expected_pages(web: NewsWeb, client: httpx.Client) -> None:
    found = list(listed(web, client))
    assert sorted(found) == sorted(PAGES)


def test_the_section_page_lists_articles_of_the_feed_again(web: NewsWeb, client: httpx.Client) -> None:
    page = client.get(web.url("hawler/en/iraq/")).text
    assert {HAWLER, "hawler/en/iraq/2026/191120264"} <= {
        f"hawler{link}" for link in re.findall('href="([^"]+)"', page)
    }


@pytest.mark.parametrize("key", PAGES)
def test_a_page_is_served_unless_it_is_expected_to_fail(key: str, web: NewsWeb, client: httpx.Client) -> None:
    try:
        status = client.get(web.url(key)).status_code
    except httpx.RemoteProtocolError:
        status = 0
    assert status == {
        "basra/news/city/ferry-fares-rise-again.html": 404,
        "caspian/2026/11/19/customs-takings-mandali-crossing.html": 0,
    }.get(key, 200)


@pytest.mark.parametrize("key", STORED)
def test_a_stored_page_has_text_and_its_title(key: str, web: NewsWeb, client: httpx.Client) -> None:
    answer = client.get(web.url(key))
    page = answer.content.decode("windows-1256" if b"windows-1256" in answer.content else "utf-8")
    assert f">{PAGES[key]['title']}</h" in page
    assert len(" ".join(paragraphs(key)).split()) >= (90 if PAGES[key]["access"] == "paywalled" else 190)


@pytest.mark.parametrize(("key", "page"), PAGES.items())
def test_expectations_are_complete(key: str, page: dict[str, Any]) -> None:
    assert page["why"]
    assert (page["fate"], page["stage"]) in {
        ("stored", "store"),
        *((fate, stage) for fate in ("skipped", "dead") for stage in ("fetcher", "extractor", "linker")),
    }
    if page["fate"] == "stored":
        assert {"title", "language", "access", "relevant", "relevance", "copy", "story"} <= set(page), key
        assert page["relevant"] is any(page["relevance"].values())
        assert PAGES[page["of"]]["story"] == page["story"] if page["copy"] != "original" else "of" not in page


def test_the_forbidden_page_is_the_one_that_robots_txt_names(web: NewsWeb, client: httpx.Client) -> None:
    rules = client.get(web.url("gulf/robots.txt")).text
    assert "Disallow: /print/" in rules
    assert PAGES["gulf/print/18842"]["fate"] == "skipped"


def test_every_newsroom_has_a_robots_txt_with_a_rule(web: NewsWeb, client: httpx.Client) -> None:
    assert all("Disallow: /" in client.get(web.url(f"{name}/robots.txt")).text for name in web.addresses)


@pytest.mark.parametrize("house", BODIES)
def test_every_house_has_a_style_of_its_own(house: str) -> None:
    """The rule that finds the text in one house finds nothing in any other."""
    others = [key for key in STORED if not key.startswith(house)]
    assert not [key for key in others if page_tree(key).xpath(BODIES[house])]


def test_the_irrelevant_page_mentions_iran_once() -> None:
    text = " ".join(paragraphs("gulf/life/2026/11/16/the-lisbon-bun-that-is-worth-the-wait"))
    assert len(re.findall(r"\bIran|\bIraq|Tehran|Baghdad", text)) == 1
