"""The file of subscriptions, and the secrets it names. A mistake in any is told, and nothing starts."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from services.runtime.config import ConfigError, Settings
from services.runtime.source_mistakes import mistyped
from services.runtime.toml_blocks import Block, blocks_of
from services.webhooks.signing import BadSecret, read_secrets
from services.webhooks.subscription import Subscription, contradictions

MOST = 4096  # bytes of a file of secrets


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription with its secrets."""

    asked: Subscription
    secrets: tuple[bytes, ...] = field(repr=False)


def load_subscriptions(settings: Settings) -> tuple[Subscribed, ...]:
    """All `[[webhook]]` blocks of SIRWAN_WEBHOOKS, in their order. Raises ConfigError with every mistake."""
    path = settings.webhooks
    if path is None:
        raise ConfigError(
            "SIRWAN_WEBHOOKS: set it to a file of [[webhook]] blocks; docs/consumers.md has one"
        )
    problems: list[str] = []
    found: list[Subscribed] = []
    first: dict[str, Block] = {}
    for block in blocks_of(path, "webhook", problems):
        subscribed = _subscribed(block, path.parent, settings.internal_hosts, problems)
        if subscribed is None:
            continue
        ident = subscribed.asked.id
        if first.setdefault(ident, block) is not block:
            problems.append(block.told((("id",), f"already used in {first[ident].place('id')}")))
        found.append(subscribed)
    if not (found or problems):
        problems.append(f"{path.name}: no [[webhook]] in it")
    if problems:
        told = f"the webhooks in {path} are wrong ({len(problems)}):"
        raise ConfigError("\n  ".join((told, *problems)) if len(problems) > 1 else f"{told} {problems[0]}")
    return tuple(found)


def _subscribed(
    block: Block, folder: Path, internal: Collection[str], problems: list[str]
) -> Subscribed | None:
    """The subscription of a block, or None after telling what is wrong with it."""
    wrong = [block.told(mistake) for mistake in mistyped(block.content, Subscription)]
    if not wrong:
        asked = msgspec.convert(block.content, Subscription)
        wrong = [block.told(mistake) for mistake in contradictions(asked, internal)]
        secrets: tuple[bytes, ...] = ()
        try:
            secrets = read_secrets(_read(folder / asked.secret_file))
        except OSError as exc:
            wrong.append(block.told((("secret_file",), f"cannot be read: {exc.strerror}")))
        except (BadSecret, UnicodeDecodeError) as exc:
            what = str(exc) if isinstance(exc, BadSecret) else "is no text"
            wrong.append(block.told((("secret_file",), what)))
        if not wrong:
            return Subscribed(asked, secrets)
    problems += wrong
    return None


def _read(path: Path) -> str:
    with path.open("rb") as opened:
        return opened.read(MOST).decode("ascii")
