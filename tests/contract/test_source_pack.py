"""The source pack is what it says: enough sources, all languages, each owner spelt once, no site twice."""

import ipaddress
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from schemas.records import Feed, Source
from services.fetcher.canonical import canonical_url, publisher_site
from services.linker.publishers import Publishers, site_of
from services.runtime.sources import load_sources

PACK = load_sources(Path(__file__).parents[2] / "deploy" / "sources")

# Every owner of several sources, for one voice must not count twice: a new one is written here on purpose.
OWNERS: Mapping[str, set[str]] = {
    "ACECR": {"iqna", "isna"},
    "Al Arab Publishing House": {"al-arab", "the-arab-weekly"},
    "Al Jazeera Media Network": {"al-jazeera", "al-jazeera-arabic", "al-jazeera-centre"},
    "Azzaman Group": {"al-sharqiya", "azzaman"},
    "BBC": {"bbc-arabic", "bbc-middle-east", "bbc-persian"},
    "Big News Network": {"iran-herald", "iraq-sun"},
    "CNN": {"cnn", "cnn-arabic"},
    "Deutsche Welle": {"dw-arabic", "dw-persian"},
    "Donya-e Eqtesad Group": {"donya-e-eqtesad", "eghtesad-news", "financial-tribune"},
    "Fadaat Media": {"al-araby-al-jadeed", "the-new-arab"},
    "Foundation for Defense of Democracies": {"fdd", "long-war-journal"},
    "France Médias Monde": {"france24", "monte-carlo-doualiya", "rfi-persian"},
    "International Media Investments": {"sky-news-arabia", "the-national"},
    "Iranian state": {
        "al-alam", "al-vefagh", "icana", "iran-daily", "iran-newspaper", "iran-press", "irib-news", "irna",
        "jam-e-jam", "mizan", "pars-today", "press-tv", "shana", "yjc",
    },
    "Iraqi state": {"al-sabah", "ina", "iraqi-media-network"},
    "Islamic Azad University": {"ana", "isca-news"},
    "Islamic Development Organization": {"mehr", "tehran-times"},
    "Kurdistan Democratic Party": {"gulan", "zagros-news"},
    "Patriotic Union of Kurdistan": {"kurdsat-news", "pukmedia"},
    "Revolutionary Guards": {"fars", "javan", "snn", "tasnim"},
    "Russian state": {"rt-arabic", "sputnik-arabic", "sputnik-persian", "tass"},
    "SRMG": {"arab-news", "asharq-al-awsat", "asharq-news", "independent-arabia", "independent-persian"},
    "Turkish state": {"anadolu", "trt-world"},
    "U.S. Agency for Global Media": {"radio-farda", "voa-kurdish", "voa-persian"},
    "United Nations": {"reliefweb", "un-news"},
}  # fmt: skip


def addresses(source: Source) -> tuple[str, ...]:
    return (source.homepage, *(feed.url for feed in source.feeds))


def spelt_twice(families: Iterable[str]) -> list[str]:
    """Families that differ only in case, hyphens, articles and the like."""
    seen = Counter(re.sub(r"\bthe\b|[\W_]", "", each.casefold()) for each in set(families))
    return sorted(each for each, times in seen.items() if times > 1)


def claimed_twice(sources: Iterable[Source]) -> Iterator[str]:
    """Hosts of two sources with two owners, or of one owner with the same page."""
    hosts: dict[str, Source] = {}
    for source in sources:
        for host in sorted({urlsplit(url).hostname or "" for url in addresses(source)}):
            first = hosts.setdefault(host, source)
            same_page = {*map(canonical_url, addresses(first))} & {*map(canonical_url, addresses(source))}
            if first is not source and (first.family != source.family or same_page):
                yield f"{host}: {first.id} and {source.id}"


