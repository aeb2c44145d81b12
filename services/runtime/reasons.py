"""Every reason a message, a file or a feed is refused for, once. docs/reference/reasons.md is made from it.

A reason is a fixed word: it becomes a metric label and a journal entry. The particulars are in the detail.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One row: who says it, what it means, and an operator's first move."""

    stages: str
    meaning: str
    first_move: str
    read: bool = False  # a page refused for it was read: nothing is wrong with its source


EVERY_STAGE = "every stage"
NONE = "Nothing: this is expected."

REASONS: Mapping[str, Reason] = {
    # the address and the way to it
    "bad-url": Reason("fetcher", "Not an address we fetch: scheme, credentials, host, port or length.", NONE),
    "private-address": Reason(
        "fetcher, webhooks",
        "The host, or a redirect, leads to a private or loopback address.",
        "None, unless it is your own test host: then SIRWAN_ALLOW_PRIVATE_HOSTS=true.",
    ),
    "bad-redirect": Reason("fetcher", "Too many redirects, a loop, or one to an address we refuse.", NONE),
    "tls-failed": Reason(
        "fetcher",
        "The host's certificate is not valid, for a day.",
        "Look at the host with a browser.",
    ),
    "timeout": Reason(
        "fetcher", "The host did not answer in time, at every attempt.", "See if all its pages fail."
    ),
    "connect-failed": Reason(
        "fetcher",
        "No connection, for three hours; or one that is closed before an answer, at every attempt.",
        "See if all its pages fail; sirwan_unreachable_hosts says how many hosts do.",
    ),
    "dns-failed": Reason(
        "fetcher",
        "The host's name has no address, or no resolver answers, for three hours.",
        "See if all hosts fail: then it is the resolver. Else the domain may be gone.",
    ),
    "server-error": Reason("fetcher", "The host answered 5xx at every attempt.", "Wait until it is well."),
    "too-many-requests": Reason(
        "fetcher", "The host answered 429 at every attempt.", "Raise SIRWAN_FETCH_DELAY, or poll it less."
    ),
    "http-client-error": Reason(
        "fetcher", "The host answered 4xx: the page is not for us or not there.", NONE
    ),
    "gone": Reason(
        "fetcher",
        "The host answered 410: the page was taken away for good. Of a page read again also 404, or the front"
        " page in its place; its article stays as it was, for nobody said why.",
        NONE,
    ),
    "unchanged": Reason(
        "fetcher",
        "The page was read again (SIRWAN_REVISIT_AFTER) and is as it was: 304, or the same body.",
        NONE,
    ),
    "cut-off": Reason(
        "fetcher", "The page was read again and came cut off, three times; its next visit sees to it.", NONE
    ),
    "robots-disallowed": Reason("fetcher", "robots.txt forbids the page; the rule is in the detail.", NONE),
    "rights-reserved": Reason(
        "fetcher",
        "The publisher reserves text and data mining or use by AI, and SIRWAN_RIGHTS_POLICY=honour.",
        "None, unless you may process it: the detail says what is reserved and where.",
    ),
    "robots-unreachable": Reason(
        "fetcher", "robots.txt cannot be read, which means no (RFC 9309).", "See why the host fails."
    ),
    "put-off": Reason(
        "fetch", "`sirwan fetch` got no answer in a minute.", "Try later, or let `sirwan run` do so."
    ),
    "site-busy": Reason(
        "fetcher", "Our turn at this site is far off; the request went back to the queue.", NONE
    ),
    "site-elsewhere": Reason(
        "fetcher", "Another fetcher asks this site; the request went to it, or to the queue.", NONE
    ),
    # the page
    "not-html": Reason("fetcher", "The answer is neither HTML nor plain text.", NONE),
    "body-too-large": Reason("fetcher, ingest", "The body is larger than SIRWAN_FETCH_BYTES.", NONE),
    "body-too-costly": Reason(
        "fetcher, ingest",
        "The body comes in a form made to cost time: in tiny pieces, or compressed over and over.",
        "Look at the source once.",
    ),
    "empty-body": Reason("fetcher, ingest", "There is nothing in the body.", NONE),
    "not-text": Reason("extractor, ingest", "The bytes are not text: an image, an archive, noise.", NONE),
    "body-missing": Reason(
        "extractor",
        "The body was kept apart and is no longer there.",
        "See that all services share the blobs folder.",
    ),
    "blobs-unavailable": Reason(
        "fetcher, extractor",
        "A large body cannot be kept or read.",
        "See to SIRWAN_HOME/blobs: room, rights.",
    ),
    "file-unreadable": Reason(
        "ingest", "A local file cannot be opened.", "See that it exists and may be read."
    ),
    # an archive of pages (WARC)
    "status-not-ok": Reason("ingest", "The archived answer was no 200: moved, missing or refused.", NONE),
    "no-payload": Reason(
        "ingest", "A WARC record that only says the page was the same as before (revisit).", NONE
    ),
    "not-a-response": Reason(
        "ingest", "A WARC record of a type that is not read: resource, conversion, continuation.", NONE
    ),
    "broken-record": Reason(
        "ingest", "A WARC record without a usable date or HTTP head.", "Look at what wrote the file."
    ),
    "warc-damaged": Reason(
        "ingest",
        "A WARC file that is cut off or broken at the byte the detail names.",
        "What stands before it was taken. Get the file again, and ingest it again.",
    ),
    # the text in it
    "empty-page": Reason("extractor", "No text at all.", NONE),
    "no-text": Reason("extractor, classifier", "No readable text among the page's furniture.", NONE),
    "too-short": Reason("extractor", "Less text than an article has.", NONE),
    "not-an-article": Reason("extractor", "A profile, or a document of another kind: data, a feed.", NONE),
    "live-blog": Reason("extractor", "A live blog: many entries with their times, on no one thing.", NONE),
    "gallery": Reason("extractor", "Pictures with captions, and hardly any text.", NONE),
    "video": Reason("extractor", "A player with a line or two of text.", NONE),
    "section-front": Reason(
        "extractor",
        "Headlines that lead elsewhere: a section, a front page, a tag.",
        "Nothing, unless all pages of a source are: then its feed names the wrong ones.",
    ),
    "search-results": Reason("extractor", "The results of a search on the site.", NONE),
    "error-page": Reason(
        "extractor",
        "The page says that it was not found or that something failed, though its status is 200.",
        "Nothing, unless all pages of a source do so: see if the site refuses us.",
    ),
    "cookie-wall": Reason(
        "extractor",
        "The page only asks for consent to cookies.",
        "Nothing, unless all pages of a source do: then its text is not to be had without consent.",
    ),
    "page-too-large": Reason("extractor", "More bytes than any article; a parser would suffer.", NONE),
    "page-too-complex": Reason(
        "extractor", "Nodes or depth made to hurt a parser.", "Look at the source once."
    ),
    "extraction-timeout": Reason(
        "extractor",
        "The page took longer than SIRWAN_EXTRACT_SECONDS; the same bytes are refused at once from now on.",
        "Keep it as a test page. Ordinary pages too? Then the machine is too slow for the limit.",
    ),
    "extraction-memory": Reason(
        "extractor",
        "The page took more memory than SIRWAN_EXTRACT_MEMORY; the same bytes are refused at once from now"
        " on.",
        "Keep it as a test page.",
    ),
    "extraction-crash": Reason(
        "extractor",
        "The process that extracted the page ended, twice, the second time with nothing beside it; the same "
        "bytes are refused at once from now on.",
        "Keep it as a test page; the detail says how. SIGKILL: see whether the machine has memory left.",
    ),
    "extraction-unavailable": Reason(
        "extractor",
        "No process for extracting could be started.",
        "See the log, and whether the machine has memory and processes left.",
    ),
    "text-too-large": Reason("extractor", "More text than any article.", NONE),
    "unreadable-markup": Reason(
        "extractor", "The parser could not read the page.", "Keep it as a test page."
    ),
    # what it is about
    "taken-down": Reason(
        "fetcher, linker, ingest", "The page was taken down (`sirwan takedown`) and does not come back.", NONE
    ),
    "not-current": Reason(
        "linker",
        "An article of `sirwan replay --approve` whose page has another text by now, or which the linker has"
        " forgotten: over 45 days old, or pushed out by 60,000 newer ones. It stays as it was published.",
        NONE,
        read=True,
    ),
    "not-relevant": Reason("linker", "Not about any country we follow; `because` says why.", NONE, read=True),
    # lists of pages
    "not-a-feed": Reason("discovery", "The document is no feed and no sitemap.", "Correct the source file."),
    "challenge-page": Reason(
        "fetcher, discovery, extractor",
        "Instead of the list or article came a page that only a browser gets past; the detail has the sign.",
        "Ask the publisher to let SIRWAN_USER_AGENT through; of a feed, or name another list.",
    ),
    "lying-validator": Reason(
        "discovery",
        "The server said that nothing changed, twice, while the list named new pages.",
        "Nothing: it is asked for whole from now on, and tried again after 30 days. Tell the publisher.",
    ),
    "no-entries": Reason(
        "discovery",
        "The list is valid and names no page; it is polled less.",
        "See if the publisher has another list by now.",
    ),
    "nothing-new": Reason(
        "discovery",
        "The list answers and has named nothing new for ten times its usual gap, three days at least.",
        "Open it in a browser: a list that was left behind is replaced in the source file.",
    ),
    "no-article": Reason(
        "sources check",
        "Nothing of a source came to the store for ten times its usual gap, or nothing ever.",
        "Do its feeds answer? Then `sirwan trace` a page that is on its site now.",
    ),
    "listing-too-large": Reason(
        "discovery, import",
        "The list is larger than we read.",
        "Name its parts as feeds; split an OPML file.",
    ),
    "entity-declared": Reason(
        "discovery, import",
        "The list declares XML entities that grow or lie elsewhere, as bombs do.",
        "Tell the publisher.",
    ),
    "not-opml": Reason(
        "import",
        "The file is not OPML, not all of it, or nested too deep.",
        "Export it again from the reader.",
    ),
    "other-site": Reason(
        "discovery",
        "A sitemap names pages of other sites alone (sitemaps.org forbids it); single ones are left out.",
        "If they are wanted, write other_sites = true into its [[source.feeds]] block.",
    ),
    "prefiltered": Reason(
        "discovery",
        "A page was not asked for: title, summary, categories and address name nothing of Iraq or Iran.",
        "If such pages are wanted, take prefilter out of the source's block: they are judged anew.",
    ),
    "sitemap-too-deep": Reason("discovery", "Sitemap indexes inside indexes inside indexes.", NONE),
    # records and requests
    "undecodable": Reason(EVERY_STAGE, "The bytes are not a record of the topic.", "Find who produced it."),
    "tombstone": Reason(EVERY_STAGE, "A message without a value: its key is erased.", NONE),
    "bad-stream": Reason(
        "topics play", "A line of the file is no message of its topic; nothing was played.", "See the detail."
    ),
    "topics-in-use": Reason(
        "topics play",
        "The topics hold messages already, or services are at work on them; nothing was played.",
        "Set SIRWAN_TOPIC_PREFIX to a prefix of your own; --anyway if you are sure.",
    ),
    "record-too-large": Reason(
        EVERY_STAGE, "The output is larger than its topic takes.", "Look at the letter."
    ),
    "bad-request": Reason("filters", "A line of a filter's input is not as documented.", "See the detail."),
    "row-refused": Reason(
        "store", "The database can never accept a value of this record.", "Look at its producer."
    ),
    "bad-time": Reason("store", "An instant without a form in UTC.", "Look at its producer."),
    # who asked for records
    "not-wanted": Reason("webhooks", "No subscription asks for the record.", NONE),
    "not-delivered": Reason(
        "webhooks",
        "Not all who asked for the record got it; the detail says who, and why.",
        "Ask whoever runs the receiver. It can be sent all again: docs/consumers.md.",
    ),
    "receiver-gone": Reason(
        "webhooks",
        "The receiver answered 410: nothing more is sent to it until a restart.",
        "Take its block out of the file.",
    ),
    "receiver-refused": Reason(
        "webhooks",
        "The receiver answered 3xx (not followed) or 4xx: this record will never be taken.",
        "See its log: 401 and 403 are mostly another secret, 3xx and 404 another address.",
    ),
    "receiver-failed": Reason(
        "webhooks",
        "The receiver answered 5xx or 429, or did not answer, at every attempt; it rests for a while.",
        "See whether it is up.",
    ),
    "receiver-resting": Reason(
        "webhooks", "The receiver failed before and is left alone for a while.", "See whether it is up."
    ),
    "receiver-slow": Reason(
        "webhooks",
        "The receiver takes so long that the record waited a minute for those before it.",
        "It should answer first, and work then.",
    ),
    # the machinery
    "time-limit": Reason(
        EVERY_STAGE, "The stage took longer than SIRWAN_STAGE_SECONDS.", "Keep it as a test page."
    ),
    "bug": Reason(EVERY_STAGE, "Our mistake; the log has the traceback.", "Report it, with the traceback."),
    "state-unavailable": Reason(
        "linker, discovery", "The stage's memory cannot be read or written.", "See the disk."
    ),
    "home-in-use": Reason(
        "embedded", "Another process works in the same SIRWAN_HOME.", "Wait, or set another."
    ),
    "memory-unreadable": Reason(
        "linker", "What the linker remembers was written by another version.", "Do what the message says."
    ),
    "store-migration": Reason(
        "store", "The database and this release do not fit together.", "Do what the message says."
    ),
    "no-feed-read": Reason(
        "run, demo",
        "`sirwan run --once` could not read a single feed.",
        "The log names each feed with its reason: is the network there, are the addresses right?",
    ),
    "not-ready": Reason(
        EVERY_STAGE, "A service could not start in time; the detail says why.", "Do what it says."
    ),
    "store-behind": Reason(
        "dlq",
        "The store has not read all dead letters yet, and only it says which were sent again before.",
        "Wait until `sirwan status` shows no lag of the store, and see that it runs.",
    ),
    "store-unavailable": Reason(
        "store", "The database is away, locked, full or read-only.", "Do what the detail says."
    ),
}


READ = frozenset(name for name, reason in REASONS.items() if reason.read)
"""After these a page was read. All others say that it could not be: all pages of a source so is a fault."""


def reasons_of(stage: str) -> tuple[str, ...]:
    """Every reason this stage may give."""
    return tuple(
        name
        for name, reason in REASONS.items()
        if reason.stages == EVERY_STAGE or stage in reason.stages.split(", ")
    )
