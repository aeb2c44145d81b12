"""robots.txt as RFC 9309 asks, with the line that decided. Pure.

Own parser, for one reason: no library tells which rule decided, and a verdict without its rule cannot be
traced. Where the RFC is silent, what Google's open parser and protego agree on is done.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import quote

from schemas.records import Robots

MAX_ROBOTS = 500 * 1024  # bytes read at least, RFC 9309 section 2.5; the rest is ignored
FIELDS = {  # as people spell them
    "user-agent": "agent", "useragent": "agent", "user agent": "agent",
    "allow": "allow",
    "disallow": "disallow", "dissallow": "disallow", "dissalow": "disallow", "disalow": "disallow",
    "diasllow": "disallow", "disallaw": "disallow",
    "crawl-delay": "crawl-delay", "crawldelay": "crawl-delay", "crawl delay": "crawl-delay",
    "sitemap": "sitemap", "sitemaps": "sitemap", "site-map": "sitemap",
}  # fmt: skip
LINE_END = re.compile(r"\r\n?|\n")  # and no other: a path may hold what else Unicode calls one
TOKEN = re.compile(r"[a-z0-9_-]+")
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]*", re.IGNORECASE)
ESCAPE = re.compile("[0-9a-fA-F]{2}")
UNRESERVED = "-._~"
KEPT = UNRESERVED + "/?:@!&'()+,;=[]"  # `*` and `$` of a path are encoded: section 2.2.3


@dataclass(frozen=True, slots=True)
class Rule:
    """One allow or disallow line."""

    allows: bool
    pattern: str  # percent-encoding normalised
    line: str  # as printed

    def matches(self, path: str) -> bool:
        """Whether the pattern covers a normalised path with query; linear in the length of both."""
        anchored = self.pattern.endswith("$")
        first, *parts = self.pattern.removesuffix("$").split("*")
        if not path.startswith(first):
            return False
        at = len(first)
        if not parts:
            return not anchored or at == len(path)
        *inner, last = parts
        for part in inner:
            found = path.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        if anchored:
            return path.endswith(last) and len(path) - len(last) >= at
        return path.find(last, at) >= 0


@dataclass(slots=True)
class Group:
    """What is said to some agents."""

    agents: list[str] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    crawl_delay: float | None = None  # seconds


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """A robots.txt read, or what stands for it while there is none."""

    groups: tuple[Group, ...] = ()
    sitemaps: tuple[str, ...] = ()
    unreachable: str | None = None  # why: then everything is disallowed for now (RFC 9309 section 2.3.1.4)


def robots_for(status: int | None, body: bytes = b"") -> RobotsRules:
    """The rules that an answer to /robots.txt stands for; `status` None is a network error.

    2xx: what it says. 4xx: everything is allowed (RFC 9309 section 2.3.1.3), but 429 asks to stay away.
    5xx and network errors: nothing is, for now.
    """
    if status is not None and 200 <= status < 300:
        return parse_robots(body)
    if status is not None and 400 <= status < 500 and status != 429:
        return RobotsRules()
    return RobotsRules(unreachable="no answer" if status is None else f"status {status}")


def parse_robots(body: bytes | str) -> RobotsRules:
    """All groups in order; unknown lines are passed over and end nothing. Never raises."""
    if isinstance(body, bytes):
        if (
            len(body) > MAX_ROBOTS
        ):  # without the line that the limit cuts: half a path forbids more than the whole
            body = body[:MAX_ROBOTS].rpartition(b"\n")[0]
        body = _decoded(body)
    groups: list[Group] = []
    sitemaps: list[str] = []
    gathering = False  # agent lines in a row share a group
    for line in LINE_END.split(body.lstrip("\ufeff")):
        name, value = _directive(line)
        if name == "agent":
            if not gathering:
                groups.append(Group())
            gathering = True
            groups[-1].agents.append(_first_token(value))
        elif name == "sitemap":
            sitemaps.append(value)
        elif name and groups:
            gathering = False
            _add_rule(groups[-1], name, value, line)
    return RobotsRules(tuple(groups), tuple(sitemaps))


def _decoded(body: bytes) -> str:
    """UTF-8 as RFC 9309 section 2.3 asks, or what a mark says; a byte that fits nothing is kept as it is."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    mark = b"\xef\xbb\xbf"  # Google's parser forgives a part of it as well
    whole = next((n for n in (3, 2, 1) if body.startswith(mark[:n])), 0)
    return body[whole:].decode("utf-8", "surrogateescape")


