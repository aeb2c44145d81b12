"""The linker as a stage: verdicts, stories, voices, and a memory that survives anything."""

import random
import zlib
from datetime import timedelta
from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from schemas.records import ClassifiedArticle, Credit, Published, Stamp
from schemas.topics import ARTICLES_CLASSIFIED
from services.linker.events import Unreadable
from services.linker.stage import build, following, stamps
from services.linker.window import FORGOTTEN_AT_ONCE, SPAN
from services.stage import Emit, Remember, Skip
from tests.unit.linker.articles import (
    LOOKALIKE,
    REPRINT_NOTICE,
    SECOND,
    SOURCES,
    START,
    THIRD,
    UNRELATED,
    WIRE,
    a_credit,
    an_article,
    edit,
    on_day,
    page_id,
    spin,
)
from tests.unit.linker.stream import Kept, Run, on_the_wire

WIRED = an_article("wire", WIRE, title="Waiver for Iraqi power renewed", source_id="zagros", hour=0)
TWO = an_article("two", SECOND, source_id="tigris", hour=1)
THREE = an_article("three", THIRD, source_id="basra", hour=2)
SPUN = an_article("spun", spin(WIRE), hour=3)
REPRINT = an_article("reprint", REPRINT_NOTICE + WIRE, hour=4)
EDITED = an_article("edited", edit(WIRE), hour=5)
SISTER = an_article("sister", WIRE, source_id="gulf", hour=6)
OTHER = an_article("other", LOOKALIKE, source_id="tigris", hour=7)
BULL = an_article("bull", UNRELATED, source_id="basra", hour=8)
TEN = tuple(an_article(f"site{n}", WIRE, hour=9 + n / 10) for n in range(10))
ALL = (WIRED, TWO, THREE, SPUN, REPRINT, EDITED, SISTER, OTHER, BULL)


@pytest.mark.parametrize(
    ("article", "verdict", "of"),
    [
        (WIRED, "original", None), (TWO, "original", None), (THREE, "original", None), (SPUN, "spun", "wire"),
        (REPRINT, "reprint", "wire"), (EDITED, "edited", "wire"), (SISTER, "reprint", "wire"),
        (OTHER, "original", None), (BULL, "original", None),
    ],
)  # fmt: skip
def test_every_article_gets_its_verdict(article: ClassifiedArticle, verdict: str, of: str | None) -> None:
    copy = Run().all(ALL).articles[article.page_id].copy_
    assert (copy.verdict, copy.of) == (verdict, page_id(of) if of else None)
    assert bool(copy.evidence) == (verdict != "original")


def test_one_event_is_one_story_and_its_look_alike_another() -> None:
    run = Run().all(ALL)
    story_of = {
        name: run.articles[page_id(name)].story.id
        for name in ("wire", "two", "three", "spun", "other", "bull")
    }
    assert len({story_of[name] for name in ("wire", "two", "three", "spun")}) == 1
    assert len(set(story_of.values())) == 3
    story = run.stories[story_of["wire"]]
    assert story.title == WIRED.title
    assert (story.first_at, story.last_at) == (WIRED.fetched_at, SISTER.fetched_at)
    assert story.countries == ("IQ",)
    assert story.version == len(story.members) == 7


@pytest.mark.parametrize(
    ("articles", "voices"),
    [
        ((WIRED, *TEN), ("Zagros Group",)),
        ((WIRED, SPUN, REPRINT, EDITED), ("Zagros Group",)),
        ((WIRED, SISTER), ("Zagros Group",)),
        ((REPRINT, EDITED), ("Zagros Group",)),
        ((WIRED, TWO, THREE), ("Zagros Group", "Tigris House", "basra")),
        (ALL[:7], ("Zagros Group", "Tigris House", "basra")),
    ],
    ids=["ten-sites", "copies", "one-owner", "never-fetched", "three-newsrooms", "all"],
)
def test_a_story_counts_families_not_pages(
    articles: tuple[ClassifiedArticle, ...], voices: tuple[str, ...]
) -> None:
    run = Run().all(articles)
    (story,) = run.stories.values()
    assert (story.families, story.independent_sources) == (voices, len(voices))
    last = run.articles[articles[-1].page_id].corroboration
    assert (last.families, last.independent_sources) == (voices, len(voices))


