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
        (('kind = "newspaper"', 'knid = "newspaper"'), "a.toml:9: source 'two-rivers': knid: unknown field"),
        (('name = "Adder"', ""), "a.toml:18: source 'adder': name: missing"),
        (('id = "adder"', ""), "a.toml:18: source '(no id)': id: missing"),
        (("poll_floor = 60", 'poll_floor = "60"'), "a.toml:10: source 'two-rivers': poll_floor: Expected"),
        (("poll_floor = 60", "poll_floor = 0"), "a.toml:10: source 'two-rivers': poll_floor: must be"),
        (("poll_floor = 60", "poll_floor = 99999"), "poll_floor: must be above 0 and at most poll_ceiling"),
        (('["ar", "en"]', '"ar"'), "a.toml:7: source 'two-rivers': languages: Expected `array`"),
        (('["ar", "en"]', '[\n"ar",\n7]'), "a.toml:7: source 'two-rivers': languages: Expected `str`"),
        (('country = "IQ"', 'country = "Iraq"'), "a.toml:6: source 'two-rivers': country: must be two"),
        (('kind = "sitemap"', 'kind = "map"'), "a.toml:16: source 'two-rivers': feeds[1].kind: 'map' is"),
        (('kind = "sitemap"', "kind = 7"), "a.toml:16: source 'two-rivers': feeds[1].kind: Expected `str`"),
        (
            ('kind = "sitemap"', 'kind = "sitemap"\nother_sites = 1'),
            "a.toml:17: source 'two-rivers': feeds[1].other_sites: Expected `bool`",
        ),
        (
            ('kind = "sitemap"', 'kind = "section"\nother_sites = true'),
            "a.toml:17: source 'two-rivers': feeds[1].other_sites: a section",
        ),
        (('kind = "sitemap"', ""), "a.toml:14: source 'two-rivers': feeds[1].kind: missing"),
        (('kind = "sitemap"', 'kind = "sitemap"\nurI = 1'), "a.toml:17: source 'two-rivers': feeds[1].urI: "),
        (('"https://rivers.example/news', '"rivers/news'), "a.toml:15: source 'two-rivers': feeds[1].url:"),
        (('"https://adder.example/"', '"http://[::1"'), "a.toml:21: source 'adder': homepage: not an"),
        (('"adder"', '"Adder News"'), "a.toml:19: source 'Adder News': id: must be kebab-case"),
        (('"adder"', '"two-rivers"'), "a.toml:19: source 'two-rivers': id: already used in a.toml:3"),
        (('id = "adder"', 'id = "adder"\nfeeds = "x"'), "a.toml:20: source 'adder': feeds: Expected `array`"),
        (('id = "adder"', 'id = "adder"\nfeeds = ["x"]'), "a.toml:20: source 'adder': feeds[0]: Expected"),
        (
            ('id = "adder"', 'id = "adder"\nfeeds = [\n  {url = "https://a.example/", kind = "map"},\n]'),
            "a.toml:21: source 'adder': feeds[0].kind: 'map' is none of feed, sitemap, section",
        ),
        (('[[source]]\nid = "adder"', '[[sauce]]\nid = "adder"'), "a.toml:18: sauce: unknown; only"),
        (('id = "adder"', "id = adder"), "a.toml:19:6: Invalid value"),
        (('name = "Adder"', 'name = """Adder'), "a.toml:21: Unterminated string"),
    ],
)  # fmt: skip
def test_a_mistake_names_file_line_source_and_field(
    change: tuple[str, str], problem: str, tmp_path: Path
) -> None:
    assert change[0] in GOOD
    with pytest.raises(SourceFileError) as caught:
        load_sources(written(tmp_path, a=GOOD.replace(*change)))
    assert problem in str(caught.value)


def test_a_file_with_one_bracket_too_few_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(SourceFileError, match=r"c\.toml:2: source: write \[\[source\]\]"):
        load_sources(written(tmp_path, c="# ours\n[source]\nid = 1"))


def test_every_mistake_of_every_file_is_in_the_one_error(tmp_path: Path) -> None:
    bad = GOOD.replace('name = "Two Rivers"', "").replace('"IQ"', "7")
    with pytest.raises(SourceFileError) as caught:
        load_sources(written(tmp_path, a=bad, b="[[source]", c="[source]\nid = 1"))
    assert "are wrong (4)" in str(caught.value)
    assert [line.split(":")[0].strip() for line in str(caught.value).splitlines()[1:]] == [
        "a.toml", "a.toml", "b.toml", "c.toml",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (b"\xff\xfe", r"x\.toml:1: 'utf-8' codec can't decode"),
        ("# ours\nname = 'العراق'".encode("cp1256"), r"x\.toml:2: 'utf-8' codec can't decode"),
        (b"\x00", r"x\.toml:1:1: Invalid"),
        (b"\r\n\r\nname = \r\n", r"x\.toml:3:8: Invalid value"),
        (b"\xef\xbb\xbf[[source]]", r"x\.toml:1:1: Invalid"),
        (b"a = " + b"[" * 5_000, r"x\.toml: nested too deep"),
    ],
)
def test_a_file_that_is_no_toml_is_a_mistake_too(bad: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(bad)
    with pytest.raises(SourceFileError, match=told):
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
