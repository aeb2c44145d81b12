"""An article as the linker sees it, from whichever record, and the profile that is kept of it. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import compress

from schemas.records import Article, ClassifiedArticle, Credit, DateCandidate, Entity
from services.linker.claims import claims_of
from services.linker.credits import first_publishers, likely_publishers, notices
from services.linker.events import Identity, Profile
from services.linker.publishers import Publishers, is_family, site_of
from services.linker.sentences import encoder
from services.linker.shingles import WORDS_READ, shingle_hashes
from services.linker.spun.allowance import allowance
from services.linker.spun.detector import Finding, eased, find_spun
from services.linker.tokens import fold, printed_words
from services.linker.told_days import told_days
from services.linker.vectors import Rarity, vectors_of

TITLE_READ = 60  # words of a title
TRUSTED = 0.5  # confidence from which a publication date decides anything


Usual = Callable[[str], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Reading:
    """One article on its way through the linker."""

    identity: Identity
    title: str | None
    text: str
    published: DateCandidate | None
    source_id: str | None
    url: str
    credits: tuple[Credit, ...]
    countries: tuple[str, ...]  # ISO 3166-1 alpha-2, of grade 1 and 2
    topics: tuple[str, ...]  # ids
    named: tuple[Entity, ...]  # those that are named, with the places
    genre: str
    printed: tuple[str, ...]  # words of the text that fold to something
    folded: tuple[str, ...]  # the same, folded
    oddity: Finding

    @property
    def entities(self) -> tuple[str, ...]:
        """The ids of those that are named."""
        return tuple(dict.fromkeys(entity.id for entity in self.named))


def read_article(article: ClassifiedArticle) -> Reading:
    """The reading of a record from `articles.classified`.

    What a page calls its site names its publisher only where neither a source nor a host does.
    """
    return read(
        identity_of(article),
        article.title,
        article.text,
        published=article.published,
        source_id=article.source_id or (None if site_of(article.canonical_url) else article.site_name),
        url=article.canonical_url,
        credited=article.credits,
        countries=tuple(code for code, about in article.relevance.items() if about.grade),
        topics=tuple(topic.id for topic in article.topics),
        named=article.entities,
        genre=article.genre,
    )


def identity_of(article: Article) -> Identity:
    """Which input this is. `rules` digests the stamps, so that newer rules are not taken for a redelivery."""
    rules = ",".join(f"{stamp.component}:{stamp.version}:{stamp.digest}" for stamp in article.stamps)
    return Identity(
        page_id=article.page_id, digest=article.revision.digest, fetched_at=article.fetched_at,
        rules=sha256(rules.encode("utf-8", "surrogatepass")).hexdigest()[:16],
    )  # fmt: skip


def read(
    identity: Identity,
    title: str | None,
    text: str,
    *,
    published: DateCandidate | None = None,
    source_id: str | None = None,
    url: str = "",
    credited: tuple[Credit, ...] = (),
    countries: tuple[str, ...] = (),
    topics: tuple[str, ...] = (),
    named: tuple[Entity, ...] = (),
    genre: str = "news",
) -> Reading:
    """Tokenise and judge what needs nobody else: words, oddity, notices where the record has no credit."""
    printed, folded = _telling(text, WORDS_READ)
    return Reading(
        identity=identity,
        title=title,
        text=text,
        published=published,
        source_id=source_id,
        url=url,
        credits=credited if first_publishers(credited) else (*credited, *notices(text)),
        countries=countries,
        topics=topics,
        named=named,
        genre=genre,
        printed=printed,
        folded=folded,
        oddity=find_spun(text),
    )


def _telling(text: str, limit: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a text as printed and folded, but for those that are only marks."""
    printed = tuple(printed_words(text, limit))
    folded = tuple(map(fold, printed))
    if all(folded):
        return printed, folded
    return tuple(compress(printed, folded)), tuple(filter(None, folded))


def headed(title: str | None, printed: tuple[str, ...]) -> tuple[str, ...]:
    """The words of the title, then those of the text."""
    return (*_telling(title or "", TITLE_READ)[0], *printed)


def profile_of(
    reading: Reading, rarity: Rarity, publishers: Publishers, since: datetime, usual: Usual = lambda _: ()
) -> Profile:
    """What is kept of an article; its vectors weigh terms as rare as they are now.

    `usual` gives the margins of a family's past articles.
    """
    model = encoder()
    family = publishers.family_of(reading.source_id, reading.url, reading.identity.page_id)
    forgiven = allowance(usual(family))
    odd = eased(reading.oddity, forgiven).spun
    telling = likely_publishers if odd else first_publishers
    derived = ((credit, publishers.family_named(credit.name)) for credit in telling(reading.credits))
    credit, credited = next((pair for pair in derived if not is_family(pair[1], family)), (None, None))
    when, precise = _instant(reading.published)
    return Profile(
        identity=reading.identity,
        since=since,
        title=reading.title,
        published=when,
        precise=precise,
        family=family,
        publisher=publishers.name_of(reading.source_id),
        odd=odd,
        margin=reading.oddity.margin,
        forgiven=forgiven,
        credit=credit,
        credited=credited,
        shingles=shingle_hashes(reading.folded),
        vectors=vectors_of(headed(reading.title, reading.printed), reading.entities, rarity),
        days=told_days(f"{reading.title or ''}\n{reading.text}"),
        sentence=model.sentence(reading.title, reading.text) if model else b"",
        claims=claims_of(
            reading.title, reading.text, genre=reading.genre, named=reading.named, published=when
        ),
    )


def _instant(published: DateCandidate | None) -> tuple[float | None, bool]:
    """Seconds since 1970 and whether they are more than a day; (None, False) for a guess or nonsense."""
    if published is None or published.confidence < TRUSTED:
        return None, False
    try:
        when = datetime.fromisoformat(published.value)
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        return when.timestamp(), published.precision != "day"
    except (ValueError, OverflowError):
        return None, False
