"""What a page is when it is no article: the kinds, each with the signs it is known by. Pure.

No kind is known by one sign alone, for articles are called "Watch: ..." and stand under /live/ as well; the
one exception is what a page says of itself in JSON-LD. The words are in phrases.toml.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from services.extractor.paragraphs import is_prose
from services.extractor.rules import compile_any, load_rules

MIN_UPDATES = 3  # entries that a live blog lists in its JSON-LD
MIN_CLOCKS = 5  # lines that are the time of an entry
MIN_IMAGES = 5
LITTLE_PROSE = 3  # paragraphs: a gallery or a player has fewer
TITLE_WORDS = 14  # of an error page; a headline that speaks of errors is longer or has prose below
CONSENT_SHARE = 0.5  # of the characters in long lines
LONG_WORDS = 12
MAX_LINE = 1_000  # characters of a title, an address or a line that are looked at
HEAD_LINES = 40  # in which an error page says what went wrong
MANY_HEADLINES = 12  # links of four words and more: a section front has dozens, an article's rail a few
MANY_TEASERS = 6  # `article` elements that link on
MANY_SCRAPS = 8  # paragraphs
SCRAPS_PROSE = 0.1  # share of the text: less is a list of links, not an article

_PAGE = {name: compile_any(patterns) for name, patterns in load_rules("phrases.toml")["page"].items()}
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


@dataclass(frozen=True)
class Look:
    """A page as far as its kind shows.

    Of a page that calls itself an article, headlines, teasers and its own headline are not asked for.
    """

    title: str
    paragraphs: Sequence[str]  # the text found on it, without furniture
    lines: Sequence[str]  # all that a reader sees
    url: str = ""
    types: frozenset[str] = field(default_factory=frozenset)  # of its JSON-LD objects
    og_type: str = ""
    article: bool = False  # it calls itself an article
    updates: int = 0  # entries of a live blog in its JSON-LD
    images: int = 0
    headlines: frozenset[str] = field(default_factory=frozenset)  # texts of links of four words and more
    teasers: int = 0
    titled: bool = False  # it has a headline of its own

    @cached_property  # most kinds ask
    def prose(self) -> int:
        """Paragraphs of running text."""
        return sum(map(is_prose, self.paragraphs))

    def says(self, name: str) -> str:
        """What its title or its address says of this kind, or nothing."""
        for pattern, text in ((_PAGE[name], self.title), (_PAGE.get(f"{name}_url"), self.url)):
            if pattern and (m := pattern.search(text[:MAX_LINE])):
                return m[0].strip()
        return ""


def kind_of(look: Look) -> tuple[str, str] | None:
    """Reason and detail for a page that is no article; None where it may be one."""
    found = ((reason, tell(look)) for reason, tell in KINDS.items())
    return next(((reason, detail) for reason, detail in found if detail), None)


def _error(look: Look) -> str:
    if look.prose >= LITTLE_PROSE:
        return ""
    if len(look.title.split()) <= TITLE_WORDS and (look.says("error") or look.says("error_code")):
        return f"title: {look.title[:80]}"
    head = (line[:MAX_LINE] for line in look.lines[:HEAD_LINES])
    said = (line for line in head if len(line.split()) <= TITLE_WORDS)
    line = "" if look.prose or look.article else next(filter(_PAGE["error"].search, said), "")
    return line and f"page: {line[:80]}"


def _challenge(look: Look) -> str:
    asks = look.prose < LITTLE_PROSE and len(look.title.split()) <= TITLE_WORDS and look.says("challenge")
    return f"title: {look.title[:80]}" if asks else ""


def _cookie_wall(look: Look) -> str:
    if look.prose >= LITTLE_PROSE or look.article:
        return ""
    long = [line for line in look.lines if len(line[:MAX_LINE].split()) >= LONG_WORDS]
    asking = sum(len(line) for line in long if _PAGE["consent"].search(line[:MAX_LINE]))
    share = asking / max(1, sum(map(len, long)))
    return f"{share:.0%} of it asks for consent" if share >= CONSENT_SHARE else ""


def _search_results(look: Look) -> str:
    if "SearchResultsPage" in look.types and look.prose < LITTLE_PROSE:
        return "json-ld: SearchResultsPage"
    found = not look.article and len(look.headlines) >= 3 and look.says("search")
    return f"says {found}" if found else ""


def _live_blog(look: Look) -> str:
    if "LiveBlogPosting" in look.types and look.updates >= MIN_UPDATES:
        return f"json-ld: LiveBlogPosting with {look.updates} updates"
    said = look.says("live") or ("LiveBlogPosting" if "LiveBlogPosting" in look.types else "")
    clocks = sum(map(_is_clock, look.lines)) if said else 0
    return f"says {said}, {clocks} times of entries" if clocks >= MIN_CLOCKS else ""


def _is_clock(line: str) -> bool:
    return _PAGE["clock"].fullmatch(line.translate(_DIGITS).strip(" .·•|–—-")) is not None


def _gallery(look: Look) -> str:
    if look.prose >= LITTLE_PROSE:
        return ""
    kinds = look.types & {"ImageGallery", "MediaGallery"}
    if not look.article and (kinds or look.og_type == "gallery"):
        return f"page is a {', '.join(sorted(kinds)) or look.og_type}"
    said = look.images >= MIN_IMAGES and look.says("gallery")
    return f"says {said}, {look.images} images, {look.prose} paragraphs of prose" if said else ""


def _video(look: Look) -> str:
    if look.prose >= LITTLE_PROSE or look.article:
        return ""
    if "VideoObject" in look.types or look.og_type.startswith("video"):
        return "page is a video"
    return (said := look.says("video")) and f"says {said}, {look.prose} paragraphs of prose"


def _section_front(look: Look) -> str:
    fronts = look.types & {"CollectionPage", "ItemList"}
    if look.article or (not fronts and look.og_type == "article"):
        return ""
    if fronts and look.prose < LITTLE_PROSE:
        return f"page is a {', '.join(sorted(fronts))}"
    scraps = len(look.paragraphs)
    share = sum(len(p) for p in look.paragraphs if is_prose(p)) / max(1, sum(map(len, look.paragraphs)))
    if scraps >= MANY_SCRAPS and share < SCRAPS_PROSE:
        return f"{scraps} scraps, {share:.0%} of them prose"
    linked = sum(1 for paragraph in look.paragraphs if paragraph in look.headlines)
    listing = look.prose == 0 or linked >= max(4, scraps / 4)
    if (len(look.headlines) >= MANY_HEADLINES and listing) or (
        look.teasers >= MANY_TEASERS and not look.titled
    ):
        return f"{len(look.headlines)} headlines, {look.prose} paragraphs of prose"
    return ""


def _profile(look: Look) -> str:
    person = "ProfilePage" in look.types and not look.article and look.prose < LITTLE_PROSE
    return "page is a ProfilePage" if person else ""


KINDS: Mapping[str, Callable[[Look], str]] = {
    "error-page": _error,
    "challenge-page": _challenge,
    "cookie-wall": _cookie_wall,
    "search-results": _search_results,
    "live-blog": _live_blog,
    "gallery": _gallery,
    "video": _video,
    "section-front": _section_front,
    "not-an-article": _profile,
}
"""Reason → what tells it: the detail, or nothing. The first that tells something counts."""
