"""The contract as a page: complete, escaped, alone, and readable on a phone and in the dark."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from playwright.async_api import Page, async_playwright

from schemas.asyncapi import FLOWS, HEADERS
from schemas.publish import json_schema
from schemas.topics import ALL_TOPICS
from services.runtime import contract_page as made
from services.runtime.contract_page import contract_page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "asyncapi.html"
TEXT = contract_page()
RECORDS = {topic.record.__name__: topic.record for topic in ALL_TOPICS.values()}


def text_of(page: Any, ident: str) -> str:
    (found,) = page.xpath("//*[@id=$ident]", ident=ident)
    return " ".join(found.text_content().split())


@pytest.fixture(scope="module")
def page() -> Any:
    return html.document_fromstring(TEXT)


@pytest.mark.parametrize("topic", ALL_TOPICS.values(), ids=lambda topic: topic.name)
def test_every_topic_is_there_with_key_policy_record_and_who_reads_and_writes_it(
    page: Any, topic: Any
) -> None:
    said = text_of(page, f"channel-{topic.name}")
    kept = "newest of each key, for ever" if topic.compacted else f"{topic.retention // 86400} days"
    for each in (f"sirwan.{topic.name}", f"key {topic.key}", kept, f"record {topic.record.__name__},"):
        assert each in said
    readers = [name for name, flow in FLOWS.items() if topic in flow.reads] + ["consumer"] * topic.public
    assert f"read by {', '.join(readers) or 'nobody'}" in said


@pytest.mark.parametrize("header", HEADERS)
def test_every_header_is_there_with_its_meaning(page: Any, header: str) -> None:
    assert HEADERS[header] in text_of(page, f"header-{header}")


@pytest.mark.parametrize("name", RECORDS)
def test_every_field_of_every_record_and_part_is_there_with_its_remark(page: Any, name: str) -> None:
    schema = json_schema(RECORDS[name])
    for each in (schema, *schema.get("$defs", {}).values()):
        for field, said in each["properties"].items():
            row = text_of(page, f"{each['title']}.{field}")
            assert " ".join(said.get("description", "").replace("`", "").split()) in row
            assert ("always there" in row) is (field in each.get("required", ()))


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("EnrichedArticle.page_id", "string, ^[0-9a-f]{64}$"),
        ("EnrichedArticle.fetched_at", "string, date-time"),
        ("EnrichedArticle.published", "Published or null"),
        ("EnrichedArticle.relevance", "map of string to CountryRelevance"),
        ("EnrichedArticle.topics", "list of TopicLabel default []"),
        ("Original.value", "string, base64 or null"),
        ("Repair.mention", "Span always there A piece of the article that is evidence"),
    ],
)
def test_a_type_is_said_in_words(page: Any, field: str, said: str) -> None:
    assert said in text_of(page, field)


def test_every_link_leads_to_a_place_on_the_page_and_no_place_is_there_twice(page: Any) -> None:
    idents = page.xpath("//@id")
    assert len(idents) == len(set(idents))
    targets = {target.removeprefix("#") for target in page.xpath("//@href")}
    assert targets <= set(idents)
    assert len(targets) > 200


def test_nothing_comes_from_elsewhere_and_nothing_runs(page: Any) -> None:
    assert (
        page.xpath("//script | //link | //img | //iframe | //form | //@src | //@*[starts-with(name(), 'on')]")
        == []
    )
    assert not re.search(r"@import|url\(", TEXT)


def test_what_a_schema_says_is_text_and_never_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    attack = "`</code><script>alert(1)</script>` <img src=x onerror=y> \"'&amp;"

    def spoilt(record: Any) -> dict[str, Any]:
        schema = json_schema(record)
        fields = {
            f"{name}{attack}": said | {"description": attack} for name, said in schema["properties"].items()
        }
        return schema | {"properties": fields, "description": attack}

    monkeypatch.setattr(made, "json_schema", spoilt)
    found: Any = html.document_fromstring(contract_page())
    assert found.xpath("//script | //img | //@onerror") == []
    assert attack.replace("`", "") in found.xpath("//*[@id='Story']/p")[0].text_content()


# --- as it is seen ---------------------------------------------------------------------------------

COLOURS = [
    dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root {(.*?)}", TEXT)
]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: relative luminance, (lighter + 0.05) / (darker + 0.05)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colours", COLOURS, ids=["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "quiet", "link"])
@pytest.mark.parametrize("ground", ["ground", "mark"])
def test_text_stands_out_in_the_light_and_in_the_dark(colours: dict[str, str], ink: str, ground: str) -> None:
    assert contrast(colours[ink], colours[ground]) >= 4.5


def chromium() -> str:
    found = shutil.which("chromium")
    if found is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(
            "no chromium: the page was not looked at"
        )
    return found


def shown() -> Iterator[tuple[int, str]]:
    for width in (320, 1200):
        for scheme in ("light", "dark"):
            yield width, scheme


async def look(page: Page) -> tuple[int, str]:
    await page.goto(PAGE.as_uri())
    wide = await page.evaluate("document.documentElement.scrollWidth")
    return wide, await page.evaluate("getComputedStyle(document.body).backgroundColor")


async def test_it_fits_on_a_phone_and_follows_the_colours_of_the_device() -> None:
    found: dict[tuple[int, str], tuple[int, str]] = {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for width, scheme in shown():
            viewport: Any = {"width": width, "height": 800}
            colours: Any = scheme
            found[width, scheme] = await look(
                await browser.new_page(viewport=viewport, color_scheme=colours, java_script_enabled=True)
            )
        await browser.close()
    assert {asked: wide for asked, (wide, _) in found.items() if wide > asked[0]} == {}
    assert {ground for (_, scheme), (_, ground) in found.items() if scheme == "light"} == {
        "rgb(253, 253, 252)"
    }
    assert {ground for (_, scheme), (_, ground) in found.items() if scheme == "dark"} == {"rgb(21, 24, 28)"}
