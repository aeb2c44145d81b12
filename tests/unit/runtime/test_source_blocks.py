"""What is written as a source file reads back as the same sources."""

from pathlib import Path

import pytest

from schemas.records import Feed, Source
from services.runtime.source_blocks import write_blocks
from services.runtime.sources import load_sources


def read_back(folder: Path, *sources: Source) -> list[Source]:
    (folder / "a.toml").write_text(write_blocks(sources), "utf-8")
    return list(load_sources(folder).values())


def test_a_block_has_only_what_is_not_at_its_default() -> None:
    source = Source(
        id="post", name="Post", homepage="https://post.example/",
        feeds=(Feed(url="https://post.example/rss", kind="feed"),), country="IQ", languages=("ar", "en"),
        state_media=True, poll_floor=60.0,
    )  # fmt: skip
    bare = Source(id="bell", name="زنگ", homepage="https://bell.example/")
    assert write_blocks((source, bare)) == (
        '[[source]]\nid = "post"\nname = "Post"\nhomepage = "https://post.example/"\ncountry = "IQ"\n'
        'languages = ["ar", "en"]\nstate_media = true\npoll_floor = 60.0\n'
        '[[source.feeds]]\nurl = "https://post.example/rss"\nkind = "feed"\n'
        '\n[[source]]\nid = "bell"\nname = "زنگ"\nhomepage = "https://bell.example/"\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        'a "quote" and \\ a backslash', "''' and \"\"\"", "line\nline\r\n\ttab",
        "\x00\x01\x1f\x7f\x80\x9b\x9f",
        "\u202eturned\u2069", "[[source]]", '"\nid = "stolen', "# no comment", "زنگ‌ها", "🗞",
        "\ufeff\u2028\u2029",
        "\\u0041", "",
    ],
)  # fmt: skip
def test_any_text_reads_back_as_it_was(text: str, tmp_path: Path) -> None:
    source = Source(
        id="post", name=text, homepage="https://post.example/", family=text, notes=text, languages=(text,)
    )
    assert read_back(tmp_path, source) == [source]


@pytest.mark.parametrize("text", ["\x9b31m", "\x7f", "\u202e", "\x1b[2J"])
def test_nothing_that_a_terminal_obeys_is_written_as_it_is(text: str) -> None:
    written = write_blocks((Source(id="post", name=text, homepage="https://post.example/"),))
    assert written.isascii()
    assert written.replace("\n", "").isprintable()


@pytest.mark.parametrize("seconds", [0.001, 60.0, 1e16, 1e-7, float("inf")])
def test_any_number_reads_back_as_it_was(seconds: float, tmp_path: Path) -> None:
    source = Source(
        id="p", name="P", homepage="https://p.example/", poll_floor=seconds, poll_ceiling=float("inf")
    )
    assert read_back(tmp_path, source) == [source]


def test_the_pack_reads_back_as_it_was(tmp_path: Path) -> None:
    pack = list(load_sources(Path(__file__).parents[3] / "deploy" / "sources").values())
    assert read_back(tmp_path, *pack) == pack
