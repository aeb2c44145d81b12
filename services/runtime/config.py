"""Every setting, once: variable, default, unit, meaning. docs/reference/settings.md is made from here.

All problems are reported in one error, and a misspelt `SIRWAN_…` variable is one of them: pydantic-settings
ignores unknown environment variables, and an operator would never learn why the setting does nothing.
"""

import difflib
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.runtime.durations import parse_durations
from services.runtime.place import Place, Server, parse_place

PREFIX = "SIRWAN_"

ADDRESSES = r"^[^\s:,]+:\d{1,5}(,[^\s:,]+:\d{1,5})*$"

FOREIGN = frozenset({"SIRWAN_SHARED", "SIRWAN_TEST_KAFKA", "SIRWAN_TEST_POSTGRES"})
"""Variables of the tests, not of the program."""


LAST_VISIT, MOST_VISITS = timedelta(days=30), 10
"""When a page is read again at the latest: the linker knows it for 45 days, then it would be a new one."""


class ConfigError(Exception):
    """The settings are wrong; the message lists every problem."""


def _readable_agent(value: str) -> str:
    if "(" not in value or "+" not in value:
        raise ValueError("must name a contact, as in 'Sirwan/0.1 (+https://news.example/bot)'")
    return value


def _a_place(value: str) -> str:
    parse_place(value)
    return value


def _durations(value: str) -> str:
    parse_durations(value, most=LAST_VISIT, count=MOST_VISITS)
    return value


class Settings(BaseSettings):
    """What an operator may set. Names in the environment carry the prefix SIRWAN_."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid")

    home: Path = Field(Path("var"), description="Folder of everything the embedded pipeline keeps.")
    sources: Path = Field(Path("deploy/sources"), description="Folder of source files (*.toml).")
    store: Annotated[str, AfterValidator(_a_place)] | None = Field(
        None,
        description="SQLite file of the store, or postgresql://user@host:port/database;"
        " default: sirwan.db in SIRWAN_HOME.",
    )
    store_password_file: Path | None = Field(
        None, description="File with the password of the PostgreSQL server that SIRWAN_STORE names."
    )
    kafka: str = Field(
        "127.0.0.1:9092", pattern=ADDRESSES, description="Bootstrap servers, host:port,host:port."
    )
    kafka_user: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9._-]+$",
        description="Who we are to the broker: SASL/SCRAM-SHA-512 over TLS, with the next two; without all"
        " three there is neither login nor encryption.",
    )
    kafka_password_file: Path | None = Field(None, description="File with the password of SIRWAN_KAFKA_USER.")
    kafka_ca_file: Path | None = Field(
        None, description="File with the certificates (PEM) of those who may vouch for the broker's."
    )
    topic_prefix: str = Field("sirwan", pattern="^[a-z][a-z0-9-]*$", description="First word of every topic.")
    partitions: int = Field(4, ge=1, le=1000, description="Partitions of each topic when it is created.")
    replication: int = Field(1, ge=1, le=9, description="Replicas of each topic when it is created.")
    instance: str | None = Field(
        None,
        description="Name of this replica for static group membership, unique per service; `hostname` takes"
        " the machine's or container's.",
    )
    user_agent: Annotated[str, AfterValidator(_readable_agent)] = Field(
        "Sirwan/0.1 (+https://sirwan.example/bot)", description="How the fetcher introduces itself."
    )
    fetch_delay: float = Field(
        1.0,
        ge=0,
        description="Seconds between two requests to one site, at least; a crawl-delay, slow answers and"
        " errors raise it. 0 is for sites of your own: slow answers and errors do not count then.",
    )
    rights_policy: Literal["record", "honour"] = Field(
        "record",
        description="What becomes of a page whose publisher reserves text and data mining or use by AI:"
        " `record` takes it with every signal, `honour` refuses it. robots.txt is obeyed always.",
    )
    fetch_seconds: float = Field(30.0, gt=0, description="Seconds one page may take, redirects included.")
    fetch_bytes: int = Field(8 * 1024 * 1024, gt=0, description="Decoded bytes of one page, at most.")
    fetch_concurrency: int = Field(16, ge=1, description="Pages fetched at once, over all sites.")
    revisit_after: Annotated[str, AfterValidator(_durations)] = Field(
        "1h,6h,24h,7d",
        description="How long after it was first fetched a page is read again, for corrections: durations in"
        " s, m, h or d, at most 10 and none over 30d; `never` for none.",
    )
    warc: Path | None = Field(
        None,
        description="Folder where the fetcher keeps every page as WARC; default: it keeps none."
        " In the containers /var/lib/sirwan/warc, where WARC_FOLDER is mounted.",
    )
    warc_bytes: int = Field(
        1024**3, gt=0, description="Size at which a WARC file is finished and the next one begun."
    )
    allow_private_hosts: bool = Field(
        False, description="Fetch from loopback and private addresses too; for the demo and tests."
    )
    webhooks: Path | None = Field(
        None, description="File of subscriptions ([[webhook]] blocks) to post records to; default: none."
    )
    webhooks_internal: str = Field(
        "",
        description="Hosts, comma between, that webhooks may reach at private addresses and by plain http.",
    )
    extract_workers: int = Field(
        2, ge=1, le=256, description="Processes that extract pages, each one page at a time."
    )
    extract_seconds: float = Field(
        2.0,
        ge=0.1,
        description="Seconds of processor time extracting one page may take; on the clock three times that.",
    )
    extract_memory: int = Field(
        384,
        ge=64,
        description="MiB of memory extracting one page may take, beside what its process began with.",
    )
    stage_seconds: float = Field(60.0, gt=0, description="Seconds a stage may take over one message.")
    retry_attempts: int = Field(4, ge=1, description="Attempts at something that may work later.")
    dead_letter_limit: int = Field(
        1000, ge=1, description="Dead letters a stage may make in a minute before it pauses."
    )
    dead_letter_pause: float = Field(300.0, ge=0, description="Seconds a stage pauses past that limit.")
    stall_seconds: float = Field(
        900.0,
        gt=0,
        description="Seconds without progress, with messages waiting, before a service ends itself.",
    )
    health_host: str = Field("127.0.0.1", description="Address of /live, /ready and /metrics.")
    health_port: int = Field(0, ge=0, le=65535, description="Port of the same; 0 serves none.")
    web_host: str = Field("127.0.0.1", description="Address that `sirwan serve` listens on.")
    web_port: int = Field(8000, ge=0, le=65535, description="Port of the same; 0 takes any that is free.")
    web_names: str | None = Field(
        None,
        pattern=r"^[^\s,/]+(,[^\s,/]+)*$",
        description="Host names that the pages answer to, beside loopback's and SIRWAN_WEB_HOST: name,name.",
    )
    web_shows: Literal["full", "excerpts", "nothing"] = Field(
        "full",
        description="What of the articles' texts the pages show to whoever does not give the token: whole"
        " texts (on loopback only), excerpts with links to the publisher, or nothing, not even the pages.",
    )
    web_token_file: Path | None = Field(
        None, description="File with the token that shows everything; a browser asks for it at /token."
    )
    web_rate: float = Field(
        20.0, ge=0, description="Requests a second that one address may make of the pages; 0: any number."
    )
    traces: str | None = Field(
        None,
        pattern=r"^https?://\S+$",
        description="Base URL of an OTLP receiver (HTTP, mostly port 4318); default: no traces.",
    )
    log_level: str | None = Field(
        None, pattern="^(debug|info|warning|error)$", description="Default: info; warning on a terminal."
    )

    @model_validator(mode="after")
    def _a_whole_login(self) -> Self:
        fields = ("kafka_user", "kafka_password_file", "kafka_ca_file")
        missing = [variable(field) for field in fields if getattr(self, field) is None]
        if missing and len(missing) < len(fields):
            together = f"{', '.join(map(variable, fields[:-1]))} and {variable(fields[-1])}"
            raise ValueError(f"{', '.join(missing)}: not set; {together} are given together or not at all")
        return self

    @property
    def replica(self) -> str | None:
        """What this replica is called in its group; None where the broker names it anew at each start."""
        return socket.gethostname() if self.instance == "hostname" else self.instance

    @property
    def product(self) -> str:
        """The product token that robots.txt may name (RFC 9309 section 2.2.1)."""
        return self.user_agent.split("/")[0].strip()

    @property
    def spacings(self) -> tuple[timedelta, ...]:
        """How long after it was first fetched a page is read again; empty for never."""
        return parse_durations(self.revisit_after, most=LAST_VISIT, count=MOST_VISITS)

    @property
    def internal_hosts(self) -> frozenset[str]:
        """Hosts inside that webhooks may reach, lower case."""
        return frozenset(filter(None, (host.strip().lower() for host in self.webhooks_internal.split(","))))

    @property
    def blobs(self) -> Path:
        """Folder of bodies too large for a message; every service must see the same one."""
        return self.home / "blobs"

    @property
    def database(self) -> Path:
        """The store's SQLite file, where SIRWAN_STORE names no server."""
        named = parse_place(self.store) if self.store else None
        return named if isinstance(named, Path) else self.home / "sirwan.db"

    @property
    def place(self) -> Place:
        """Where the store is, a server with its password. Raises ConfigError for the password file."""
        named = parse_place(self.store) if self.store else None
        if not isinstance(named, Server):
            return self.database
        file = self.store_password_file
        if file is None:
            return named
        return replace(named, password=read_secret(file, "the store's password", "store_password_file"))


