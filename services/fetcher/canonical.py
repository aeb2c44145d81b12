"""Canonical URLs and what hangs on them: page ids and politeness keys. Pure.

The rules are frozen: a page id is the SHA-256 of a canonical URL, so a change of any rule changes ids
and raises RULES_VERSION. What two URLs may share one form for, in order of application:

1. white space around, tabs and line ends inside are dropped; `&amp;` and `&#038;` are `&`;
2. scheme and host in lower case, IDNA, no dot after the host, no default port;
3. dot segments resolved, runs of `/` are one, `%7E` is `~`, `%2f` is `%2F` and never `/`, nor is `%26` `&`;
4. parameters that only say where a reader came from, or which visit it is, are dropped; the others are sorted
   by name, stably, so repeated ones keep their order; `a` is `a=`, `+` is `%20`, `%26` is never `&`;
5. the fragment is dropped, unless it begins with `!` or `/` and so names a page.

http and https, `www.` and bare host, `/a` and `/a/` stay different: only the site knows.
"""

import hashlib
import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import quote, quote_plus, unquote_to_bytes, urlsplit

import idna
from tldextract import TLDExtract

from schemas.records import Stamp
from services.stage import Skip

RULES_VERSION = "2"
MAX_URL = 8000  # octets: what RFC 9110 section 4.1 asks every recipient to support
MAX_HOST = 253  # characters, RFC 1035 section 2.3.4
DEFAULT_PORTS = {"http": 80, "https": 443}

TRACKERS = frozenset((
    "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid",
    "ttclid", "igshid", "igsh", "li_fat_id", "mc_cid", "mc_eid", "mkt_tok", "_ga", "_gl", "_hsenc",
    "_hsmi", "__hssc", "__hstc", "__hsfp", "hsctatracking", "oly_anon_id", "oly_enc_id", "vero_id",
    "vero_conv", "wickedid", "rb_clickid", "s_cid", "cmpid", "icid", "ocid", "ncid", "smid", "smtyp",
    "xtor", "maca", "wt_mc", "wt_zmc", "ns_mchannel", "ns_source", "ns_campaign", "ns_linkname", "ns_fee",
    "at_medium", "at_campaign", "at_format", "at_link_id", "at_link_type", "at_link_origin",
    "at_ptr_name", "at_bbc_team", "traffic_source", "sr_share", "soc_src", "soc_trk", "guccounter",
    "guce_referrer", "guce_referrer_sig", "__twitter_impression", "spm", "_openstat", "echobox", "cmp",
    "ito", "taid", "dicbo", "syn-25a6b1a6", "feature_source", "fb_action_ids", "fb_action_types",
    "fb_ref", "fb_source", "action_object_map", "action_type_map", "action_ref_map", "ref_src", "ref_url",
    "srsltid", "gad_source", "gad_campaignid", "ymclid", "irclickid", "irgwc", "epik", "mibextid", "sfnsn",
    "_bhlid", "_branch_match_id", "_branch_referrer", "_kx", "__s", "bbeml", "bsft_clkid",
    "bsft_uid", "et_rid",
    "ml_subscriber", "ml_subscriber_hash", "oft_id", "sc_customer", "sc_eh", "sc_uid", "s_kwcid", "sscid",
    "ss_email_id", "unicorn_click_id", "vgo_ee", "cjevent", "tblci", "elqtrackid", "elqtrack",
    "intcmp", "int_cmp",
    "intcid", "wpisrc", "wprss", "ftcamp", "ga_source", "ga_medium", "ga_term", "ga_content", "ga_campaign",
    "at_recipient_id", "at_recipient_list", "trkcampaign", "xg_source", "fromrss", "jsessionid", "phpsessid",
))  # fmt: skip
TRACKER_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "itm_", "at_custom", "aspsessionid")
TRACKER_VALUES = frozenset(  # names that may carry an id elsewhere: dropped only with these values
    f"{name}={value}"
    for name in ("ref", "source", "src", "from")
    for value in ("rss", "feed", "twitter", "facebook", "telegram", "whatsapp", "linkedin", "newsletter")
)
AMPERSANDS = re.compile(r"&(?:(?:amp|#0{0,4}38|#x0{0,4}26);)+", re.IGNORECASE)
ESCAPE = re.compile("%([0-9a-fA-F]{2})")
SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
PATH_SAFE = "/!$&'()*+,;=:@[]|~%"
# Decoded in a path: what RFC 3986 section 2.3 calls unreserved, and delimiters that delimit nothing there.
BARE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$'()*,:@[]|")
DROPPED = re.compile(r"[\t\n\r]")
HOST = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?|\[[0-9a-f:.]+\]"
)
ORIGIN = re.compile(r"[^/?#]*//[^/?#]*")
SLASHES = re.compile(r"/{2,}")

STAMP = Stamp(
    component="fetcher.canonical",
    version=RULES_VERSION,
    digest=hashlib.sha256(
        repr(
            (
                sorted(TRACKERS),
                TRACKER_PREFIXES,
                PATH_SAFE,
                sorted(BARE),
                sorted(TRACKER_VALUES),
                DEFAULT_PORTS,
                MAX_URL,
            )
        ).encode()
    ).hexdigest()[:16],
)


