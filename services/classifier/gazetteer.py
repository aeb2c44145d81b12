"""The tables of data/ as frozen values. The one file of this room that reads files, once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from schemas.records import Stamp

ENTITY_TYPES = frozenset({"person", "organisation", "place", "country"})
STRONG = 2.0  # weight of a phrase that says the topic by itself
_GRADES_OF_PHRASE = {"strong": STRONG, "phrases": 1.0, "weak": 0.5, "arabic": 1.0, "persian": 1.0}


@dataclass(frozen=True, slots=True)
class Days:
    """From one day to another, both included; None is open."""

    since: date | None = None
    until: date | None = None

    def include(self, day: date | None) -> bool:
        """Whether the day is inside. A day that is not known may be."""
        if day is None:
            return True
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


ALWAYS = Days()


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody or something the tables know.

    `weight` (0..1) is what one mention says for the relevance of `country`; `forms` name it anywhere,
    `short` only behind one of `roles` (Prime Minister Sudani) or in an article that also has one of `forms`
    (Austin, Hale) or names one of the entries `beside` (U.S. Embassy, where Baghdad is named); `spun` are
    what synonym spinners make of it. A form in `dated` counts in its days only: a role's, or a namesake's.
    """

    id: str
    name: str
    type: str
    country: str | None
    weight: float
    forms: tuple[str, ...]
    short: tuple[str, ...]
    spun: tuple[str, ...]
    roles: tuple[str, ...]
    beside: tuple[str, ...]
    dated: Mapping[str, Days]
    wikidata: str | None
    at: tuple[float, float] | None  # degrees north, degrees east (WGS 84)