@pytest.mark.parametrize("order", list(permutations((WIRED, SPUN, REPRINT, SISTER))))
def test_the_wire_is_the_original_whenever_it_comes(order: tuple[ClassifiedArticle, ...]) -> None:
    dates = {
        page_id(name): f"2026-03-{hour}:00:00Z"
        for name, hour in {"wire": "01T10", "spun": "02T10", "reprint": "01T12", "sister": "01T11"}.items()
    }
    run = Run()
    for hour, article in enumerate(order):
        published = on_day(dates[article.page_id], "second")
        run.take(structs.replace(article, published=published, fetched_at=START + timedelta(hours=hour)))
    copies = {name: run.articles[page_id(name)].copy_ for name in ("wire", "spun", "reprint", "sister")}
    assert {name: copy.verdict for name, copy in copies.items()} == {
        "wire": "original", "spun": "spun", "reprint": "reprint", "sister": "reprint"}  # fmt: skip
    assert {copy.of for copy in copies.values()} == {None, page_id("wire")}
    assert [story.families for story in run.stories.values()] == [("Zagros Group",)]


def test_an_article_whose_original_comes_later_is_published_again() -> None:
    run = Run()
    run.take(structs.replace(SPUN, fetched_at=START))
    assert run.articles[SPUN.page_id].copy_.of is None
    outgoing = run.take(structs.replace(WIRED, fetched_at=START + timedelta(hours=1)))
    emitted = [out.key for out in outgoing if isinstance(out, Emit)]
    assert emitted[:2] == [WIRED.page_id, SPUN.page_id]
    again = run.articles[SPUN.page_id]
    assert (again.copy_.of, again.version, again.text) == (WIRED.page_id, 2, SPUN.text)
    assert run.articles[WIRED.page_id].version == 1


@pytest.mark.parametrize(
    ("named", "verdict", "publisher"),
    [
        ((a_credit("reprint-of", "FP"),), "reprint", "FP"),
        ((a_credit("agency", "Reuters"),), "reprint", "Reuters"),
        ((a_credit("agency", "Zagros Wire"),), "original", None),
        ((a_credit("copyright", "Dow Jones"),), "original", None),
        ((a_credit("author", "A. Writer"),), "original", None),
    ],
)
def test_a_credit_tells_of_an_original_that_was_never_fetched(
    named: object, verdict: str, publisher: str | None
) -> None:
    copy = Run().all([structs.replace(WIRED, credits=named)]).articles[WIRED.page_id].copy_
    assert (copy.verdict, copy.of, copy.of_publisher) == (verdict, None, publisher)


@pytest.mark.parametrize(
    "credit",
    [
        a_credit("copyright", "Dow Jones"),
        Credit(kind="agency", name="AP", text="The Associated Press contributed to this report."),
    ],
)
def test_a_spun_text_is_likely_that_of_whoever_it_still_names(credit: Credit) -> None:
    run = Run().all([structs.replace(SPUN, credits=(credit,)), structs.replace(TWO, credits=(credit,))])
    copy = run.articles[SPUN.page_id].copy_
    assert (copy.verdict, copy.of, copy.of_publisher) == ("spun", None, credit.name)
    assert run.articles[TWO.page_id].copy_.verdict == "original"


def test_a_spun_name_is_proposed_beside_what_it_was() -> None:
    for articles in ((SPUN,), (WIRED, SPUN)):
        enriched = Run().all(articles).articles[SPUN.page_id]
        assert ("Ned Worth", "Ned Price") in {(repair.from_, repair.to) for repair in enriched.repairs}
        for repair in enriched.repairs:
            assert SPUN.text[repair.mention.start : repair.mention.end] == repair.mention.text == repair.from_
        assert enriched.text == SPUN.text


def test_a_local_page_that_credits_its_own_site_is_an_original() -> None:
    credited: dict[str, Any] = {
        "credits": (a_credit("source", "Kurier.Az"),),
        "canonical_url": "file:///kurier.html",
    }
    own = an_article("own", UNRELATED, site_name="Kurier.Az", **credited)
    other = an_article("other", LOOKALIKE, **credited)
    run = Run().all([own, other])
    assert run.articles[own.page_id].copy_.verdict == "original"
    assert run.articles[other.page_id].copy_.verdict == "reprint"


def test_an_irrelevant_article_is_skipped() -> None:
    with pytest.raises(Skip) as refusal:
        build({}, Kept()).step(structs.replace(WIRED, relevant=False, because="Not relevant: about bread."))
    assert (refusal.value.reason, refusal.value.detail) == ("not-relevant", "Not relevant: about bread.")


def test_the_record_is_the_article_with_more_in_it() -> None:
    article = structs.replace(
        WIRED, stamps=(Stamp(component="extractor.html", version="1", digest="0" * 16),)
    )
    record = Run().all([article]).articles[article.page_id]
    added = {"stamps", "revision"}
    kept = [name for name in ClassifiedArticle.__struct_fields__ if name not in added]
    assert {name: getattr(record, name) for name in kept} == {name: getattr(article, name) for name in kept}
    assert record.stamps == article.stamps + stamps()
    assert (record.revision.number, record.revision.kind, record.version) == (1, "new", 1)


