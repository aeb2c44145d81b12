"""The reference pages of docs/, made from the tables in the code. A test keeps them fresh."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from schemas.topics import ALL_TOPICS, DAY, full_name
from services.runtime.access import PRINCIPALS, Kind, Operation, grants
from services.runtime.config import Settings, variable
from services.runtime.contract_page import contract_page
from services.runtime.knobs import FIXED, KNOBS
from services.runtime.metrics import METRICS
from services.runtime.reasons import REASONS

MADE = "<!-- made by `make docs` from the code; change it there -->"


def reference_pages() -> Mapping[str, str]:
    """Text by file name, for docs/reference."""
    return {
        "asyncapi.html": contract_page(),
        "reasons.md": _page(
            "Reasons",
            "Why something is refused. `skipped` was expected; what is `dead` is kept as a dead letter.",
            ("reason", "who says it", "what it means", "first move"),
            [
                (f"`{name}`", each.stages, each.meaning, each.first_move)
                for name, each in sorted(REASONS.items())
            ],
        ),
        "settings.md": _page(
            "Settings",
            "Environment variables; a misspelt one is an error. `sirwan config show` prints them all.",
            ("variable", "default", "meaning"),
            [
                (f"`{variable(name)}`", f"`{field.default}`", field.description or "")
                for name, field in Settings.model_fields.items()
            ],
        ),
        "deployment.md": _page(
            "Deployment",
            "What docker-compose.yml reads from .env beside the [settings](settings.md); copy .env.example.",
            ("variable", "default", "meaning"),
            [(f"`{name}`", f"`{knob.default}`", knob.meaning) for name, knob in KNOBS.items()],
        ),
        "metrics.md": _page(
            "Metrics",
            "Served on /metrics of each service on Kafka, where SIRWAN_HEALTH_PORT is set.",
            ("metric", "kind", "meaning", "labels"),
            [
                (f"`{name}`", each.kind, each.doc, ", ".join(f"`{label}`" for label in each.labels))
                for name, each in METRICS.items()
            ],
        ),
        "topics.md": _page(
            "Topics",
            "With the default prefix. `sirwan topics plan` compares a broker with this table.",
            ("topic", "record", "key", "kept", "public", "meaning"),
            [
                (
                    f"`{full_name('sirwan', name)}`",
                    topic.record.__name__,
                    topic.key,
                    "newest of each key" if topic.retention is None else f"{topic.retention // DAY} days",
                    "yes" if topic.public else "",
                    topic.doc,
                )
                for name, topic in ALL_TOPICS.items()
            ],
        ),
        "access.md": _page(
            "Access",
            "Users of a broker that asks who one is, and all they may do, with the default prefix; `…` is how"
            " names begin. What is not here is forbidden. Only `admin`, who is not here, may do everything:"
            " `sirwan topics apply`, `sirwan access apply`, and people. `sirwan access plan` compares.",
            ("user", "what for", "reads", "writes", "sees how far it is", "joins groups"),
            [
                (
                    f"`{who}`",
                    meaning,
                    _granted(who, "read", "topic"),
                    _granted(who, "write", "topic"),
                    _granted(who, "describe", "topic"),
                    _granted(who, "read", "group"),
                )
                for who, meaning in PRINCIPALS.items()
            ],
        ),
    }


def _granted(who: str, operation: Operation, kind: Kind) -> str:
    names = [
        f"`{grant.name}{'…' if grant.beginning else ''}`"
        for grant in grants("sirwan")
        if (grant.who, grant.operation, grant.kind) == (who, operation, kind)
    ]
    return ", ".join(names)


def env_example() -> str:
    """The file .env.example: every knob and every setting with its default, all of them commented out."""
    lines = [
        "# made by `make docs` from the code; change it there",
        "# Copy this file to .env and uncomment what you want to change; docker compose reads it from there.",
        "",
        "# --- the deployment ---",
    ]
    for name, knob in KNOBS.items():
        lines += ["", f"# {knob.meaning}", f"# {name}={knob.default}"]
    lines += ["", "# --- the services: the same settings as outside containers ---"]
    for name, field in Settings.model_fields.items():
        lines += ["", f"# {field.description}"]
        if name in FIXED:
            lines.append(f"# {variable(name)} is decided by docker-compose.yml: {FIXED[name]}.")
        else:
            lines.append(f"# {variable(name)}={'' if field.default is None else field.default}")
    return "\n".join([*lines, ""])


def write_pages(folder: Path) -> tuple[str, ...]:
    """Write them; the names written."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = reference_pages()
    for name, text in pages.items():
        (folder / name).write_text(text, "utf-8")
    return tuple(pages)


def _page(title: str, lead: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [MADE, "", f"# {title}", "", lead, "", _row(columns), _row(["---"] * len(columns))]
    return "\n".join([*lines, *(_row(row) for row in rows), ""])


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
