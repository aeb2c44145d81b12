import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import encode
from schemas.records import Copy, Credit, EnrichedArticle, Entity
from schemas.topics import ARTICLES_ENRICHED
from services.store.export_forms import CELL, COLUMNS, FORMS, as_csv, as_json_lines
from services.store.found import Found
from services.store.jsonld import to_jsonld
from services.store.ninjs import to_ninjs
from tests.unit.store.records import an_article, page


def found(**changes: Any) -> Found:
    return Found(encode(ARTICLES_ENRICHED, an_article(**changes)), 3)


def rows(*articles: Found) -> list[dict[str, str]]:
    text = b"".join(as_csv(articles)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_json_lines_are_the_records_as_they_were_published() -> None:
    both = [found(), found(title="zwei\nZeilen")]
    assert b"".join(as_json_lines(both)).split(b"\n") == [both[0].record, both[1].record, b""]


@pytest.mark.parametrize(("form", "to_object"), [("ninjs", to_ninjs), ("jsonld", to_jsonld)])
def test_the_vocabularies_of_others_have_one_object_a_line(
    form: str, to_object: Callable[[EnrichedArticle], dict[str, Any]]
) -> None:
    lines = b"".join(FORMS[form]([found(), found(title="zwei\nZeilen")])).splitlines()
    assert [json.loads(line) for line in lines] == [
        to_object(an_article()), to_object(an_article(title="zwei\nZeilen")),
    ]  # fmt: skip


def test_a_row_has_what_a_reader_asks_for_first() -> None:
    (row,) = rows(
        found(
            byline=("Ann Lee", "Bo Dee"),
            credits=(Credit(kind="agency", name="River Wire", text="River Wire"),) * 2,
            copy_=Copy(verdict="reprint", score=0.9, of=page("lake"), of_publisher="Lake News"),
            entities=(
                Entity(id="person:a", name="A", type="person", mentions=()),
                Entity(id="org:b", name="B", type="organisation", mentions=()),
                Entity(id="place:iraq", name="Iraq", type="country", mentions=()),
                Entity(id="unknown:x", name="X", type="unknown", mentions=()),
            ),
        )
    )
    assert list(row) == list(COLUMNS)
    wanted = {
        "published": "2026-03-01", "first_seen": "2026-03-01T12:00:00+00:00", "countries": "IQ 2",
        "topics": "water", "people": "A", "organisations": "B", "places": "Iraq", "copy": "reprint",
        "copy_of": page("lake"), "copy_of_publisher": "Lake News", "independent_sources": "3",
        "byline": "Ann Lee; Bo Dee", "credits": "agency: River Wire", "access": "full", "importance": "0.4",
        "url": "https://river.example/",
    }  # fmt: skip
    assert {name: row[name] for name in wanted} == wanted


def test_no_cell_is_run_by_a_spreadsheet_or_cut_by_it() -> None:
    (row,) = rows(found(title='=HYPERLINK("https://evil.example")', text="@SUM(A1)\0" + "x" * 40_000))
    assert row["title"] == '\'=HYPERLINK("https://evil.example")'
    assert row["text"].startswith("'@SUM(A1)\ufffdx")
    assert len(row["text"]) == CELL + 1


@given(st.text(), st.text(min_size=1))
def test_whatever_is_written_is_read_again(title: str, text: str) -> None:
    (row,) = rows(
        found(title=title.encode("utf-8", "replace").decode(), text=text.encode("utf-8", "replace").decode())
    )
    safe = text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    assert row["text"].removeprefix("'") == safe.removeprefix("'")