def load_settings(**overrides: Any) -> Settings:
    """The settings from arguments, else the environment. Raises ConfigError with every problem."""
    problems = _misspelt(os.environ)
    settings = None
    try:
        settings = Settings(**overrides)
    except ValidationError as exc:
        problems += [_problem(error) for error in exc.errors()]
    if problems or settings is None:
        listing = "\n".join(f"  {problem}" for problem in sorted(problems))
        raise ConfigError(
            f"the settings are wrong ({len(problems)}):\n{listing}\nall settings: docs/reference/settings.md"
        )
    return settings


def read_secret(file: Path, what: str, field: str | None = None) -> str:
    """What is kept secret in the file, which the setting `field` names. Raises ConfigError."""
    trouble = "is empty"
    try:
        if found := file.read_text("utf-8").rstrip("\r\n"):
            return found
    except OSError as exc:
        trouble = f"cannot be read ({exc.strerror})"
    except UnicodeDecodeError:
        trouble = "is no UTF-8 text"
    named = f"{variable(field)}={file}" if field else str(file)
    raise ConfigError(f"{named}: {trouble}; put {what} into it")


def variable(field: str) -> str:
    """Name of a setting in the environment."""
    return PREFIX + field.upper()


def _misspelt(environ: Mapping[str, str]) -> list[str]:
    known = {variable(field) for field in Settings.model_fields} | FOREIGN
    unknown = sorted(name for name in environ if name.startswith(PREFIX) and name not in known)
    return [f"{name}: no such setting{_suggestion(name, known)}" for name in unknown]


def _suggestion(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.8)
    return f"; did you mean {close[0]}?" if close else ""


def _problem(error: Any) -> str:
    said = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:  # of several settings together, which it names
        return str(said)
    # Whoever logs in, and with what, is nobody's business, wherever in an address it stands.
    shown = re.sub("://.*", "://…'", repr(error.get("input")))
    return f"{variable(str(error['loc'][0]))}={shown}: {said}"