# --- memory ---------------------------------------------------------------------------------------


def test_a_redelivery_is_answered_with_the_same_bytes_and_not_remembered_twice() -> None:
    run = Run()
    first = [run.take(article) for article in ALL]
    for article, before in zip(ALL, first, strict=True):
        again = run.take(article)
        assert on_the_wire(again) == [out for out in on_the_wire(before) if out[0] != "memory"]


def test_an_answer_that_was_never_remembered_is_remembered_on_redelivery() -> None:
    memory = Kept()
    stage = build(SOURCES, memory)
    lost = list(stage.step(WIRED))
    assert on_the_wire(list(stage.step(WIRED))) == on_the_wire(lost)
    memory.remember(lost)
    assert not [out for out in stage.step(WIRED) if isinstance(out, Remember)]


def test_a_step_that_fails_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run().all([WIRED])
    expected = on_the_wire(list(Run(Kept(run.memory.held)).take(TWO)))
    with monkeypatch.context() as broken:
        broken.setattr("services.linker.stage.pack", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run.stage.step(TWO)
    assert on_the_wire(run.take(TWO)) == expected


def a_stream(seed: int) -> list[ClassifiedArticle]:
    """Articles in some order, some of them again, some changed, some long after the rest."""
    chance = random.Random(seed)
    corrected = an_article("wire", WIRE + "\n\nCorrection: it was Tuesday.", source_id="zagros")
    credited = an_article("spun", spin(WIRE) + " Really.", credits=(a_credit("agency", "Reuters"),))
    articles = [*ALL, *TEN[:3], corrected, credited]
    chance.shuffle(articles)
    articles += chance.sample(articles, 4)
    days = sorted(chance.choice((0, 1, 20, 44, 46, 90)) for _ in articles)
    return [
        structs.replace(article, fetched_at=START + timedelta(days=day, minutes=place))
        for place, (article, day) in enumerate(zip(articles, days, strict=True))
    ]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.data())
def test_a_restart_at_any_moment_changes_nothing(seed: int, data: st.DataObject) -> None:
    stream = a_stream(seed)
    undisturbed = Run()
    expected = [on_the_wire(undisturbed.take(article)) for article in stream]
    cut = data.draw(st.integers(0, len(stream)))
    before = Run().all(stream[:cut])
    after = Run(Kept(before.memory.held))
    again = stream[max(0, cut - 1) : cut]  # the last message comes again after a crash
    for article in again:
        kept = [out for out in on_the_wire(after.take(article)) if out[0] != "memory"]
        assert kept == [out for out in expected[cut - 1] if out[0] != "memory"]
    assert [on_the_wire(after.take(article)) for article in stream[cut:]] == expected[cut:]
    assert after.memory.held == undisturbed.memory.held


def test_articles_leave_when_the_window_has_moved_on() -> None:
    run = Run().all([WIRED, *TEN])
    late = START + SPAN + timedelta(days=2)
    first = run.take(structs.replace(BULL, fetched_at=late))
    gone = [out.key for out in first if isinstance(out, Remember) and out.value is None]
    assert len(gone) == FORGOTTEN_AT_ONCE
    second = run.take(structs.replace(OTHER, fetched_at=late + timedelta(hours=1)))
    gone += [out.key for out in second if isinstance(out, Remember) and out.value is None]
    assert len(set(gone)) == len(gone) == 11
    copy = run.take(structs.replace(SISTER, fetched_at=late + timedelta(hours=2)))[0]
    assert isinstance(copy, Emit)
    assert run.articles[SISTER.page_id].copy_.verdict == "original"
    assert sorted(run.memory.held) == ["000000000012", "000000000013", "000000000014"]


def test_a_forgetting_that_was_not_confirmed_is_repeated_after_a_restart() -> None:
    run = Run().all([WIRED])
    old = dict(run.memory.held)
    run.take(structs.replace(BULL, fetched_at=START + SPAN + timedelta(days=1)))
    restarted = Run(Kept(old | run.memory.held))
    outgoing = restarted.take(structs.replace(OTHER, fetched_at=START + SPAN + timedelta(days=2)))
    assert Remember("000000000001", None) in outgoing


def test_a_memory_that_is_no_memory_of_ours_stops_the_start() -> None:
    with pytest.raises(Unreadable, match="000000000001"):
        build({}, Kept({"000000000001": b"rubbish"}))


