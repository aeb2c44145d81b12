"""The source files, invented and real, are exactly what the contract says."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from deploy.demo.server import HERE, NEWSROOMS
from schemas.records import Feed, Source

PACK = HERE.parent / "sources"
FILES = [HERE / "sources.toml", *sorted(PACK.glob("*.toml"))]
KINDS = {"wire", "newspaper", "broadcaster", "state-media", "aggregator", "blog", "think-tank", "unknown"}


def read(path: Path) -> list[Source]:
    blocks = tomllib.loads(path.read_text("utf-8"))
    assert set(blocks) == {"source"}
    return msgspec.convert(blocks["source"], list[Source])


def fields(record: type[msgspec.Struct]) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(record)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_block_has_only_fields_of_the_contract(path: Path) -> None:
    read(path)
    for block in tomllib.loads(path.read_text("utf-8"))["source"]:
        assert set(block) <= fields(Source), block["id"]
        assert all({"url", "kind"} <= set(feed) <= fields(Feed) for feed in block["feeds"]), block["id"]


@pytest.mark.parametrize("source", [pytest.param(s, id=s.id) for path in FILES for s in read(path)])
def test_every_source_says_who_owns_it_and_where_its_lists_are(source: Source) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", source.id)
    assert source.name.strip()
    assert (source.family or "").strip()
    assert re.fullmatch("[A-Z]{2}", source.country or "")
    assert source.languages
    assert all(re.fullmatch("[a-z]{2,3}", language) for language in source.languages)
    assert source.kind in KINDS - {"unknown"}
    assert source.feeds
    assert {feed.kind for feed in source.feeds} <= {"feed", "sitemap", "section"}
    assert 0 < source.poll_floor <= source.poll_ceiling


@pytest.mark.parametrize("files", [FILES[:1], FILES[1:]], ids=["demo", "pack"])
def test_ids_and_feeds_are_named_once(files: list[Path]) -> None:
    sources = [source for path in files for source in read(path)]
    urls = [feed.url for source in sources for feed in source.feeds]
    assert len({source.id for source in sources}) == len(sources)
    assert len(set(urls)) == len(urls)


def test_the_demo_has_every_newsroom_and_every_kind_of_list() -> None:
    sources = read(FILES[0])
    assert [source.homepage.partition("}}")[0] for source in sources] == ["{{" + name for name in NEWSROOMS]
    assert {feed.kind for source in sources for feed in source.feeds} == {"feed", "sitemap", "section"}


def test_two_demo_sources_have_one_owner() -> None:
    families = [source.family for source in read(FILES[0])]
    assert families.count("Zagros Press Group") == 2
    assert len(set(families)) == len(families) - 1