@dataclass(frozen=True, slots=True)
class Label:
    """A topic: `phrases` is (phrase, weight); `severity` (0..1) is what it says for importance.

    Without a strong phrase of its own it gives way to a label of `yields_to` that is stronger in the article.
    """

    id: str
    name: str
    definition: str
    medtop: str | None
    plover: tuple[str, ...]
    threshold: float
    yields_to: frozenset[str]
    severity: float
    phrases: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Event:
    """A PLOVER event and the phrases that speak of it."""

    code: str
    quad: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counter:
    """Counter-evidence. What `kind` is decides what it does:

    `mention`: a country mention inside the phrase counts `factor` of its weight;
    `namesake`: a mention inside it is not one; `person`: nor is the name alone, elsewhere in the article;
    `article`: enough of them cap the grade at `cap`;
    `topic`: topic phrases inside it do not count. For `article`, enough is two, or `share` of the weight
    of all topic phrases where that is more; one in the title or the lead counts twice.
    """

    id: str
    kind: str
    because: str
    factor: float
    cap: int
    share: float
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """The model of relevance: intercept and weights of both questions, by feature (grading.py)."""

    relevant: Mapping[str, float]
    primary: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything this room knows by heart. `countries` are those whose relevance is judged: code → name."""

    countries: Mapping[str, str]
    entries: tuple[Entry, ...]
    labels: tuple[Label, ...]
    counters: tuple[Counter, ...]
    events: tuple[Event, ...]
    model: Model  # of relevance
    stamps: tuple[Stamp, ...]


def _dated(row: Mapping[str, Any]) -> dict[str, Days]:
    """`dated` maps a form to [since, until]; an empty string is open."""
    named = {row["name"], *(form for kind in ("forms", "short", "spun") for form in row.get(kind, ()))}
    found = {}
    for form, (since, until) in row.get("dated", {}).items():
        if form not in named:
            raise ValueError(f"{row['id']}: dated {form!r} is none of its forms")
        found[form] = Days(*(date.fromisoformat(day) if day else None for day in (since, until)))
    return found


def _entry(row: Mapping[str, Any], country: str | None) -> Entry:
    if row["type"] not in ENTITY_TYPES:
        raise ValueError(f"{row['id']}: type {row['type']!r} is none of {sorted(ENTITY_TYPES)}")
    at = row.get("at")
    return Entry(
        id=row["id"],
        name=row["name"],
        type=row["type"],
        country=row.get("country", country),
        weight=float(row.get("weight", 0.0)),
        forms=(() if row.get("name_is_no_form") else (row["name"],)) + tuple(row.get("forms", ())),
        short=tuple(row.get("short", ())),
        spun=tuple(row.get("spun", ())),
        roles=tuple(row.get("roles", ())),
        beside=tuple(row.get("beside", ())),
        dated=_dated(row),
        wikidata=row.get("wikidata"),
        at=(float(at[0]), float(at[1])) if at else None,
    )


def _label(row: Mapping[str, Any]) -> Label:
    return Label(
        id=row["id"],
        name=row["name"],
        definition=row["definition"],
        medtop=row.get("medtop"),
        plover=tuple(row.get("plover", ())),
        threshold=float(row["threshold"]),
        yields_to=frozenset(row.get("yields_to", ())),
        severity=float(row["severity"]),
        phrases=tuple(
            (phrase, weight) for kind, weight in _GRADES_OF_PHRASE.items() for phrase in row.get(kind, ())
        ),
    )


def _counter(row: Mapping[str, Any]) -> Counter:
    return Counter(
        id=row["id"],
        kind=row["kind"],
        because=row["because"],
        factor=float(row.get("factor", 0.0)),
        cap=int(row.get("cap", 2)),
        share=float(row.get("share", 0.0)),
        phrases=tuple(row["phrases"]),
    )


NAMES = "names.toml"
_FILES = ("world.toml", "labels.toml", "against.toml", "relevance.toml", "events.toml", NAMES)


@lru_cache(maxsize=1)
def _raw() -> Mapping[str, bytes]:
    """The files of data/ by name, countries first, in order."""
    folder = files("services.classifier") / "data"
    countries = sorted(f.name for f in (folder / "countries").iterdir() if f.name.endswith(".toml"))
    return {f"countries/{name}": (folder / "countries" / name).read_bytes() for name in countries} | {
        name: (folder / name).read_bytes() for name in _FILES
    }


def _parsed(name: str) -> Mapping[str, Any]:
    return tomllib.loads(_raw()[name].decode())


def _refuse_doubles(entries: tuple[Entry, ...]) -> None:
    seen: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            raise ValueError(f"two entries of the gazetteer are called {entry.id}")
        seen.add(entry.id)


def digest_of(*parts: bytes) -> str:
    """First 16 hex digits of SHA-256 over the parts."""
    return sha256(b"\0".join(parts)).hexdigest()[:16]


@lru_cache(maxsize=1)
def load_name_words() -> Mapping[str, tuple[str, ...]]:
    """The lists of names.toml: words that tell what kind of name stands beside them."""
    return {kind: tuple(listed) for kind, listed in _parsed(NAMES).items()}


@lru_cache(maxsize=1)
def load_tables() -> Tables:
    """The tables, read once. Raises ValueError naming the entry that is wrong."""
    raw = _raw()
    national = {name: _parsed(name) for name in raw if name.startswith("countries/")}
    entries = tuple(
        _entry(row, table.get("country"))
        for table in (*national.values(), _parsed("world.toml"))
        for row in table["entries"]
    )
    _refuse_doubles(entries)
    gazetteer = [raw[name] for name in (*national, "world.toml")]
    against, model = raw["against.toml"], _parsed("relevance.toml")
    return Tables(
        countries={table["country"]: table["name"] for table in national.values()},
        entries=entries,
        labels=tuple(_label(row) for row in _parsed("labels.toml")["labels"]),
        counters=tuple(_counter(row) for row in _parsed("against.toml")["against"]),
        events=tuple(
            Event(row["code"], row["quad"], tuple(row["phrases"])) for row in _parsed("events.toml")["events"]
        ),
        model=Model(model["relevant"], model["primary"]),
        stamps=(
            Stamp(
                component="classifier.relevance",
                version="2",
                digest=digest_of(*gazetteer, against, raw["relevance.toml"]),
            ),
            Stamp(component="classifier.topics", version="2", digest=digest_of(raw["labels.toml"], against)),
            Stamp(component="classifier.events", version="1", digest=digest_of(raw["events.toml"])),
            Stamp(
                component="classifier.entities",
                version="2",
                digest=digest_of(*gazetteer, raw[NAMES]),
            ),
        ),
    )