# --- the same page again ---------------------------------------------------------------------------


def changed(article: ClassifiedArticle, text: str, hour: float = 30.0) -> ClassifiedArticle:
    return an_article("wire", text, title=article.title, source_id=article.source_id, hour=hour)


def test_a_page_fetched_again_unchanged_gives_the_same_answer() -> None:
    run = Run()
    first = run.take(WIRED)
    run.take(TWO)
    again = run.take(structs.replace(WIRED, fetched_at=START + timedelta(days=1)))
    assert on_the_wire(again) == [out for out in on_the_wire(first) if out[0] != "memory"]


def test_a_changed_page_is_a_new_revision_in_the_same_story() -> None:
    run = Run().all([WIRED, TWO, SPUN])
    story = run.articles[WIRED.page_id].story.id
    run.take(changed(WIRED, WIRE.replace("ninety days", "sixty days")))
    record = run.articles[WIRED.page_id]
    assert (record.revision.number, record.revision.kind, record.version) == (2, "text", 2)
    assert [change.what for change in record.revision.changes] == ["paragraph"]
    assert record.copy_.verdict == "original"
    assert record.story.id == story
    assert len(run.stories[story].members) == 3


def test_a_retracted_page_is_withheld() -> None:
    run = Run().all([WIRED, changed(WIRED, "This article has been retracted.\n\n" + WIRE)])
    record = run.articles[WIRED.page_id]
    assert (record.revision.kind, record.status) == ("retraction", "withheld")


def test_newer_rules_judge_the_same_text_again_without_a_new_revision() -> None:
    run = Run().all([WIRED])
    newer = structs.replace(
        WIRED, stamps=(Stamp(component="classifier.relevance", version="2", digest="a" * 16),)
    )
    run.take(newer)
    record = run.articles[WIRED.page_id]
    assert (record.revision.number, record.revision.kind, record.version) == (1, "new", 2)


def test_a_replayed_article_is_judged_again_while_it_is_known_and_let_go_when_it_is_not() -> None:
    """Its next version would be 1: on a compacted topic that would take the place of a higher one."""
    run = Run().all([WIRED])
    newer = (Stamp(component="classifier.relevance", version="2", digest="a" * 16),)
    replayed = structs.replace(
        WIRED, stamps=newer, revision=run.articles[WIRED.page_id].revision, lane="backfill"
    )
    with pytest.raises(Skip, match="not-current: revision 1 of a page that left the window"):
        Run().take(replayed)
    rewritten = Run().all([WIRED, changed(WIRED, edit(WIRE))])
    with pytest.raises(Skip, match="not-current: revision 1 of a page that has another text now"):
        rewritten.take(replayed)
    first = on_the_wire(run.take(replayed))
    assert run.articles[WIRED.page_id].version == 2
    assert on_the_wire(run.take(replayed)) == [each for each in first if each[0] != "memory"]


def test_the_stage_says_what_it_reads_and_who_it_is() -> None:
    stage = build({}, Kept())
    assert (stage.name, stage.source, stage.stamps) == ("linker", ARTICLES_CLASSIFIED, stamps())


