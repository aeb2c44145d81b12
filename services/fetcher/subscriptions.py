"""From subscriptions of a feed reader to sources that are not read yet, with remarks on the rest. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from schemas.records import Feed, Source
from services.fetcher.canonical import canonical_url, publisher_site
from services.fetcher.entries import absolute_url
from services.fetcher.opml import Outline
from services.stage import Skip

MAX_ID = 60  # characters
TO_FILL_IN = "; fill in country, languages, kind and family (who owns it), which OPML does not say"


@dataclass(frozen=True, slots=True)
class Imported:
    """Sources to add, and what a person should know of the rest: one line a remark."""

    sources: tuple[Source, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subscription:
    """An outline whose addresses are of the kind we fetch."""

    outline: Outline
    feed: Feed
    homepage: str
    group: str  # the same for all lists of one source


def new_sources(outlines: Iterable[Outline], known: Mapping[str, Source]) -> Imported:
    """Sources for what `known` does not read, in the order of the outlines.

    Lists with one home page are one source. Sources at one site are one family, for a voice must not count
    twice: that of the known source there, else the site. Country, languages and kind keep their defaults.
    """
    remarks: list[str] = []
    groups: dict[str, list[Subscription]] = {}
    read_by = {_form(feed.url): source.id for source in known.values() for feed in source.feeds}
    for outline in outlines:
        found = _subscription(outline)
        if isinstance(found, str):
            remarks.append(f"left out: {outline.name or 'an outline without a name'}: {found}")
            continue
        form = _form(found.feed.url)
        if form in read_by:
            reader = read_by[form]
            remarks.append(f"left out: {form} is {f'read already as {reader}' if reader else 'named before'}")
            continue
        read_by[form] = ""
        groups.setdefault(found.group, []).append(found)
    families = _families(groups.values(), known, remarks)
    taken = dict.fromkeys(known, 1)
    sources = tuple(_source(members, families, taken) for members in groups.values())
    remarks.append(f"new sources: {len(sources)}{TO_FILL_IN if sources else ''}")
    return Imported(sources, tuple(remarks))


def _subscription(outline: Outline) -> Subscription | str:
    """The lists that we can read, else why not."""
    if outline.kind is None:
        return "a link, no feed"
    url = absolute_url(outline.url, None)
    if url is None or not _form(url):
        return "no address that we fetch"
    home = absolute_url(outline.homepage, None)
    if home is None or not _form(home):
        parts = urlsplit(url)
        home, group = (
            f"{parts.scheme}://{parts.netloc}/",
            _form(url),
        )  # a host alone may be of many publishers
    else:
        group = _form(home)
    return Subscription(outline, Feed(url=url, kind=outline.kind), home, group)


def _form(url: str) -> str:
    """What two addresses of one page have in common; nothing where it is none that we fetch."""
    try:
        return canonical_url(url)
    except Skip:
        return ""


def _families(
    groups: Iterable[list[Subscription]], known: Mapping[str, Source], remarks: list[str]
) -> dict[str, str]:
    """Site to family, where a new source is not the only one at its site."""
    owners: dict[str, Source] = {}
    for source in known.values():
        if _form(source.homepage):
            owners.setdefault(publisher_site(source.homepage), source)
    counts: dict[str, int] = {}
    for members in groups:
        site = publisher_site(members[0].homepage)
        counts[site] = counts.get(site, 0) + 1
    families: dict[str, str] = {}
    for site, count in counts.items():
        if site in owners:
            families[site] = owners[site].family or owners[site].id
            remarks.append(f"{site}: {owners[site].id} is there already: {count} more of its family")
        elif count > 1:
            families[site] = site
            remarks.append(f"{site}: {count} sources, taken for one family: part them if owners differ")
    return families


def _source(members: list[Subscription], families: Mapping[str, str], taken: dict[str, int]) -> Source:
    first = members[0]
    host = (urlsplit(first.homepage).hostname or "").removeprefix("www.")
    folders = dict.fromkeys(
        " / ".join(filter(None, each.outline.folders)) for each in members if any(each.outline.folders)
    )
    ident = _free(kebab(first.outline.name) or kebab(host) or "source", taken)
    return Source(
        id=ident,
        name=first.outline.name or host,
        homepage=first.homepage,
        feeds=tuple(each.feed for each in members),
        family=families.get(publisher_site(first.homepage)),
        notes=f"Imported from OPML: {'; '.join(folders)}." if folders else "Imported from OPML.",
    )


def kebab(text: str) -> str:
    """An id of the Latin letters and digits of a text, or nothing where they do not say much."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    ident = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")[:MAX_ID].strip("-")
    return ident if len(re.sub(r"[^a-z]", "", ident)) > 1 else ""


def _free(ident: str, taken: dict[str, int]) -> str:
    """The id, or the id with the next number where it is taken; `taken` learns both."""
    found = ident
    while found in taken:
        taken[ident] = taken.get(ident, 1) + 1
        found = f"{ident}-{taken[ident]}"
    taken[found] = 1
    return found
