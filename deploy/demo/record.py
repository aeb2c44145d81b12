"""Records what consumers get: pages of the tiny news web through the real stages, as it lies on the topics.

`python -m deploy.demo.record` writes schemas/examples/stream.jsonl: a story told, copied and spun; a page
corrected; a message delivered twice; a page taken down, with its tombstones. No clock and no network: the
same every time.
"""

import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from deploy.demo.server import NewsWeb
from schemas.codec import encode
from schemas.records import ClassifiedArticle, Discovered, RawPage, Source
from schemas.stream import Recorded, write_line
from schemas.topics import PAGES_FETCHED
from services.classifier.stage import classify_article
from services.extractor.article import extract_article
from services.fetcher.archived import page_from_archive, read_head
from services.fetcher.canonical import canonical_url
from services.fetcher.feeds import read_listing
from services.linker.stage import build
from services.runtime.envelope import headers
from services.stage import Emit, Erase, Remember

OUT = Path(__file__).parents[2] / "schemas" / "examples" / "stream.jsonl"
ADDRESS = "https://{name}.example"
PUBLISHING = timedelta(milliseconds=40)  # between two records, and longer than any stage takes

WIRE = "zagros/en/energy/iraq-iran-gas-agreement-20261117-4471.html"
TIGRIS = "tigris/2026/11/17/baghdad-tehran-seal-gas-accord/"
BASRA = "basra/news/oil-and-power/basra-plants-promised-iranian-gas-until-2031.html"
ROCKETS = "zagros/en/security/rockets-kirkuk-air-base-20261118-4480.html"

CORRECTION = {  # of WIRE: what its newsroom wrote instead, a day later
    b"still owed $3.8 billion for gas": b"still owed $3.9 billion for gas",
    b"<p>(Reporting by Ardalan Sherzad": b"<p>Correction: an earlier version of this story gave a wrong"
    b" figure for the debt.</p>\n<p>(Reporting by Ardalan Sherzad",
}


class Moment(NamedTuple):
    """What happens at one time to one page: it is read, read again, delivered again or taken down."""

    at: str  # RFC 3339
    page: str  # as in expected.toml: newsroom/path
    what: str = "read"  # read | corrected | again | taken-down


DAYS = (
    Moment("2026-11-17T09:50:11.204Z", WIRE),
    Moment("2026-11-17T15:52:40.871Z", TIGRIS),
    Moment("2026-11-17T16:20:02.118Z", "gulf/world/2026/11/17/iraq-and-iran-sign-gas-deal-to-run-to-2031"),
    Moment("2026-11-17T18:05:33.540Z", BASRA),
    Moment("2026-11-18T06:12:07.092Z", "hawler/en/iraq/2026/171120261"),
    Moment("2026-11-18T08:41:55.660Z", "caspian/2026/11/18/baghdad-and-tehran-seal-fuel-accord.html"),
    Moment("2026-11-18T10:09:18.415Z", ROCKETS),
    Moment("2026-11-18T10:30:00.007Z", TIGRIS, "again"),
    Moment("2026-11-18T11:02:26.733Z", WIRE, "corrected"),
    Moment("2026-11-18T14:20:44.381Z", "arvand/fa/news/88214.html"),
    Moment("2026-11-19T07:15:30.900Z", ROCKETS, "taken-down"),
)  # fmt: skip


class Remembered(dict[str, bytes]):
    """The linker's memory."""

    def items(self, prefix: str = "") -> Iterator[tuple[str, bytes]]:  # type: ignore[override]  # services.stage.Memory
        """All pairs whose key begins with `prefix`, by key."""
        return ((key, self[key]) for key in sorted(self) if key.startswith(prefix))

    def change(self, change: Remember) -> None:
        """Keep or forget."""
        if change.value is None:
            self.pop(change.key, None)
        else:
            self[change.key] = change.value


