"""What the articles of a site have for addresses, learned from those that its feeds and sitemaps name. Pure.

An address is generalised segment by segment: numbers by how long they are, dates, slugs by how many words
they have, ids at either end of a slug, and parameters by name. Single words stay as they are, because they
tell `/news/1234` from `/gallery/1234`. A shape counts once SEEN pages had it; one in which nothing is
peculiar to an article is never learned, for a menu would pass.
"""

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

SEEN = 3  # pages of a shape that make it known: one or two may be a campaign, or an imprint
VARIED = 4  # single words seen in one place of a shape that make any word fit there
MOST_SHAPES = 40  # remembered of a site, the commonest
ENOUGH = 200  # pages of one shape are counted up to here; then all counts are halved, and what is gone fades
MOST_SEGMENTS, LONGEST = 8, 160  # of a shape, and its characters

NUMBERS = ((2, "#"), (5, "###"), (8, "######"))  # digits at most, and what stands for them
LONG_NUMBER = "#########"
YEAR = re.compile(r"(?:199|20[0-3]|13[7-9]|14[0-5])\d")  # of the web: Gregorian, Iranian, Islamic
DAY = re.compile(r"(?:19|20)\d\d-?[01]\d-?[0-3]\d")
HEX = re.compile(r"(?=[a-f-]*\d)(?=[\d-]*[a-f])[0-9a-f-]{8,}")
LETTERS_AND_NUMBER = re.compile(r"([^\W\d_]{1,12})(\d{3,})")
EXTENSION = re.compile(r"\.[a-z]{2,5}$", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+")
ID = re.compile(r"\d{5,}")
FEW, MANY = "{words}", "{many-words}"  # two or three words of a slug, which a menu may have too; four or more
ANY = "{word}"
DATE, YEARS, KEY = "{date}", "{year}", "{key}"
PLACES = frozenset((  # parameters that say where in a list, not which page
    "page", "paged", "pg", "p_page", "cat", "category", "cid", "tag", "author", "offset", "start", "limit",
    "year", "month", "lang", "sort", "section", "sec",
))  # fmt: skip


class Shapes(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of one site: how many pages had which shape."""

    counts: dict[str, int] = {}

    def known(self) -> frozenset[str]:
        """The shapes of articles, those in which any word fits included."""
        shapes = {shape for shape, count in self.counts.items() if count >= SEEN and _tells(shape)}
        words = Counter(wide for shape in self.counts if _tells(wide := widened(shape)) and wide != shape)
        return frozenset(shapes | {wide for wide, varied in words.items() if varied >= VARIED})

    def learn(self, canonical_urls: Iterable[str]) -> "Shapes":
        """With some more pages that lists have named."""
        counts = Counter(self.counts)
        counts.update(shape for url in canonical_urls if (shape := shape_of(url)))
        while counts and max(counts.values()) > ENOUGH:
            counts = Counter({shape: count // 2 for shape, count in counts.items() if count > 1})
        return Shapes(counts=dict(counts.most_common(MOST_SHAPES)))


def fits(shape: str | None, known: frozenset[str]) -> bool:
    """Whether a shape is one of those known, as it is or with any word."""
    return shape is not None and (shape in known or widened(shape) in known)


def shape_of(url: str) -> str | None:
    """The shape of an address in canonical form; None for a homepage, and where it is too long."""
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    if len(segments) > MOST_SEGMENTS or not (segments or parts.query):
        return None
    path = "/" + "/".join(map(_segment, segments)) + ("/" if parts.path.endswith("/") and segments else "")
    query = "&".join(f"{name}={_segment(value)}" for name, value in parse_qsl(parts.query))
    shape = f"{path}?{query}" if query else path
    return shape if len(shape) <= LONGEST else None


def widened(shape: str) -> str:
    """The shape with any word where it has a certain one, but for what comes first and for parameters."""
    path, mark, query = shape.partition("?")
    first, *others = path.split("/")[1:] or [""]
    if not others:
        return shape
    wide = [ANY if WORD.fullmatch(each) and not each.isdigit() else each for each in (first, *others)]
    return "/" + "/".join(wide) + mark + query


def _segment(printed: str) -> str:
    text = unquote(printed).lower()
    ending = found[0] if (found := EXTENSION.search(text)) else ""
    text = text.removesuffix(ending)
    if DAY.fullmatch(text):
        return DATE + ending
    if text.isdigit():
        return (YEARS if YEAR.fullmatch(text) else _number(text)) + ending
    if HEX.fullmatch(text):
        return KEY + ending
    if found := LETTERS_AND_NUMBER.fullmatch(text):
        return f"{found[1]}{_number(found[2])}{ending}"
    return _slug(WORD.findall(text), text) + ending


def _slug(words: list[str], text: str) -> str:
    first = _number(words.pop(0)) + "-" if len(words) > 1 and ID.fullmatch(words[0]) else ""
    last = "-" + _number(words.pop()) if len(words) > 1 and ID.fullmatch(words[-1]) else ""
    if len(words) > 1:
        return first + (MANY if len(words) > 3 else FEW) + last
    return first + (words[0] if words else text) + last


def _number(digits: str) -> str:
    return next((said for most, said in NUMBERS if len(digits) <= most), LONG_NUMBER)


def _tells(shape: str) -> bool:
    """Whether something in a shape is peculiar to an article: an id, a long slug, or what follows a date."""
    path, _, query = shape.partition("?")
    if any("#" in value and name not in PLACES for name, _, value in map(_parameter, query.split("&"))):
        return True
    segments = [each for each in path.split("/") if each]
    if any(mark in each for each in segments for mark in ("###", MANY, KEY)):
        return True
    dated = [place for place, each in enumerate(segments) if each in (DATE, YEARS)]
    return bool(dated) and any(not _is_number(each) for each in segments[dated[0] + 1 :])


def _parameter(printed: str) -> tuple[str, str, str]:
    name, mark, value = printed.partition("=")
    return name.lower(), mark, value


def _is_number(segment: str) -> bool:
    return set(segment) == {"#"} or segment in (DATE, YEARS)