HOSTILE = (
    "", " ", ".", "\x00" * 100, "a " * 50_000, "\u202e\u0645\u0631\u062d\u0628\u0627 " * 500, "((((" * 10_000,
    "A." * 30_000, "’" * 10_000, "1,1" * 20_000, "Source: " * 5_000, "𝔘" * 5_000,
    "Reuters carries an article " * 2_000, "Correction: " * 5_000,
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(text: str) -> None:
    more = an_article("third", text + " more words")
    run = Run().all([an_article("one", text), an_article("again", text), more, an_article("one", text + "!")])
    assert len(run.articles) == 3


@pytest.mark.parametrize("credited", [False, True])
def test_copies_never_point_at_each_other(credited: bool) -> None:
    """A site that bumps its date on every update, or credits its own copy, stays the original it was."""

    def dated(article: ClassifiedArticle, day: int) -> ClassifiedArticle:
        value = f"2026-01-0{day}T08:00:00Z"
        return structs.replace(
            article, published=Published(value=value, precision="second", source="json-ld", confidence=0.95)
        )

    first, copy = dated(WIRED, 1), dated(SISTER, 2)
    again = structs.replace(
        dated(WIRED, 3),
        text=WIRE + "\n\nMore follows.",
        revision=structs.replace(WIRED.revision, digest="2" * 16),
        credits=(a_credit("reprint-of", "Gulf Mirror"),) if credited else (),
        fetched_at=WIRED.fetched_at + timedelta(hours=20),
    )
    articles = Run().all((first, copy, again)).articles
    assert articles[again.page_id].revision.number == 2
    for start in articles:
        at, seen = articles[start], {start}
        while at.copy_.of is not None:
            assert at.copy_.of not in seen, "the copies point in a circle"
            seen.add(at.copy_.of)
            at = articles[at.copy_.of]


def test_another_list_of_sources_counts_for_what_is_judged_from_then_on() -> None:
    """A redelivery is answered as before, byte for byte; a window built anew goes on the same way."""
    lists = [SOURCES]
    memory = Kept()
    stage = following(lambda: lists[-1], memory)

    def take(article: ClassifiedArticle) -> list[tuple[str, str, bytes | None]]:
        outgoing = list(stage.step(article))
        memory.remember(outgoing)
        return on_the_wire(outgoing)

    first = take(TWO)
    sold = structs.replace(SOURCES["basra"], family=SOURCES["tigris"].family or "tigris")
    lists.append({**SOURCES, "basra": sold})
    assert take(TWO) == [line for line in first if line[0] != "memory"]
    before = Kept(memory.held)
    owned = take(THREE)
    assert owned == on_the_wire(list(build(lists[-1], before).step(THREE)))
    assert owned != on_the_wire(list(build(SOURCES, before).step(THREE)))


FIRE = """\
Three people were killed in a fire in a hotel of Najaf on Sunday, the fire brigade said. Guests from Iran \
jumped from the second floor because boxes blocked the stairs, and Colonel Haidar Jabbar closed the street \
of the goldsmiths."""
SAME_FIRE = """\
A hotel fire in the street of the goldsmiths of Najaf killed five people on Sunday, the governor said. \
Guests from Iran jumped from the second floor. Colonel Haidar Jabbar spoke of boxes on the stairs."""
HOTEL = (
    an_article("fire", FIRE, source_id="zagros", hour=0, published=on_day("2026-03-02")),
    an_article("same", SAME_FIRE, source_id="tigris", hour=1, published=on_day("2026-03-02")),
    an_article("again", FIRE, host="copies.example", hour=2, published=on_day("2026-03-02")),
)


def test_a_story_says_what_its_members_differ_on() -> None:
    run = Run().all(HOTEL)
    (story,) = run.stories.values()
    (found,) = story.disagreements
    assert (found.what, story.updates) == ("killed", ())
    assert [(value.value, value.page_ids, value.families) for value in found.values] == [
        ("3", (page_id("fire"), page_id("again")), ("Zagros Group",)),
        ("5", (page_id("same"),), ("Tigris House",)),
    ]
    assert found.values[1].said[0].sentence.text == SAME_FIRE.split(". ")[0] + "."


def test_a_figure_that_rose_is_an_update() -> None:
    later = structs.replace(HOTEL[1], published=on_day("2026-03-03T20:00:00Z", "second"))
    earlier = structs.replace(HOTEL[0], published=on_day("2026-03-02T20:00:00Z", "second"))
    (story,) = Run().all((earlier, later)).stories.values()
    assert story.disagreements == ()
    assert [value.value for value in story.updates[0].values] == ["3", "5"]


def test_a_page_that_corrects_itself_ends_the_disagreement() -> None:
    corrected = FIRE.replace("Three people", "Five people")
    digest = "c" * 16
    (story,) = Run().all(
        (*HOTEL[:2], an_article("fire", corrected, source_id="zagros", hour=3, published=HOTEL[0].published,
                                revision=structs.replace(HOTEL[0].revision, digest=digest)))
    ).stories.values()  # fmt: skip
    assert story.disagreements == ()


def test_disagreements_are_the_same_after_a_restart() -> None:
    undisturbed = Run()
    expected = [on_the_wire(undisturbed.take(article)) for article in HOTEL]
    for cut in range(len(HOTEL) + 1):
        after = Run(Kept(Run().all(HOTEL[:cut]).memory.held))
        assert [on_the_wire(after.take(article)) for article in HOTEL[cut:]] == expected[cut:]
        assert [on_the_wire(after.take(article)) for article in HOTEL] == [
            [out for out in outgoing if out[0] != "memory"] for outgoing in expected
        ]


def test_what_an_event_remembered_before_there_were_claims_is_read() -> None:
    run = Run().all(HOTEL[:1])
    (key,) = run.memory.held
    event = msgspec.msgpack.decode(zlib.decompress(run.memory.held[key]))
    del event["profile"]["claims"]
    old = Run(Kept({key: zlib.compress(msgspec.msgpack.encode(event))}))
    (story,) = old.all(HOTEL[1:2]).stories.values()
    assert (len(story.members), story.disagreements) == (2, ())
