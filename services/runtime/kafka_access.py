"""Rights on the broker as the access table wants them: what is missing is granted, what is too much taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]  # aiokafka ships no annotations
from aiokafka.errors import KafkaError, for_code  # type: ignore[import-untyped]  # as above
from aiokafka.protocol.admin import (  # type: ignore[import-untyped]  # as above
    CreateAclsRequest,
    DeleteAclsRequest,
    DescribeAclsRequest,
)

from services.runtime.access import PRINCIPALS, Grant, grants
from services.runtime.bus import BrokerDown
from services.runtime.kafka_connect import KafkaSettings, administration, broker_down
from services.runtime.kafka_users import set_passwords

DOING: Final = "looking at rights"

# Numbers of the Kafka protocol (org.apache.kafka.common.acl, .resource).
ANY, ALLOW = 1, 3
LITERAL, PREFIXED = 3, 4
OPERATIONS: Mapping[str, int] = {"read": 3, "write": 4, "describe": 8}
KINDS: Mapping[str, int] = {"topic": 2, "group": 3}
SECURITY_DISABLED = 54
EVERYWHERE = EVERYTHING = "*"  # from whatever address; whatever it is called

Acl = tuple[int, str, int, str, str, int, int]
"""Kind, name, pattern, principal, host, operation, permission: as the protocol has it."""


@dataclass(frozen=True, slots=True)
class AccessChange:
    """One difference between the table and the broker."""

    kind: Literal["grant", "revoke"]
    who: str
    right: str  # "read topic sirwan.journal.v1"


async def plan(settings: KafkaSettings) -> list[AccessChange]:
    """What differs between the access table and the broker. Raises BrokerDown."""
    async with administration(settings, DOING) as client:
        missing, surplus = await _Admin(settings, client).differences()
    return _changes(missing, surplus)


async def apply(settings: KafkaSettings, passwords: Mapping[str, str]) -> list[AccessChange]:
    """Give users these passwords, then grant and take what differs, which comes out. Raises BrokerDown."""
    async with administration(settings, DOING) as client:
        admin = _Admin(settings, client)
        if passwords:
            await admin.set_passwords(passwords)
        missing, surplus = await admin.differences()
        await admin.change(missing, surplus)
    return _changes(missing, surplus)


def _acl(grant: Grant) -> Acl:
    pattern = PREFIXED if grant.beginning else LITERAL
    who, operation = f"User:{grant.who}", OPERATIONS[grant.operation]
    return KINDS[grant.kind], grant.name, pattern, who, EVERYWHERE, operation, ALLOW


def reaches(acl: Acl, prefix: str) -> bool:
    """Whether it is a right to a topic or group that begins with `prefix`, or to anything else than those."""
    kind, name, pattern, *_ = acl
    if kind not in KINDS.values() or name == EVERYTHING:
        return True
    return name.startswith(prefix) or (pattern == PREFIXED and prefix.startswith(name))


def _changes(missing: set[Acl], surplus: set[Acl]) -> list[AccessChange]:
    return [AccessChange("grant", *_told(acl)) for acl in sorted(missing, key=_told)] + [
        AccessChange("revoke", *_told(acl)) for acl in sorted(surplus, key=_told)
    ]


def _told(acl: Acl) -> tuple[str, str]:
    """Who, and the right in words; a number stands for what our own table never uses."""
    kind, name, pattern, principal, host, operation, _ = acl
    words = {number: word for word, number in OPERATIONS.items()}
    kinds = {number: word for word, number in KINDS.items()}
    every = "" if pattern == LITERAL else "…"
    where = "" if host == EVERYWHERE else f" from {host}"
    right = f"{words.get(operation, operation)} {kinds.get(kind, kind)} {name}{every}{where}"
    return principal.removeprefix("User:"), right


class _Admin:
    """The broker's administration, for the length of one command."""

    def __init__(self, settings: KafkaSettings, client: AIOKafkaAdminClient) -> None:
        self._settings = settings
        self._client = client

    async def set_passwords(self, passwords: Mapping[str, str]) -> None:
        """Create users, or give them another password. Raises BrokerDown."""
        try:
            await set_passwords(self._client, passwords)
        except (KafkaError, OSError) as exc:
            raise broker_down(self._settings, exc, "setting passwords") from exc

    async def differences(self) -> tuple[set[Acl], set[Acl]]:
        """What is missing, and what those of the table may do beyond it in this deployment.

        Other people's rights are theirs; so are those of another deployment, with a prefix of its own.
        """
        answer = await self._ask(DescribeAclsRequest(ANY, None, ANY, None, None, ANY, ANY))
        self._check(answer.error_code, answer.error_message)
        ours = {f"User:{who}" for who in PRINCIPALS}
        found: set[Acl] = {
            (kind, name, pattern, principal, host, operation, permission)
            for kind, name, pattern, acls in answer.resources
            for principal, host, operation, permission in acls
            if principal in ours and permission == ALLOW
        }
        wanted = {_acl(grant) for grant in grants(self._settings.prefix)}
        prefix = self._settings.full("")
        return wanted - found, {acl for acl in found - wanted if reaches(acl, prefix)}

    async def change(self, missing: set[Acl], surplus: set[Acl]) -> None:
        """First grant, then take: nobody is without a right that both tables know."""
        for acl in sorted(missing):
            answer = await self._ask(CreateAclsRequest(*acl))
            for code, text in answer.creation_responses:
                self._check(code, text)
        for acl in sorted(surplus):
            answer = await self._ask(DeleteAclsRequest(*acl))
            for code, text, _ in answer.filter_responses:
                self._check(code, text)

    async def _ask(self, request: Any) -> Any:
        try:
            return await self._client._send_to_controller(request)  # noqa: SLF001 (it has none for rights)
        except (KafkaError, OSError) as exc:
            raise broker_down(self._settings, exc, DOING) from exc

    def _check(self, code: int, text: str | None) -> None:
        if code == SECURITY_DISABLED:
            raise BrokerDown(
                f"{DOING}: broker {self._settings.bootstrap} has no authorizer: everybody may do everything"
                " there; see docs/hardening.md"
            )
        if code:
            raise broker_down(self._settings, for_code(code)(text or ""), DOING)
