"""Feeds and sitemaps of invented news, with what should be read of them, and what servers do to them."""

import gzip
import json
import random
from collections.abc import Callable, Mapping
from html import escape
from typing import NamedTuple

chance = random.Random(1)
WORDS = [
    "river",
    "dam",
    "water",
    "power",
    "border",
    "oil",
    "court",
    "vote",
    "talks",
    "market",
    "school",
    "road",
    "bridge",
    "harvest",
    "flood",
]
OTHERS = (
    "العراق والماء",
    "رودخانه و سد",
    "Été à Paris",
    "AT&T and R&D",
    "5 < 6 > 4",
    "“Quoted” – dashed",
    "It's",
)
HOME = "https://n.example"
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
DC, ATOM = "http://purl.org/dc/elements/1.1/", "http://www.w3.org/2005/Atom"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


class Page(NamedTuple):
    """What is to be found; a title that a listing cannot give is empty."""

    url: str
    title: str
    day: str


class Document(NamedTuple):
    """One listing and its truth."""

    kind: str
    damage: str
    body: bytes
    pages: tuple[Page, ...]


def some_pages(count: int = 12) -> tuple[Page, ...]:
    """Invented news."""
    return tuple(
        Page(
            f"{HOME}/news/{number}?a={chance.randrange(99)}&b={number}",
            " ".join((*chance.choices(WORDS, k=4), chance.choice(OTHERS), str(number))),
            f"20{chance.randrange(10, 27)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
        )
        for number in range(count)
    )


def stamp_822(day: str) -> str:
    """As RSS prints it, in one of its ways."""
    year, month, date = day.split("-")
    ways = (
        "Mon, {d} {m} {y} 10:00:00 +0300", "{d} {m} {y} 22:30 GMT", "Mon, {d} {m} {y} 10:00:00 EST",
        "{m} {d}, {y} 10:05 AM", "Mon {m} {d} {y} 10:00:00 GMT+0300 (AST)",
        "{y}/{n}/{d} 10:00", "{d}.{n}.{y}",
    )  # fmt: skip
    return chance.choice(ways).format(d=date, m=MONTHS[int(month) - 1], n=month, y=year)


def rss(pages: tuple[Page, ...]) -> str:
    """RSS 2.0 in its variety: where the link is, how the title is written, which field the date is in."""
    items = []
    for page in pages:
        link = chance.choice((
            f"<link>{escape(page.url)}</link>",
            f"<link><![CDATA[ {page.url} ]]></link><enclosure url='{HOME}/a.mp3'/>",
            f"<link/><guid isPermaLink='true'>{escape(page.url)}</guid>",
            f"<atom:link rel='self' href='/s'/><link>{escape(page.url.removeprefix(HOME))}</link>",
        ))  # fmt: skip
        date = chance.choice((
            f"<pubDate>{stamp_822(page.day)}</pubDate>", f"<dc:date>{page.day}T10:00:00+03:00</dc:date>",
        ))  # fmt: skip
        title = chance.choice(
            (escape(page.title), escape(escape(page.title)), f"<![CDATA[{escape(page.title)}]]>")
        )
        items.append(
            f"<item><title>{title}</title>{link}{date}"
            "<description>A &lt;b&gt;text&lt;/b&gt;.</description></item>"
        )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:dc="{DC}" xmlns:atom="{ATOM}">'
        f"<channel><title>N</title><link>{HOME}/</link>{''.join(items)}</channel></rss>"
    )


def rss_1(pages: tuple[Page, ...]) -> str:
    """RSS 1.0: items beside the channel."""
    items = "".join(
        f'<item rdf:about="{escape(page.url)}"><title>{escape(page.title)}</title>'
        f"<link>{escape(page.url)}</link>"
        f"<dc:date>{page.day}</dc:date></item>"
        for page in pages
    )
    return (
        f'<rdf:RDF xmlns:rdf="{RDF}" xmlns="http://purl.org/rss/1.0/" xmlns:dc="{DC}">'
        f'<channel rdf:about="{HOME}/"><title>N</title></channel>{items}</rdf:RDF>'
    )


def atom(pages: tuple[Page, ...]) -> str:
    """Atom 1.0 with several links an entry, and xml:base."""
    entries = "".join(
        f'<entry><id>urn:{number}</id><title type="html">{escape(escape(page.title))}</title>'
        f'<link rel="self" href="/feed/{number}"/><link rel="enclosure" href="/a.mp3"/>'
        f'<link href="{escape(page.url.removeprefix(HOME + "/"))}"/><author><name>x</name></author>'
        f"<published>{page.day}T10:00:00Z</published><updated>2026-12-01T10:00:00Z</updated></entry>"
        for number, page in enumerate(pages)
    )
    return f'<feed xmlns="{ATOM}" xml:base="{HOME}/"><title>N</title>{entries}</feed>'


