import os
from pathlib import Path

import pytest

from schemas.records import Feed
from services.runtime.sources import SourceFileError, load_sources

GOOD = """
[[source]]
id = "two-rivers"
name = "Two Rivers"
homepage = "https://rivers.example/"
country = "IQ"
languages = ["ar", "en"]
family = "Rivers Media"
kind = "newspaper"
poll_floor = 60
[[source.feeds]]
url = "https://rivers.example/feed.xml"
kind = "feed"
[[source.feeds]]
url = "https://rivers.example/news.xml"
kind = "sitemap"

[[source]]
id = "adder"
name = "Adder"
homepage = "https://adder.example/"
"""


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    return folder


def test_sources_are_read_in_order_of_id(tmp_path: Path) -> None:
    sources = load_sources(
        written(tmp_path, b=GOOD, a=GOOD.replace('"adder"', '"cobra"').replace("two-", "three-"))
    )
    assert list(sources) == ["adder", "cobra", "three-rivers", "two-rivers"]
    assert sources["two-rivers"].feeds[1] == Feed(url="https://rivers.example/news.xml", kind="sitemap")
    assert (sources["two-rivers"].poll_floor, sources["adder"].kind) == (60.0, "unknown")


def test_a_folder_that_lost_its_files_is_a_mistake_and_an_empty_file_is_none(tmp_path: Path) -> None:
    with pytest.raises(SourceFileError, match=r"no \*\.toml in it"):
        load_sources(tmp_path)
    (tmp_path / "none.toml").touch()
    assert load_sources(tmp_path) == {}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (('kind = "newspaper"', 'knid = "newspaper"'), "a.toml: source 'two-rivers': knid: unknown field"),
        (('name = "Adder"', ""), "a.toml: source 'adder': name: missing"),
        (('id = "adder"', ""), "a.toml: source '(no id)': id: missing"),
        (("poll_floor = 60", 'poll_floor = "60"'), "source 'two-rivers': poll_floor: Expected `float`"),
        (("poll_floor = 60", "poll_floor = 0"), "a.toml: source 'two-rivers': poll_floor: must be above 0"),
        (("poll_floor = 60", "poll_floor = 99999"), "poll_floor: must be above 0 and at most poll_ceiling"),
        (('["ar", "en"]', '"ar"'), "a.toml: source 'two-rivers': languages: Expected `array`"),
        (('country = "IQ"', 'country = "Iraq"'), "country: must be two capital letters"),
        (('kind = "sitemap"', 'kind = "map"'), "feeds[1].kind: 'map' is none of feed, sitemap, section"),
        (('kind = "sitemap"', "kind = 7"), "a.toml: source 'two-rivers': feeds[1].kind: Expected `str`"),
        (
            ('kind = "sitemap"', 'kind = "sitemap"\nother_sites = 1'),
            "a.toml: source 'two-rivers': feeds[1].other_sites: Expected `bool`",
        ),
        (('kind = "sitemap"', 'kind = "section"\nother_sites = true'), "feeds[1].other_sites: a section"),
        (('kind = "sitemap"', ""), "a.toml: source 'two-rivers': feeds[1].kind: missing"),
        (('kind = "sitemap"', 'kind = "sitemap"\nurI = 1'), "feeds[1].urI: unknown field"),
        (('"https://rivers.example/news.xml"', '"rivers/news.xml"'), "feeds[1].url: not an http or https"),
        (('"https://adder.example/"', '"http://[::1"'), "a.toml: source 'adder': homepage: not an http or"),
        (('"adder"', '"Adder News"'), "id: must be kebab-case"),
        (('"adder"', '"two-rivers"'), "a.toml: source 'two-rivers': id: already used in a.toml"),
        (('id = "adder"', 'id = "adder"\nfeeds = "x"'), "a.toml: source 'adder': feeds: Expected `array`"),
        (('id = "adder"', 'id = "adder"\nfeeds = ["x"]'), "source 'adder': feeds[0]: Expected `object`"),
        (('[[source]]\nid = "adder"', '[[sauce]]\nid = "adder"'), "a.toml: sauce: unknown; only [[source]]"),
        (('id = "adder"', "id = adder"), "a.toml: Invalid value (at line 19, column 6)"),
    ],
)  # fmt: skip
def test_a_mistake_names_file_source_and_field(change: tuple[str, str], problem: str, tmp_path: Path) -> None:
    assert change[0] in GOOD
    with pytest.raises(SourceFileError) as caught:
        load_sources(written(tmp_path, a=GOOD.replace(*change)))
    assert problem in str(caught.value)


def test_every_mistake_of_every_file_is_in_the_one_error(tmp_path: Path) -> None:
    bad = GOOD.replace('name = "Two Rivers"', "").replace('"IQ"', "7")
    with pytest.raises(SourceFileError) as caught:
        load_sources(written(tmp_path, a=bad, b="[[source]", c="[source]\nid = 1"))
    assert "are wrong (4)" in str(caught.value)
    assert [line.split(":")[0].strip() for line in str(caught.value).splitlines()[1:]] == [
        "a.toml", "a.toml", "b.toml", "c.toml",
    ]  # fmt: skip


@pytest.mark.parametrize("bad", [b"\xff\xfe", b"\x00"])
def test_a_file_that_is_no_toml_is_a_mistake_too(bad: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(bad)
    with pytest.raises(SourceFileError, match=r"x\.toml"):
        load_sources(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceFileError, match="no such folder"):
        load_sources(tmp_path / "none")


def test_a_folder_that_may_not_be_read_is_a_mistake_and_not_an_empty_list(tmp_path: Path) -> None:
    """Its files would all be gone, and every source with them."""
    written(tmp_path, a=GOOD)
    tmp_path.chmod(0o000)
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(65534)
        with pytest.raises(SourceFileError, match="Permission denied; set SIRWAN_SOURCES"):
            load_sources(tmp_path)
    finally:
        if root:
            os.seteuid(0)
        tmp_path.chmod(0o700)
