"""The linker as a stage: a relevant article in; its enriched record, its story and one memory out.

Everything is computed first; the window changes last, so a step that raises leaves no trace. An input that
was answered before is answered again, byte for byte, from what is remembered.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256

from msgspec import structs

from schemas.codec import decode, encode
from schemas.records import (
    ClassifiedArticle,
    Corroboration,
    EnrichedArticle,
    Source,
    Stamp,
    StoryLink,
    grown,
)
from schemas.topics import ARTICLES_CLASSIFIED, ARTICLES_ENRICHED, STORIES
from services.linker import claims, copies, likeness, stories
from services.linker.data_files import data_digest
from services.linker.events import Event, pack, unpack
from services.linker.judge import Amended, Judgement, judge
from services.linker.publishers import Publishers
from services.linker.reading import identity_of, read_article
from services.linker.scrubbing import scrubbed
from services.linker.sentences import installed, sentences_digest
from services.linker.spun.model import load_model
from services.linker.stories import story_record
from services.linker.takedown import CANCELED, taken_down
from services.linker.window import FORGOTTEN_AT_ONCE, Window, key_of
from services.stage import Emit, Erase, Memory, Outgoing, Remember, Skip, Stage

COPY_TABLES = ("odd_pairs.toml", "publishers.toml", "persons.toml")


def _digest(*rules: str) -> str:
    return sha256("\n".join(rules).encode()).hexdigest()[:16]


def stamps() -> tuple[Stamp, ...]:
    """Who judged: copies and stories, with the digest of their thresholds and data files."""
    lines = (copies.REPRINT, copies.REWORKED, copies.CONTAINED, copies.SWAPPED)
    return (
        Stamp(
            component="linker.copies",
            version="2",
            digest=_digest(repr(lines), load_model().digest, *map(data_digest, COPY_TABLES)),
        ),
        Stamp(
            component="linker.stories",
            version="1+sentences" if installed() else "1",
            digest=_digest(
                repr(stories.THRESHOLD),
                repr(likeness.WEIGHTS),
                repr(likeness.SAID),
                repr(likeness.FAR_TOLD),
                data_digest("common_words.txt"),
                sentences_digest(),
            ),
        ),
        Stamp(component="linker.disagreements", version=claims.VERSION, digest=claims.claims_digest()),
    )


def build(sources: Mapping[str, Source], memory: Memory) -> Stage[ClassifiedArticle]:
    """The stage with its window rebuilt from `memory`. Raises events.Unreadable."""
    return following(lambda: sources, memory)


def following(sources: Callable[[], Mapping[str, Source]], memory: Memory) -> Stage[ClassifiedArticle]:
    """The same for a list of sources that may be another for the next article. Raises events.Unreadable.

    Who owns whom is remembered with each article, so a new list counts for what is judged from then on, and a
    redelivery is answered as before.
    """
    linker = _Linker(sources, memory)
    return Stage("linker", ARTICLES_CLASSIFIED, linker.step, stamps())


class _Linker:
    """The step and the window it keeps."""

    def __init__(self, sources: Callable[[], Mapping[str, Source]], memory: Memory) -> None:
        self._sources = sources
        self._known = sources()
        self._publishers = Publishers(self._known)
        self._memory = memory
        self._window, self._stale = Window.replayed(memory.items(""))

    def step(self, article: ClassifiedArticle) -> list[Outgoing]:
        """What one article puts out. Raises Skip("not-relevant", "taken-down", "not-current").

        One whose revision is counted was published before, and is replayed. Of a page that is not known any
        more its version would be 1, and take the place of a higher one on a compacted topic; of a page that
        has another text by now it would bring the old one back.
        """
        gone = self._window.taken_down(article.page_id)
        if article.status == CANCELED:
            return self._again(*gone) if gone else self._taken_down(article)
        if not article.relevant:
            raise Skip("not-relevant", article.because)
        if gone is not None:
            raise Skip("taken-down", article.canonical_url)
        answered = self._window.answered(identity_of(article))
        if answered is not None:
            return self._again(*answered)
        if article.revision.number is not None:
            known = self._window.page(article.page_id)
            if known is None or known.profile.identity.digest != article.revision.digest:
                why = "has another text now" if known else "left the window"
                raise Skip("not-current", f"revision {article.revision.number} of a page that {why}")
        return self._first(article)

    def _again(self, key: str, value: bytes) -> list[Outgoing]:
        """The answer given before; remembered again only if that was never confirmed."""
        event = unpack(key, value)
        outgoing: list[Outgoing] = [*_emits(event)]
        if self._memory.get(key) is None:
            outgoing += self._unconfirmed() if event.canceled else ()
            outgoing += [Remember(key, value), *(Remember(gone, None) for gone in event.forgotten)]
        return outgoing

    def _unconfirmed(self) -> Iterator[Remember]:
        """What other events hold since a takedown, where it was never confirmed that they do."""
        for number, value in self._window.numbered_events():
            if self._memory.get(key_of(number)) not in (None, value):
                yield Remember(key_of(number), value)

    def _owners(self) -> Publishers:
        """Who owns whom by the list of this moment."""
        sources = self._sources()
        if sources is not self._known:
            self._known, self._publishers = sources, Publishers(sources)
        return self._publishers

    def _first(self, article: ClassifiedArticle) -> list[Outgoing]:
        judgement = judge(read_article(article), self._window, self._owners())
        return self._told(_event(article, judgement, self._window.leaving(article.fetched_at)))

    def _taken_down(self, article: ClassifiedArticle) -> list[Outgoing]:
        return self._told(
            taken_down(article, self._window), rewritten=scrubbed(article.page_id, self._window)
        )

    def _told(self, event: Event, *, rewritten: Sequence[tuple[int, bytes]] = ()) -> list[Outgoing]:
        """What a new event puts out; only here does the window change.

        `rewritten` are values of older ones, remembered first: cut off after that, it is all done once more.
        """
        window = self._window
        number, value = window.next_number, pack(event)
        changes = [*((key_of(older), kept) for older, kept in rewritten), (key_of(number), value)]
        outgoing: list[Outgoing] = [*_emits(event), *(Remember(key, kept) for key, kept in changes)]
        left = [*event.forgotten, *self._stale[:FORGOTTEN_AT_ONCE]]
        outgoing += [Remember(key, None) for key in left]
        for older, kept in rewritten:
            window.rewrite(older, kept)
        window.apply(number, event, value)
        del self._stale[:FORGOTTEN_AT_ONCE]
        return outgoing


def _event(article: ClassifiedArticle, judgement: Judgement, leaving: tuple[str, ...]) -> Event:
    """The event of an article, with the records it puts out."""
    stories = (judgement.story, *judgement.other_stories)
    records = [_enriched(article, judgement)]
    records += [_republished(amended) for amended in judgement.amended]
    return Event(
        profile=judgement.profile,
        standing=judgement.standing,
        story=judgement.story,
        others=tuple(amended.standing for amended in judgement.amended),
        articles=tuple(encode(ARTICLES_ENRICHED, record) for record in records),
        stories=tuple(
            encode(STORIES, story_record(story, judgement.differences[story.story_id])) for story in stories
        ),
        other_stories=judgement.other_stories,
        forgotten=leaving,
    )


def _enriched(article: ClassifiedArticle, judgement: Judgement) -> EnrichedArticle:
    standing = judgement.standing
    return grown(
        EnrichedArticle,
        article,
        story=StoryLink(id=standing.story_id, score=standing.score),
        copy_=standing.copy,
        corroboration=_corroboration(judgement.families),
        repairs=judgement.repairs,
        revision=standing.revision,
        status="withheld" if standing.revision.kind == "retraction" else "usable",
        version=standing.version,
        stamps=(*article.stamps, *stamps()),
    )


def _republished(amended: Amended) -> EnrichedArticle:
    """The record of another article with its new verdict and story; the rest is as it was published."""
    standing = amended.standing
    before = decode(ARTICLES_ENRICHED, unpack(key_of(amended.page.number), amended.page.kept).articles[0])
    return structs.replace(
        before,
        story=StoryLink(id=standing.story_id, score=standing.score),
        copy_=standing.copy,
        corroboration=_corroboration(amended.families),
        repairs=before.repairs if standing.repairs is None else standing.repairs,
        version=standing.version,
    )


def _corroboration(families: tuple[str, ...]) -> Corroboration:
    return Corroboration(independent_sources=len(families), families=families)


def _emits(event: Event) -> Iterator[Emit | Erase]:
    """The records of an event, its own article first; of what was taken down, a tombstone last."""
    for value in event.articles:
        article = decode(ARTICLES_ENRICHED, value)
        yield Emit(ARTICLES_ENRICHED, article.page_id, article, article.canonical_url)
    for value in event.stories:
        story = decode(STORIES, value)
        yield Emit(STORIES, story.story_id, story, story.story_id)
    if event.canceled:
        yield from _tombstones(event)


def _tombstones(event: Event) -> Iterator[Erase]:
    """Of the page, and of a story that has no member any more."""
    article = decode(ARTICLES_ENRICHED, event.articles[0])
    yield Erase(ARTICLES_ENRICHED, article.page_id, article.canonical_url)
    if event.story is not None and not event.story.members:
        yield Erase(STORIES, event.story.story_id, event.story.story_id)
