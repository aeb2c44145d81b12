"""robots.txt as RFC 9309 asks, with the line that decided. Pure.

Own parser, for one reason: no library tells which rule decided, and a verdict without its rule cannot be
traced. Where the RFC is silent, what Google's open parser and protego agree on is done.
"""

import re
from dataclasses import dataclass, field

from schemas.records import RightsSignal, Robots
from services.fetcher.path_patterns import PathPattern, path_of

MAX_ROBOTS = 500 * 1024  # bytes read at least, RFC 9309 section 2.5; the rest is ignored
FIELDS = {  # as people spell them
    "user-agent": "agent", "useragent": "agent", "user agent": "agent",
    "allow": "allow",
    "disallow": "disallow", "dissallow": "disallow", "dissalow": "disallow", "disalow": "disallow",
    "diasllow": "disallow", "disallaw": "disallow",
    "crawl-delay": "crawl-delay", "crawldelay": "crawl-delay", "crawl delay": "crawl-delay",
    "sitemap": "sitemap", "sitemaps": "sitemap", "site-map": "sitemap",
    "content-usage": "content-usage", "content-signal": "content-signal", "content-signals": "content-signal",
}  # fmt: skip
USAGES = frozenset(("content-usage", "content-signal"))
LINE_END = re.compile(r"\r\n?|\n")  # and no other: a path may hold what else Unicode calls one
TOKEN = re.compile(r"[a-z0-9_-]+")
MAX_VALUE = 300  # characters kept of what a line about usage says


@dataclass(frozen=True, slots=True)
class Rule:
    """One allow or disallow line."""

    allows: bool
    pattern: PathPattern
    line: str  # as printed


@dataclass(frozen=True, slots=True)
class Usage:
    """One line about what may be done with pages: Content-Usage or Content-Signal."""

    name: str
    agents: tuple[str, ...]  # those of its group that were named before it
    pattern: PathPattern
    value: str


@dataclass(slots=True)
class Group:
    """What is said to some agents."""

    agents: list[str] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    usages: list[Usage] = field(default_factory=list)
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
        elif name in USAGES:  # RFC 9309 does not know it: it parts no agents that share allow and disallow
            if groups:
                groups[-1].usages.append(_usage(name, tuple(groups[-1].agents), value))
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
        printed = _sayable(line.partition("#")[0].strip()[:200])
        group.rules.append(Rule(name == "allow", PathPattern.of(value), printed))


def _usage(name: str, agents: tuple[str, ...], value: str) -> Usage:
    """`[path] preferences`, the path up to the first blank (draft-ietf-aipref-attach section 3.2)."""
    path, said = "", value
    if value.startswith("/"):
        path, said = ([*value.split(None, 1), ""])[:2]
    return Usage(name, agents, PathPattern.of(path), _sayable(said.strip()[:MAX_VALUE]))


def _sayable(text: str) -> str:
    """Without the bytes that were no UTF-8, which no record could hold."""
    return text.encode("utf-8", "replace").decode()


def verdict(rules: RobotsRules, agent: str, url: str) -> Robots:
    """What the rules say to `agent` (a product token or a whole User-Agent) of `url`.

    The longest pattern decides, allow wins a tie (RFC 9309 section 2.2.2); no rule allows.
    """
    if rules.unreachable is not None:
        return Robots(verdict="disallowed", rule=f"robots.txt unreachable: {rules.unreachable}")
    groups = _groups_of(rules, agent)
    delay = next((group.crawl_delay for group in reversed(groups) if group.crawl_delay is not None), None)
    path = path_of(url)
    if path == "/robots.txt":
        return Robots(verdict="allowed", crawl_delay=delay)
    matching = [rule for group in groups for rule in group.rules if rule.pattern.covers(path)]
    if not matching:
        return Robots(verdict="allowed", crawl_delay=delay)
    best = max(matching, key=lambda rule: (len(rule.pattern), rule.allows))
    return Robots(verdict="allowed" if best.allows else "disallowed", rule=best.line, crawl_delay=delay)


def usage_signals(rules: RobotsRules, agent: str, url: str) -> tuple[RightsSignal, ...]:
    """What robots.txt says of the use of `url` to `agent`: of each kind the lines with the longest path.

    Several such lines stand side by side, unlike allow and disallow (draft-ietf-aipref-attach section 3.1).
    Content-Signal is Cloudflare's (contentsignals.org), and read alike.
    """
    path, chosen = path_of(url), _named(rules, agent)
    found = [
        usage
        for group in rules.groups
        for usage in group.usages
        if chosen in usage.agents and usage.pattern.covers(path)
    ]
    longest = {
        name: max((len(one.pattern) for one in found if one.name == name), default=0) for name in USAGES
    }
    return tuple(
        RightsSignal(name=one.name, value=one.value, where="robots.txt")
        for one in found
        if one.value and len(one.pattern) == longest[one.name]
    )


def _groups_of(rules: RobotsRules, agent: str) -> list[Group]:
    """All groups that are for the agent (section 2.2.1)."""
    chosen = _named(rules, agent)
    return [group for group in rules.groups if chosen in group.agents]


def _named(rules: RobotsRules, agent: str) -> str:
    """The longest token of the file that names the agent, else `*`."""
    names = set(TOKEN.findall(agent.lower()))
    named = {token for group in rules.groups for token in group.agents} & names
    return max(named, key=lambda token: (len(token), token)) if named else "*"
