"""Who signed a page: every place that names them by trust, people told from roles and agencies. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urlsplit

from schemas.records import Credit, FieldEvidence
from services.extractor.headline import Headline
from services.extractor.marked_names import marked_names
from services.extractor.markup import Markup
from services.extractor.people import is_signed, shorten_names, sort_byline, squash
from services.extractor.stated_names import MAX_PEOPLE, MAX_VALUE, Signature, stated_signatures

MAX_OTHERS = 10
MAX_TRIED = 12  # places that name somebody
LONG_NAME = 4  # words from which a name may hold the name of its paper
OWNER_WORDS = 2  # of a person's name that is the name of the site as well
BELOW, ABOVE = 12, 4  # lines about the headline in which "By …" signs the article

CONFIDENCE = {
    "json-ld": 0.9,
    "meta": 0.85,
    "itemprop": 0.8,
    "rel": 0.8,
    "link": 0.75,
    "class": 0.65,
    "visible-line": 0.6,
}
"""Place that names who signed → how often it is right."""
STATED = frozenset(["json-ld", "meta"])


@dataclass(frozen=True, slots=True)
class Byline:
    """Who signed."""

    people: tuple[str, ...]
    others: tuple[Credit, ...]  # roles, agencies and user names
    evidence: FieldEvidence | None


def find_byline(page: Markup, own: Sequence[str], headline: Headline) -> Byline:
    """People who signed, in order, and credits for the roles, agencies and user names beside them.

    `own`: what the site is called: it signs as a role, unless nobody else does and it is called as people
    are.
    """
    heard = _Heard(frozenset(squash(name) for name in own))
    for signature in islice(_signatures(page, headline), MAX_TRIED):
        if heard.takes(signature):
            break
    signed = heard.whole or heard.short or heard.owner_who_is_a_person()
    if signed is None:
        return Byline((), heard.credits(), None)
    signature, people = signed
    names = tuple(shorten_names(people, _linked_names(page, headline, people)))[:MAX_PEOPLE]
    return Byline(names, heard.credits(), _evidence(page, signature, names))


_Signed = tuple[Signature, list[str]]


@dataclass(slots=True)
class _Heard:
    """What the places that name somebody have said so far, the most trusted first."""

    own: frozenset[str]  # names of the site, squashed
    others: dict[tuple[str, str], Credit] = field(default_factory=dict)
    whole: _Signed | None = None  # people
    short: _Signed | None = None  # people whom the head calls by one word: a first name or a login
    owner: _Signed | None = None  # the site itself, called as people are

    def takes(self, signature: Signature) -> bool:
        """Hears one more; whether that settles who signed."""
        if self.others and not signature.near and signature.source == "link":
            return False
        people, beside = _told_apart(signature)
        strangers = [name for name in people if squash(name) not in self.own]
        if people and not strangers:
            self.owner = self.owner or (signature, people)
        for credit in beside:
            self.others.setdefault((credit.kind, credit.name), credit)
        if not strangers:
            return False
        if self.short and (not signature.near or signature.source == self.short[0].source):
            return False
        if signature.source in STATED and not any(" " in name for name in strangers):
            # who prints a whole name beside the headline says more
            self.short = self.short or (signature, strangers)
            return False
        self.whole = signature, strangers
        return True

    def owner_who_is_a_person(self) -> _Signed | None:
        """The site as who signed, where it is called as people are; else it is one of the credits."""
        names = self.owner[1] if self.owner else []
        if names and all(len(name.split()) == OWNER_WORDS and not name.isupper() for name in names):
            return self.owner
        for name in names:
            self.others.setdefault(("role", name), Credit(kind="role", name=name, text=name))
        return None

    def credits(self) -> tuple[Credit, ...]:
        """The credits; a site that is called an organisation is no agency of its own text."""
        told = (
            Credit(kind="role", name=c.name, text=c.text) if squash(c.name) in self.own else c
            for c in self.others.values()
        )
        return tuple(told)[:MAX_OTHERS]


def own_names(page: Markup, site_name: str | None) -> tuple[str, ...]:
    """What the site may call itself: its name, its publisher's, and its host with and without the suffix."""
    publisher = page.story.get("publisher")
    named = publisher.get("name") if isinstance(publisher, dict) else None
    host = (_host(page.url) or "").removeprefix("www.")
    said = (site_name, named, host, host.rpartition(".")[0], host.split(".")[0])
    return tuple(name for name in said if isinstance(name, str) and name)


def _linked_names(page: Markup, headline: Headline, people: Sequence[str]) -> list[str]:
    """What links to authors print, where a name is long enough to hold more than a name."""
    if all(len(name.split()) < LONG_NAME for name in people):
        return []
    marked = (name for name in marked_names(page.tree, headline) if name.near)
    return [line for name in marked for line in name.printed.split("\n")]


def _evidence(page: Markup, by: Signature, people: Sequence[str]) -> FieldEvidence:
    agreeing = tuple(dict.fromkeys(_agreeing(page, by, people)))
    return FieldEvidence(
        field="byline", source=by.source, confidence=CONFIDENCE[by.source], supported_by=agreeing
    )


def _agreeing(page: Markup, by: Signature, people: Sequence[str]) -> Iterator[str]:
    """Other statements of the head that name one of these people, and the visible lines."""
    for signature in stated_signatures(page):
        if signature.source != by.source and any(name in signature.printed for name in people):
            yield signature.source
    if by.source != "visible-line" and any(
        name in line for name in people for line in page.lines if len(line) < MAX_VALUE
    ):
        yield "visible-line"


def _told_apart(signature: Signature) -> tuple[list[str], list[Credit]]:
    lone = signature.source == "meta" and " " not in signature.printed  # "Layla", as blogs sign
    sure = lone or signature.kind == "Person" or signature.source in ("itemprop", "rel", "link")
    names, beside = sort_byline(signature.printed, said_person=sure)
    if signature.kind == "Organization":
        # an organisation that signs and is not the site itself is where the text comes from
        text = signature.printed[:MAX_VALUE]
        return [], [
            Credit(kind="agency", name=name, text=text) for name in (*(c.name for c in beside), *names)
        ]
    if signature.source == "class":  # a class may hold more than a name: only short pieces are roles
        beside = [credit for credit in beside if credit.kind == "agency" or len(credit.name.split()) <= 4]
    return names, beside


def _signatures(page: Markup, headline: Headline) -> Iterator[Signature]:
    """Printed names by trust, those far from the headline last."""
    yield from stated_signatures(page)
    lined = headline.line is None
    for marked in marked_names(page.tree, headline):
        if not marked.near and not lined:
            yield from _signed_lines(page, headline)
            lined = True
        yield Signature(marked.printed, marked.how, near=marked.near)
    if not lined:
        yield from _signed_lines(page, headline)


def _signed_lines(page: Markup, headline: Headline) -> Iterator[Signature]:
    """Visible lines about the headline that sign."""
    at = headline.line or 0
    near = page.lines[max(0, at - ABOVE) : at + 1 + BELOW]
    yield from (Signature(printed, "visible-line") for printed in near if is_signed(printed))


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