class Recorder:
    """Plays the days to the stages; `messages` are what the linker published."""

    def __init__(self) -> None:
        self._web = NewsWeb(address=ADDRESS)
        blocks = tomllib.loads(self._web.fill((self._web.folder / "sources.toml").read_bytes()).decode())
        self._sources: Mapping[str, Source] = {
            source.id: source for source in msgspec.convert(blocks["source"], list[Source])
        }
        self._lists = dict(self._named())
        self._memory = Remembered()
        self._linker = build(self._sources, self._memory)
        self._read: dict[str, tuple[RawPage, ClassifiedArticle]] = {}

    def messages(self) -> Iterator[Recorded]:
        """Everything on the two public topics, in order."""
        for moment in DAYS:
            at = datetime.fromisoformat(moment.at)
            page, article = self._what(moment, at)
            self._read.setdefault(moment.page, (page, article))
            yield from self._published(self._linker.step(article), page, at)

    def _what(self, moment: Moment, at: datetime) -> tuple[RawPage, ClassifiedArticle]:
        """The page concerned, and the message to the linker."""
        if moment.what in ("read", "corrected"):
            page = self._fetched(moment, at)
            return page, classify_article(extract_article(page), self._sources)
        page, article = self._read[moment.page]
        if moment.what == "again":
            return page, article
        why = "Taken down at the publisher's request."
        return page, replace(article, status="canceled", because=why, title=None, text="")

    def _fetched(self, moment: Moment, at: datetime) -> RawPage:
        name, _, path = moment.page.partition("/")
        reply = self._web.answer(name, f"/{path}")
        body = reply.body
        url = self._web.url(moment.page)
        fields = {"warc-target-uri": url, "warc-date": moment.at}
        head = read_head(fields, f"HTTP/1.1 {reply.status} OK", [("Content-Type", reply.type)], at)
        discovered = self._lists[canonical_url(url)]
        if moment.what == "read":
            return replace(page_from_archive(head, body, ""), lane="live", discovered=discovered)
        for before, after in CORRECTION.items():
            body = body.replace(before, after)
        first = self._read[moment.page][0].fetched_at
        page = page_from_archive(head, body, "")
        return replace(page, lane="revisit", discovered=discovered, first_fetched_at=first)

    def _named(self) -> Iterator[tuple[str, Discovered]]:
        """Who named which page, by its canonical URL."""
        for source in self._sources.values():
            for feed in source.feeds:
                if feed.kind == "section":
                    continue
                name, _, path = feed.url.removeprefix("https://").partition(".example")
                listing = read_listing(self._web.answer(name, path).body, feed.url)
                for entry in listing.entries:
                    yield canonical_url(entry.url), Discovered(
                        source_id=source.id, feed_url=feed.url, via=listing.via, title=entry.title,
                        published=entry.published, summary=entry.summary,
                    )  # fmt: skip

    def _published(
        self, outgoing: Iterable[Emit | Erase | Remember], page: RawPage, at: datetime
    ) -> Iterator[Recorded]:
        """The messages of one step, with the headers they would have; the trace is the page's."""
        subject = page.canonical_url
        parent = headers(
            PAGES_FETCHED, page.page_id, encode(PAGES_FETCHED, page), stage="fetcher", subject=subject, at=at
        )
        for item in outgoing:
            if isinstance(item, Remember):
                self._memory.change(item)
                continue
            at += PUBLISHING
            value = encode(item.topic, item.record) if isinstance(item, Emit) else None
            envelope = headers(
                item.topic, item.key, value, stage="linker", subject=item.subject, at=at, parent=parent
            )
            raw = msgspec.Raw(b"null" if value is None else value)
            yield Recorded(topic=item.topic.name, key=item.key, headers=envelope, value=raw)


def main() -> None:
    """Write the file."""
    lines = [write_line(message) for message in Recorder().messages()]
    OUT.write_bytes(b"".join(line + b"\n" for line in lines))
    sys.stdout.write(f"{OUT.name}: {len(lines)} messages\n")


if __name__ == "__main__":
    main()