def atom_03(pages: tuple[Page, ...]) -> str:
    """Atom 0.3: issued, modes."""
    entries = "".join(
        f'<entry><title mode="escaped" type="text/html">{escape(escape(page.title))}</title>'
        f'<link rel="alternate" type="text/html" href="{escape(page.url)}"/>'
        f"<issued>{page.day}T10:00:00Z</issued></entry>"
        for page in pages
    )
    return f'<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>N</title>{entries}</feed>'


def json_feed(pages: tuple[Page, ...]) -> str:
    """JSON Feed 1.1."""
    items = [
        {"id": p.url, "url": p.url, "title": escape(p.title), "date_published": p.day + "T10:00:00Z"}
        for p in pages
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "N", "items": items})


def sitemap(pages: tuple[Page, ...]) -> str:
    """A Google-News sitemap with images and translations."""
    urls = "".join(
        f"<url><image:image><image:loc>{HOME}/i.jpg</image:loc></image:image><loc>{escape(page.url)}</loc>"
        f'<xhtml:link rel="alternate" hreflang="ar" href="{HOME}/ar"/><news:news>'
        f"<news:title>{escape(page.title)}</news:title><news:publication_date>{page.day}</news:publication_date></news:news></url>"
        for page in pages
    )
    extensions = "".join(
        f' xmlns:{name}="http://www.google.com/schemas/sitemap-{name}/1.1"' for name in ("image", "news")
    )
    return f'<urlset xmlns="{SITEMAP}"{extensions} xmlns:xhtml="http://www.w3.org/1999/xhtml">{urls}</urlset>'


KINDS: Mapping[str, Callable[[tuple[Page, ...]], str]] = {
    "RSS 2.0": rss, "RSS 1.0": rss_1, "Atom 1.0": atom, "Atom 0.3": atom_03, "JSON Feed": json_feed,
    "sitemap": sitemap,
}  # fmt: skip


def _inside(text: str, what: str) -> str:
    """The text with something before its sixth entry ends."""
    ends = [at for at in range(len(text)) if text.startswith(("</item>", "</entry>", "</url>"), at)]
    return text[: ends[5]] + what + text[ends[5] :] if ends else text


DAMAGES: Mapping[str, Callable[[str], bytes]] = {
    "none": str.encode,
    "gzip": lambda text: gzip.compress(text.encode()),
    "gzip, bad checksum": lambda text: gzip.compress(text.encode())[:-6] + b"oopsoo",
    "UTF-16": lambda text: text.encode("utf-16"),
    "wrong encoding declared": lambda text: text.replace("utf-8", "iso-8859-1").encode(),
    "byte order mark, blank lines": lambda text: b"\xef\xbb\xbf\n\n" + text.encode(),
    "a server's warning": lambda text: b"<br />\n<b>Warning</b>: x in <b>/y</b><br />\n" + text.encode(),
    "junk behind": lambda text: text.encode() + b"<!-- 3 ms --><script>var a = 1 < 2;</script>",
    "bare ampersands": lambda text: text.replace("&amp;b=", "&b=").encode(),
    "a bad byte": lambda text: _inside(text, "<x>\ue000</x>").encode().replace("\ue000".encode(), b"\xff"),
    "a control character": lambda text: _inside(text, "<x>\x0b</x>").encode(),
    "an unknown entity": lambda text: _inside(text, "<x>&nosuch;</x>").encode(),
    "HTML entities": lambda text: _inside(text, "<x>&nbsp;&eacute;</x>").encode(),
    "a prefix never declared": lambda text: _inside(text, "<foo:bar>x</foo:bar>").encode(),
    "unclosed tags": lambda text: _inside(text, "<summary>a<br>b<p>c</summary>").encode(),
    "an end tag too many": lambda text: _inside(text, "<x>y</b></x>").encode(),
    "a tag without quotes": lambda text: _inside(text, "<x a=b c>y</x>").encode(),
}


def documents() -> list[Document]:
    """Every kind with every damage that can befall it, and each cut off in the middle."""
    made = []
    for kind, write in KINDS.items():
        for damage, spoil in DAMAGES.items():
            pages = some_pages()
            made.append(Document(kind, damage, spoil(write(pages)), pages))
        pages = some_pages()
        text = write(pages)
        half = text[: len(text) // 2]
        whole = sum(half.count(end) for end in ("</item>", "</entry>", "</url>", '"}'))
        made.append(Document(kind, "cut off", half.encode(), pages[:whole]))
    return made


def large(count: int) -> bytes:
    """A feed of so many items, one a line."""
    items = "\n".join(
        f"<item><title>Rivers and dams, number {n} &amp; more</title><link>{HOME}/news/{n}?a=1&amp;b=2</link>"
        f'<guid isPermaLink="false">n-{n}</guid>'
        f"<pubDate>Fri, {n % 28 + 1:02} Nov 2026 10:00:00 +0300</pubDate>"
        f"<description>&lt;p&gt;Some words about river {n}.&lt;/p&gt;</description></item>"
        for n in range(count)
    )
    return f'<rss version="2.0"><channel><title>N</title>{items}</channel></rss>'.encode()
