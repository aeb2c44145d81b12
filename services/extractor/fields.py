"""The fields of an HTML page beside its text, each with its evidence. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.records import Credit, DateCandidate, FieldEvidence, RawPage
from services.extractor.datechoice import why_refused
from services.extractor.datemarks import MarkedTime, changes_of, dates_of_items, dates_of_markup, times_of
from services.extractor.dates import (
    DatedLine,
    dates_of_lines,
    is_labelled,
    is_theme_date,
    says_updated,
)
from services.extractor.datescripts import dates_of_scripts
from services.extractor.datestated import dates_of_origin
from services.extractor.datetext import as_day, read_dates, rest_of
from services.extractor.headline import Headline, locate_headline
from services.extractor.markup import Markup
from services.extractor.metadata import Said, addresses, images, languages, sections, site_names
from services.extractor.signatures import find_byline, own_names
from services.extractor.titles import find_title

NEAR = 4  # lines above the title in which a date may be its date; twice as many below
MAX_LABELLED = 80  # characters of a line far from the title that says "Published on …"
SURE = 0.7  # confidence of a date from which on lines far from the title are not looked at
MAX_LONE = 40  # characters of a line that is a date and nothing else
MAX_LABEL, MAX_LABEL_WORDS = 30, 3  # characters and words of a line that says what the date under it is
_HAS_NUMBER = re.compile(r"\d{2}")
MONTH_FIRST = frozenset(["en-us", "en_us", "en-ph"])  # 03/04/2024 is the fourth of March


@dataclass(frozen=True, slots=True)
class Fields:
    """What an HTML page says of its article beside the text."""

    title: str | None
    byline: tuple[str, ...]
    credits: tuple[Credit, ...]  # roles, agencies and user names that sign
    dates: tuple[DateCandidate, ...]
    others: dict[str, Any]  # further fields of Article
    evidence: tuple[FieldEvidence, ...]
    label: str | None  # the language that the page says it is in


def read_fields(markup: Markup, page: RawPage) -> Fields:
    """Title, people, dates, site, section, picture, address and language of a page, as it states them."""
    site, site_why = _first("site_name", site_names(markup))
    own = own_names(markup, site)
    title = find_title(markup, own)
    headline = locate_headline(markup, title.text if title else page.discovered.title)
    times = tuple(times_of(markup, headline))
    byline = find_byline(markup, own, headline)
    section, section_why = _first("section", sections(markup))
    image, image_why = _first("image", images(markup))
    changes = [c for c in changes_of(markup, times) if not (c.refused or why_refused(c, page.fetched_at))]
    why = (
        title and title.evidence,
        byline.evidence,
        site_why,
        section_why,
        image_why,
        _address_of(markup, page),
    )
    return Fields(
        title=headline.text,
        byline=byline.people,
        credits=byline.others,
        dates=(*_dates_of(markup, page, headline, times), *changes),
        others={
            "site_name": site,
            "section": section,
            "image": image,
            "modified": changes[0].value if changes else None,
        },
        evidence=tuple(evidence for evidence in why if evidence),
        label=next((said.value for said in languages(markup)), None),
    )


def _dates_of(
    markup: Markup, page: RawPage, headline: Headline, times: Sequence[MarkedTime]
) -> Iterator[DateCandidate]:
    """Every statement of the day; far from the headline only where nothing better is found."""
    found = [*dates_of_markup(markup, times), *dates_of_origin(page.url, page.discovered, page.headers)]
    known = {day for c in found if c.confidence >= SURE and (day := as_day(c.value))}
    day_first = _day_first(markup)
    about = () if headline.line is None else tuple(_lines_about(markup.lines, headline.line))
    found += dates_of_lines(about, page.fetched_at, day_first, known)
    if not any(candidate.confidence >= SURE for candidate in found):
        found += (*dates_of_items(markup, headline), *dates_of_scripts(markup))
        found += dates_of_lines(tuple(_labelled_lines(markup.lines)), page.fetched_at, day_first)
    if not any(candidate.confidence for candidate in found):
        lone = [*dates_of_lines(tuple(_lone_lines(markup.lines)), page.fetched_at, day_first)]
        found += lone if len({candidate.value[:10] for candidate in lone}) == 1 else []
    return iter(found)


def _lines_about(lines: Sequence[str], title: int) -> Iterator[DatedLine]:
    """Lines under the headline and, believed less, over it."""
    for at in range(title + 1, min(len(lines), title + 1 + 2 * NEAR)):
        label = _label_over(lines, at) if _HAS_NUMBER.search(lines[at]) else ""
        yield DatedLine(lines[at], "dateline", label)
    for line in lines[max(0, title - NEAR) : title]:
        yield DatedLine(line, "top" if is_theme_date(line) else "near")


def _labelled_lines(lines: Sequence[str]) -> Iterator[DatedLine]:
    """Short lines anywhere that say "Published on" or "Updated on" and a date."""
    for at, line in enumerate(lines):
        if len(line) <= MAX_LABELLED and _HAS_NUMBER.search(line):
            label = _label_over(lines, at)
            said = f"{label} {line}"
            if is_labelled(said) or says_updated(said):
                yield DatedLine(line, "anywhere", label)


def _lone_lines(lines: Sequence[str]) -> Iterator[DatedLine]:
    """Lines anywhere that are a date and nothing else, but for a calendar."""
    for line in lines:
        if len(line) <= MAX_LONE and _HAS_NUMBER.search(line) and not is_theme_date(line):
            reading = next(read_dates(line), None)
            if reading is not None and not rest_of(line, reading):
                yield DatedLine(line, "anywhere")


def _label_over(lines: Sequence[str], at: int) -> str:
    """A line of few words and no number over another one, perhaps with a mark between: "Published", "|"."""
    over = next((line for line in reversed(lines[max(0, at - 2) : at]) if any(map(str.isalnum, line))), "")
    few = len(over) <= MAX_LABEL and len(over.split()) <= MAX_LABEL_WORDS
    return over if few and not _HAS_NUMBER.search(over) else ""


def _day_first(markup: Markup) -> bool | None:
    """How 03/04/2024 is meant here: only English has two ways, told by the country of the label."""
    label = (markup.tree.get("lang") or markup.meta("og:locale") or "").lower()
    if label in MONTH_FIRST:
        return False
    if label not in ("", "en"):
        return True
    return None


def _first(field: str, listed: Iterator[Said]) -> tuple[str | None, FieldEvidence | None]:
    """The most trusted of several statements, and how the others stand to it."""
    said = list(listed)
    if not said:
        return None, None
    chosen = said[0]
    same = tuple(s.source for s in said[1:] if s.value.casefold() == chosen.value.casefold())
    others = tuple(dict.fromkeys(s.value for s in said[1:] if s.value.casefold() != chosen.value.casefold()))
    return chosen.value, FieldEvidence(
        field=field,
        source=chosen.source,
        confidence=chosen.confidence,
        supported_by=same,
        alternatives=others,
    )


def _address_of(markup: Markup, page: RawPage) -> FieldEvidence | None:
    """How the page's own statements stand to the address it was read at, which stays its identity."""
    said = list(addresses(markup))
    if not said:
        return None
    known = {page.canonical_url, page.url, page.requested_url}
    return FieldEvidence(
        field="canonical_url",
        source="address",
        confidence=1.0,
        supported_by=tuple(s.source for s in said if s.value in known),
        alternatives=tuple(dict.fromkeys(s.value for s in said if s.value not in known)),
    )