def is_public(url: str) -> bool:
    """An https address of a named host of the public internet, without a port or a login."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        private = r"(?:.*\.)?(?:localhost|local|internal|lan|home|test|invalid|example|onion)"
        named = "." in host and not re.fullmatch(private, host)
        return parts.scheme == "https" and parts.netloc == host and named
    return False


def test_there_are_at_least_120_sources() -> None:
    assert len(PACK) >= 120


@pytest.mark.parametrize(("language", "least"), [("en", 80), ("ar", 60), ("fa", 60), ("ckb", 20), ("kmr", 8)])
def test_every_language_has_its_share(language: str, least: int) -> None:
    assert sum(language in source.languages for source in PACK.values()) >= least


@pytest.mark.parametrize(
    ("kind", "least"),
    [("wire", 30), ("newspaper", 60), ("broadcaster", 30), ("think-tank", 15), ("aggregator", 10)],
)
def test_every_kind_has_its_share(kind: str, least: int) -> None:
    assert sum(source.kind == kind for source in PACK.values()) >= least


@pytest.mark.parametrize(("country", "least"), [("IQ", 35), ("IR", 40)])
def test_the_two_countries_have_their_share(country: str, least: int) -> None:
    assert sum(source.country == country for source in PACK.values()) >= least


def test_the_owners_of_several_sources_are_the_known_ones() -> None:
    found: dict[str, set[str]] = {}
    for source in PACK.values():
        found.setdefault(source.family or "", set()).add(source.id)
    assert {family: ids for family, ids in found.items() if len(ids) > 1} == OWNERS


def test_no_owner_is_spelt_in_two_ways() -> None:
    assert spelt_twice(source.family or "" for source in PACK.values()) == []
    assert spelt_twice(["BBC", "Al-Mada", "Reuters"]) == []
    assert spelt_twice(["Al-Mada", "al Mada", "The BBC", "BBC"]) == ["almada", "bbc"]


def test_the_kind_says_what_it_is_and_the_flag_whose_voice_it_is() -> None:
    """A state is the owner of state media alone; no kind hides the flag."""
    assert "state-media" not in {source.kind for source in PACK.values()}
    flags: dict[str, set[bool]] = {}
    for source in PACK.values():
        flags.setdefault(source.family or "", set()).add(source.state_media)
    assert [family for family, found in flags.items() if len(found) > 1] == []
    assert {family for family in flags if family.endswith(" state")} <= {
        family for family, found in flags.items() if found == {True}
    }
    assert sum(source.state_media for source in PACK.values()) >= 30


def test_no_site_is_claimed_by_two_owners_and_no_page_by_two_sources() -> None:
    assert list(claimed_twice(PACK.values())) == []
    families: dict[str | None, set[str | None]] = {}
    for source in PACK.values():
        for url in addresses(source):
            families.setdefault(site_of(url), set()).add(source.family)
            assert publisher_site(url) == site_of(url), "what imports a source and what counts it agree"
    assert {site: owners for site, owners in families.items() if len(owners) > 1} == {}


@pytest.mark.parametrize(
    ("family", "page", "claimed"),
    [
        ("Rivers", "/b", []),
        ("Rivers", "/a", ["rivers.example: one and two"]),
        ("Lakes", "/b", ["rivers.example: one and two"]),
    ],
)
def test_one_host_is_one_owner_and_another_page(family: str, page: str, claimed: list[str]) -> None:
    one, two = (
        Source(
            id=ident, name=ident, homepage=f"https://rivers.example/{ident}", family=owner,
            feeds=(Feed(url=f"https://rivers.example{path}", kind="feed"),),
        )
        for ident, owner, path in (("one", "Rivers", "/a"), ("two", family, page))
    )  # fmt: skip
    assert list(claimed_twice((one, two))) == claimed


def test_every_address_is_public_and_one_we_fetch() -> None:
    found = [url for source in PACK.values() for url in addresses(source)]
    assert [url for url in found if not is_public(url)] == []
    assert all(canonical_url(url) for url in found)


@pytest.mark.parametrize(
    "url",
    ["http://rivers.test.org/", "https://10.0.0.1/", "https://[::1]/", "https://localhost/", "https://a.example/",
     "https://paper.local/", "https://rivers.test.org:8443/", "https://me:secret@rivers.test.org/"],
)  # fmt: skip
def test_an_address_that_is_not_public_is_seen(url: str) -> None:
    assert not is_public(url)


def test_every_source_has_a_list_and_says_that_it_was_not_verified() -> None:
    for source in PACK.values():
        assert source.feeds, source.id
        assert source.notes.endswith("Feed URL not verified here."), source.id


@pytest.mark.parametrize(
    ("credit", "family"),
    [
        ("IRNA", "Iranian state"),
        ("Press TV", "Iranian state"),
        ("Tasnim News Agency", "Revolutionary Guards"),
        ("Fars", "Revolutionary Guards"),
        ("Mehr News Agency", "Islamic Development Organization"),
        ("INA", "Iraqi state"),
        ("AFP", "Agence France-Presse"),
        ("Reuters", "Thomson Reuters"),
        ("The Associated Press", "Associated Press"),
        ("RFE/RL", "U.S. Agency for Global Media"),
        ("Anadolu", "Turkish state"),
        ("Xinhua News Agency", "Chinese state"),
        ("TASS", "Russian state"),
        ("shafaq.com", "Shafaq News Foundation"),
    ],
)
def test_a_name_in_a_credit_is_the_owner_of_the_source(credit: str, family: str) -> None:
    assert Publishers(PACK).family_named(credit) == family