def _directive(line: str) -> tuple[str, str]:
    """Field and value of a line, field "" where it is none; a missing colon is forgiven."""
    line = line.partition("#")[0].strip()
    name, colon, value = line.partition(":")
    if not colon or name.strip().lower() not in FIELDS:
        name, value = ([*line.split(None, 1), "", ""])[:2]
    return FIELDS.get(name.strip().lower(), ""), value.strip()


def _first_token(value: str) -> str:
    """`*`, or the product token an agent line begins with: `Foobot/1.0 news` is `foobot`."""
    word = (value.lower().split() or [""])[0]
    if word == "*":
        return word
    found = TOKEN.match(word)
    return found.group() if found else ""


def _add_rule(group: Group, name: str, value: str, line: str) -> None:
    if name == "crawl-delay":
        if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{0,6})?|\.[0-9]{1,6}", value):
            group.crawl_delay = float(value)  # the last one stands
    elif value:  # an empty Disallow forbids nothing
        printed = line.partition("#")[0].strip()[:200].encode("utf-8", "replace").decode()
        group.rules.append(Rule(name == "allow", _pattern(value), printed))


def verdict(rules: RobotsRules, agent: str, url: str) -> Robots:
    """What the rules say to `agent` (a product token or a whole User-Agent) of `url`.

    The longest pattern decides, allow wins a tie (RFC 9309 section 2.2.2); no rule allows.
    """
    if rules.unreachable is not None:
        return Robots(verdict="disallowed", rule=f"robots.txt unreachable: {rules.unreachable}")
    groups = _groups_of(rules, agent)
    delay = next((group.crawl_delay for group in reversed(groups) if group.crawl_delay is not None), None)
    path = _normal(_path_and_query(url), "")
    if path == "/robots.txt":
        return Robots(verdict="allowed", crawl_delay=delay)
    matching = [rule for group in groups for rule in group.rules if rule.matches(path)]
    if not matching:
        return Robots(verdict="allowed", crawl_delay=delay)
    best = max(matching, key=lambda rule: (len(rule.pattern), rule.allows))
    return Robots(verdict="allowed" if best.allows else "disallowed", rule=best.line, crawl_delay=delay)


def _path_and_query(url: str) -> str:
    """What rules are matched against; whether the host is a sound one is asked elsewhere."""
    rest = ORIGIN.sub("", url).partition("#")[0]
    return rest if rest.startswith("/") else "/" + rest


def _groups_of(rules: RobotsRules, agent: str) -> list[Group]:
    """All groups of the longest token that names the agent, else those of `*` (section 2.2.1)."""
    names = set(TOKEN.findall(agent.lower()))
    named = {token for group in rules.groups for token in group.agents} & names
    chosen = max(named, key=lambda token: (len(token), token)) if named else "*"
    return [group for group in rules.groups if chosen in group.agents]


def _pattern(value: str) -> str:
    """A rule's path: `*` stands for anything, `$` at its end for the end, elsewhere for itself."""
    return _normal(value.removesuffix("$"), "*") + ("$" if value.endswith("$") else "")


def _normal(path: str, special: str) -> str:
    """Percent-encoding normalised: unreserved characters bare, others in upper-case hex (section 2.2.2)."""

    def encoded(text: str) -> str:
        return quote(text, safe=KEPT + special, errors="surrogateescape")

    first, *others = path.split("%")
    out = [encoded(first)]
    for piece in others:
        code = piece[:2]
        if ESCAPE.fullmatch(code):
            char = chr(int(code, 16))
            bare = char.isascii() and (char.isalnum() or char in UNRESERVED)
            out.append((char if bare else "%" + code.upper()) + encoded(piece[2:]))
        else:
            out.append("%" + encoded(piece))
    return "".join(out)
