"""Users of the broker: what it keeps of their passwords (SCRAM-SHA-512, RFC 5802), and how it is told.

aiokafka 0.14 has no such request (Kafka protocol, key 51: AlterUserScramCredentials), so it is defined here.
"""

import hashlib
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]  # aiokafka ships no annotations
from aiokafka.errors import for_code  # type: ignore[import-untyped]  # as above
from aiokafka.protocol.api import Request, RequestStruct, Response  # type: ignore[import-untyped]  # as above
from aiokafka.protocol.types import (  # type: ignore[import-untyped]  # as above
    CompactArray,
    CompactBytes,
    CompactString,
    Int8,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

from services.runtime.access import ADMIN, PRINCIPALS
from services.runtime.bus import BrokerDown
from services.runtime.config import read_secret

SCRAM_SHA_512 = 2  # the protocol's number
ITERATIONS = 16384  # the most that Kafka takes; 10 ms of a client's time at each connection
SALT = 32  # bytes


def read_passwords(folder: Path) -> Mapping[str, str]:
    """Password by user: all of the access table, and `admin` where it is there. Raises ConfigError.

    As `make secrets SECURE=1` names them: `kafka_extractor_password`.
    """
    files = {who: folder / f"kafka_{who}_password" for who in (*PRINCIPALS, ADMIN)}
    if not files[ADMIN].exists():
        del files[ADMIN]
    return {who: read_secret(file, f"{who}'s password") for who, file in files.items()}


async def set_passwords(client: AIOKafkaAdminClient, passwords: Mapping[str, str]) -> None:
    """Create these users, or give them another password. Raises BrokerDown with the broker's words."""
    request = _AlterUsers([_upsertion(who, password) for who, password in passwords.items()])
    answer = await client._send_to_controller(request)  # noqa: SLF001 (it has no request for this)
    for who, code, text, *_ in answer.results:
        if code:
            raise BrokerDown(f"setting the password of {who}: {text or for_code(code).__name__}")


def _upsertion(who: str, password: str) -> tuple[Any, ...]:
    salt = secrets.token_bytes(SALT)
    salted = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return who, SCRAM_SHA_512, ITERATIONS, salt, salted, {}


class _AlterUsersResponse(Response):  # type: ignore[misc]  # an unannotated base class
    API_KEY = 51
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "results",
            CompactArray(
                ("user", CompactString("utf-8")),
                ("error_code", Int16),
                ("error_message", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _AlterUsersRequest(RequestStruct):  # type: ignore[misc]  # as above
    FLEXIBLE_VERSION = True
    API_KEY = 51
    API_VERSION = 0
    RESPONSE_TYPE = _AlterUsersResponse
    SCHEMA = Schema(
        (
            "deletions",
            CompactArray(("name", CompactString("utf-8")), ("mechanism", Int8), ("tags", TaggedFields)),
        ),
        (
            "upsertions",
            CompactArray(
                ("name", CompactString("utf-8")),
                ("mechanism", Int8),
                ("iterations", Int32),
                ("salt", CompactBytes),
                ("salted_password", CompactBytes),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _AlterUsers(Request[_AlterUsersRequest]):  # type: ignore[misc]  # as above
    API_KEY = 51

    def __init__(self, upsertions: list[tuple[Any, ...]]) -> None:
        self._upsertions = upsertions

    def build(self, request_struct_class: type[_AlterUsersRequest]) -> _AlterUsersRequest:
        """The request in the one version there is."""
        return request_struct_class([], self._upsertions, {})
