"""How we log in at a broker, SASL/SCRAM-SHA-512 over TLS, and why one that answers does not let us in."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka.conn import create_conn  # type: ignore[import-untyped]  # aiokafka ships no annotations
from aiokafka.errors import (  # type: ignore[import-untyped]  # as above
    BrokerResponseError,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)

from services.runtime.config import ConfigError, Settings, read_secret, variable

MECHANISM: Final = "SCRAM-SHA-512"
PROTOCOL: Final = "SASL_SSL"

FORBIDDEN: tuple[type[BrokerResponseError], ...] = (
    TopicAuthorizationFailedError,
    GroupAuthorizationFailedError,
    ClusterAuthorizationFailedError,
)
"""What a broker says to somebody it knows who asks for what is not theirs."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who we are, what proves it, and whom we believe to be the broker."""

    user: str
    password: str = field(repr=False)
    trust: ssl.SSLContext = field(repr=False, compare=False)

    @property
    def client(self) -> Mapping[str, Any]:
        """What an aiokafka client is given for it."""
        return {
            "security_protocol": PROTOCOL,
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
            "ssl_context": self.trust,
        }


def login_of(settings: Settings) -> Login | None:
    """The login that the settings name, or None; a changed file counts from the next start on.

    Raises ConfigError for a file that cannot be used.
    """
    user, password, ca = settings.kafka_user, settings.kafka_password_file, settings.kafka_ca_file
    if user is None or password is None or ca is None:  # the settings let no other mixture pass
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cafile=ca)
    except ssl.SSLError as exc:
        raise ConfigError(f"{variable('kafka_ca_file')}={ca}: holds no certificate in PEM form") from exc
    except OSError as exc:
        raise ConfigError(
            f"{variable('kafka_ca_file')}={ca}: cannot be read ({exc.strerror}); put the certificate there"
            " that the broker's was signed with"
        ) from exc
    secret = read_secret(password, f"{user}'s password", "kafka_password_file")
    return Login(user, secret, context)


async def refused(bootstrap: str, login: Login, seconds: float) -> str | None:
    """Why a broker that answers does not let us in; None where one does, or none answers.

    Asked by a connection of its own: the libraries say of every failure that they could not connect.
    """
    for address in bootstrap.split(","):
        host, _, port = address.rpartition(":")
        try:
            connection = await create_conn(
                host, int(port), request_timeout_ms=int(seconds * 1000), **login.client
            )
        except (KafkaError, OSError) as exc:
            if why := _why(exc, login):
                return f"broker {address}: {why}"
        else:
            connection.close()
            return None
    return None


def _why(exc: BaseException, login: Login) -> str | None:
    """What is wrong and where it is set, where asking again cannot help."""
    if isinstance(exc, SaslAuthenticationFailed):
        return (
            f"it does not let {login.user!r} in: no such user, or another password; see"
            f" {variable('kafka_user')} and {variable('kafka_password_file')}"
        )
    if isinstance(exc, UnsupportedSaslMechanismError | IllegalSaslStateError):
        return f"it has no login by {MECHANISM} there; is {variable('kafka')} the address for it?"
    if isinstance(exc, ssl.SSLCertVerificationError):
        return f"not to be trusted: {exc.verify_message}; see {variable('kafka_ca_file')}"
    if isinstance(
        exc, ssl.SSLError | ConnectionResetError
    ):  # Kafka hangs up on what is no request of its own
        return f"it does not speak TLS there; is {variable('kafka')} the address that does?"
    return None