def canonical_url(url: str) -> str:
    """The one form of an absolute http or https URL; applying it twice changes nothing.

    Raises Skip("bad-url") for another scheme, credentials, no or an impossible host, over MAX_URL octets.
    """
    if len(url) > 2 * MAX_URL:
        raise Skip("bad-url", f"{len(url)} characters, at most {MAX_URL}: {url[:200]!r}")
    cleaned = AMPERSANDS.sub("&", DROPPED.sub("", url.strip("\0\x01\x1f \t\r\n\f\v\ufeff")))
    rest, _, fragment = cleaned.partition("#")
    rest, _, query = rest.partition("?")
    try:
        origin, path = _split_canonical(rest)
        form = origin + path + _canonical_query(query) + _canonical_fragment(fragment)
    except (ValueError, UnicodeError) as exc:
        raise Skip("bad-url", f"{exc}: {url[:200]!r}") from exc
    if len(form) > MAX_URL:
        raise Skip("bad-url", f"{len(form)} octets, at most {MAX_URL}: {url[:200]!r}")
    return form


def _split_canonical(url: str) -> tuple[str, str]:
    """Origin and path in canonical form. Raises ValueError for what is not fetched."""
    asked = urlsplit(url)
    if asked.scheme.lower() not in DEFAULT_PORTS:
        raise ValueError("not an http or https URL")
    if "@" in asked.netloc:
        raise ValueError("credentials in a URL")
    parts = urlsplit(url.replace("\\", "/"))
    host = _canonical_host(parts.hostname or "")
    if not HOST.fullmatch(host) or parts.port == 0:
        raise ValueError("no usable host")
    scheme = parts.scheme.lower()
    port = "" if parts.port in (None, DEFAULT_PORTS[scheme]) else f":{parts.port}"
    return f"{scheme}://{host}{port}", _canonical_path(parts.path)


def _canonical_host(host: str) -> str:
    """A name as UTS 46 spells it, or as IDNA 2003 does where that refuses; an address at its shortest."""
    if ":" in host:
        return f"[{ip_address(host)}]"
    if not host.isascii():
        if len(host) > MAX_HOST:
            raise ValueError("a host that no name server knows")
        try:
            host = idna.encode(host, uts46=True, transitional=False).decode()
        except idna.IDNAError:
            host = host.encode("idna").decode()
    return host.lower().removesuffix(".")


def _canonical_path(path: str) -> str:
    """Percent-encoding first, so that `%2E` is a dot; then dot segments (RFC 3986 section 5.2.4)."""
    path = ESCAPE.sub(lambda found: _bare(found[1]), quote(SESSION.sub("", path), safe=PATH_SAFE))
    kept: list[str] = []
    segments = SLASHES.sub("/", path).split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _bare(code: str) -> str:
    char = chr(int(code, 16))
    return char if char in BARE else "%" + code.upper()


def _canonical_query(query: str) -> str:
    kept = []
    for parameter in query.split("&"):
        name, _, value = (_component(part) for part in parameter.partition("="))
        if (name or value) and not _is_tracker(name.lower(), value.lower()):
            kept.append((name, value))
    kept.sort(key=lambda pair: pair[0])
    return "?" + "&".join(f"{name}={value}" for name, value in kept) if kept else ""


def _canonical_fragment(fragment: str) -> str:
    """`#!…` and `#/…` name a page of a site that draws itself in the browser; others a place on the page."""
    if fragment[:1] not in ("!", "/") or len(fragment) < 2:
        return ""
    return "#" + quote(unquote_to_bytes(fragment), safe="!/=")


def _component(text: str) -> str:
    """A name or value with everything quoted but unreserved characters (RFC 3986 section 2.3)."""
    return quote_plus(unquote_to_bytes(text.replace("+", " ")))


def _is_tracker(name: str, value: str) -> bool:
    return name in TRACKERS or name.startswith(TRACKER_PREFIXES) or f"{name}={value}" in TRACKER_VALUES


def page_id(canonical: str) -> str:
    """64 hex digits: SHA-256 of a canonical URL."""
    return hashlib.sha256(canonical.encode()).hexdigest()


def site_key(url: str) -> str:
    """Whom a request bothers: the registered domain, or `host:port` where there is none.

    Raises Skip("bad-url") where the URL has no host.
    """
    origin = ORIGIN.match(url)
    return _site_of(origin[0] if origin else url)


@lru_cache(maxsize=4096)
def _site_of(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError as exc:
        raise Skip("bad-url", f"{exc}: {url[:200]!r}") from exc
    if not host:
        raise Skip("bad-url", f"no host: {url[:200]!r}")
    return _registered_domain(host) or f"{host}:{port}"


@lru_cache(maxsize=10_000)
def _registered_domain(host: str) -> str:
    """Looked up several times for each page; empty where there is none."""
    return _suffixes()(host).top_domain_under_public_suffix


def publisher_site(url: str) -> str:
    """Whose page a URL is: the registered domain, where each blog of a platform is by itself; else the host.

    The linker counts voices by the same rule (services/linker/publishers.py: site_of).
    """
    host = urlsplit(url).hostname or ""
    found = _suffixes()(host, include_psl_private_domains=True)
    if found.suffix or found.ipv4 or found.ipv6:
        return found.top_domain_under_public_suffix or host
    return ".".join(host.split(".")[-2:])


@lru_cache(maxsize=1)
def _suffixes() -> TLDExtract:
    """The public suffix list that comes with tldextract; no download, no cache folder."""
    return TLDExtract(suffix_list_urls=(), cache_dir=None)
