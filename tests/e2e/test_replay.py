"""`sirwan replay`: newer rules beside what is stored, and published only when that is approved."""

import asyncio
import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from schemas.codec import decode
from schemas.records import Stamp
from schemas.topics import ARTICLES_CLASSIFIED
from services.classifier import stage as classifier
from services.classifier.classify import classify
from services.cli import app
from services.embedded.replay import Replayed, replay
from services.runtime.config import Settings
from services.runtime.kafka_connect import KafkaSettings
from services.runtime.kafka_topics import Layout, apply
from services.store.narrowing import Narrowed
from services.store.reading import reading
from tests.e2e.test_bad_input import ARTICLE
from tests.e2e.test_poison_pages import a_pipeline, put, settings_for
from tests.e2e.test_redrive_kafka import messages
from tests.records import a_page
from tests.unit.store.records import an_article, fill, row

OLD = (Stamp(component="classifier.relevance", version="0", digest="0" * 16),)


@contextmanager
def older_rules() -> Iterator[None]:
    """A release that named nobody, and knew no genres."""

    def before(*given: Any, **named: Any) -> Any:
        return dataclasses.replace(classify(*given, **named), entities=(), genre="opinion")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classifier, "classify", before)
        patch.setattr(classifier, "stamps", lambda: OLD)
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with two articles of an older release."""
    (tmp_path / "none.toml").touch()  # a folder of sources without any file is a mistake
    settings = settings_for(tmp_path, extract_seconds=10.0)
    bodies = (ARTICLE, ARTICLE.replace("river", "sewage plant").replace("canal", "street"))
    pages = [a_page(f"http://tigris.example/{name}", body.encode()) for name, body in enumerate(bodies)]

    async def ingest() -> None:
        async with a_pipeline(settings) as pipeline:
            await put(pipeline, settings, *pages)

    with older_rules():
        asyncio.run(ingest())
    return settings


def stored(settings: Settings) -> list[dict[str, Any]]:
    with reading(settings.place) as store:
        rows = store.rows("SELECT record FROM articles ORDER BY page_id")
        return [json.loads(row["record"]) for row in rows]


def compare(settings: Settings, **asked: Any) -> Replayed:
    return replay(settings, Narrowed(), **({"approve": False} | asked))


def test_what_differs_is_counted_with_samples_and_nothing_is_written(settings: Settings) -> None:
    before = stored(settings)
    assert len(before) == 2
    found = compare(settings)
    assert (found.articles, found.changed, found.published, found.left) == (2, 2, 0, {})
    kinds = {(each.what, each.kind, each.name): each for each in found.differences}
    assert {what for what, _, _ in kinds} == {"entity", "genre"}
    genre = kinds["genre", "changed", "opinion to news"]
    assert (genre.articles, len(genre.samples)) == (2, 2)
    assert {kind for what, kind, _ in kinds if what == "entity"} == {"added"}
    assert {sample.url for sample in genre.samples} == {each["canonical_url"] for each in before}
    assert stored(settings) == before


def test_approved_the_articles_are_judged_anew_as_the_same_revision(settings: Settings) -> None:
    before = stored(settings)
    assert compare(settings, approve=True).published == 2
    after = stored(settings)
    for old, new in zip(before, after, strict=True):
        assert (new["genre"], new["version"] > old["version"]) == ("news", True)
        assert (old.get("entities"), bool(new.get("entities"))) == ([], True)
        assert new["lane"] == "backfill"
        assert (new["revision"], new["text"], new["story"]["id"]) == (
            old["revision"], old["text"], old["story"]["id"]
        )  # fmt: skip
        assert {each["component"] for each in old["stamps"]} < {each["component"] for each in new["stamps"]}
        assert OLD[0].digest not in {each["digest"] for each in new["stamps"]}
    again = compare(settings, approve=True)
    assert (again.changed, again.published) == (0, 0)
    assert stored(settings) == after


def test_what_the_linker_has_forgotten_stays_as_it_was(settings: Settings) -> None:
    before = stored(settings)
    (settings.home / "memory.db").unlink()
    compare(settings, approve=True)
    assert stored(settings) == before
    with reading(settings.place) as store:
        ends = list(store.rows("SELECT reason FROM fates WHERE stage = 'linker' AND fate = 'skipped'"))
    assert [each["reason"] for each in ends] == ["not-current"] * 2


def test_what_is_no_longer_relevant_is_told_and_left(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def strict(*given: Any, **named: Any) -> Any:
        return dataclasses.replace(classify(*given, **named), relevant=False, because="no more")

    monkeypatch.setattr(classifier, "classify", strict)
    before = stored(settings)
    found = compare(settings, approve=True)
    assert (found.changed, found.published, found.left) == (2, 0, {"no-longer-relevant": 2})
    assert stored(settings) == before


def test_the_verb_shows_and_publishes(settings: Settings) -> None:
    env = {"SIRWAN_HOME": str(settings.home), "SIRWAN_SOURCES": str(settings.home)}

    def say(*words: str) -> Result:
        return CliRunner().invoke(app, ["replay", *words], env=env)

    shown = say()
    assert shown.stdout.startswith("2 articles: 2 differ, 0 do not\n")
    assert "2 × changed genre opinion to news" in shown.stdout
    assert "nothing was published: --approve publishes what differs" in shown.stdout
    asked = json.loads(say("--since", "2999-01-01", "--json").stdout)
    assert (asked["articles"], asked["differences"]) == (0, [])
    assert "published 2 again" in say("--approve").stdout
    refused = say("--since", "soon")
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)


@pytest.mark.kafka
def test_on_kafka_what_is_approved_goes_to_the_linker_under_its_key(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    (tmp_path / "none.toml").touch()
    article = an_article("river")
    fill(tmp_path / "sirwan.db", row(article))
    asyncio.run(apply(kafka, Layout(partitions=2)))
    settings = settings_for(tmp_path, kafka=kafka.bootstrap, topic_prefix=kafka.prefix)
    assert compare(settings).published == 0
    assert asyncio.run(messages(kafka, ARTICLES_CLASSIFIED)) == []
    assert compare(settings, approve=True).published == 1
    (sent,) = asyncio.run(messages(kafka, ARTICLES_CLASSIFIED))
    assert sent.value is not None
    told = decode(ARTICLES_CLASSIFIED, sent.value)
    assert (sent.key, told.lane, told.text) == (article.page_id, "backfill", article.text)
    assert told.revision == article.revision
    assert sent.headers["ce_source"] == "/sirwan/replay"
