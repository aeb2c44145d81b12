"""A broker as docker-compose.secure.yml has it, without containers: TLS, SCRAM, deny by default.

What differs is where it listens and lies: ports, folders, and how many threads it has.
"""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from services.runtime import kafka_access, kafka_topics
from services.runtime.access import ADMIN, PRINCIPALS
from services.runtime.config import load_settings
from services.runtime.kafka_connect import KafkaSettings
from services.runtime.kafka_users import read_passwords
from services.runtime.serve import kafka_settings
from tests.broker import ROOT, Broker, free_port

PREFIX = "sirwan"
PASSWORDS = {who: f"{who}-0123456789" for who in (*PRINCIPALS, ADMIN)}

MORE = {
    "num.network.threads": "2", "num.io.threads": "4", "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4", "log.cleaner.dedupe.buffer.size": "16777216",
    "broker.session.timeout.ms": "2000", "broker.heartbeat.interval.ms": "500",
}  # fmt: skip
"""As deploy/broker/server.properties: small, and back at once after a kill."""


class _Compose(yaml.SafeLoader):
    """YAML with the tags that compose has for what one file takes away from another."""


_Compose.add_constructor("!reset", lambda _loader, _node: None)


def overlay() -> dict[str, Any]:
    """docker-compose.secure.yml, parsed."""
    parsed: dict[str, Any] = yaml.load((ROOT / "docker-compose.secure.yml").read_text("utf-8"), _Compose)  # noqa: S506 (a SafeLoader with one tag more)
    return parsed


def property_of(name: str) -> str:
    """As Kafka's image names them: KAFKA_A_B__C___D is a.b_c-d."""
    marks = {1: ".", 2: "_", 3: "-"}
    return re.sub("_+", lambda run: marks[len(run[0])], name.removeprefix("KAFKA_").lower())


def deployed_properties() -> dict[str, str]:
    """What the container of Kafka is configured with in the secure deployment."""
    plain = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]["kafka"]
    environment = plain["environment"] | overlay()["services"]["kafka"]["environment"]
    return {property_of(name): str(value) for name, value in environment.items() if name != "KAFKA_HEAP_OPTS"}


def make_certificates(folder: Path) -> None:
    """As the deployment makes them."""
    script = ROOT / "deploy" / "secure" / "certificates.sh"
    subprocess.run([script, folder], check=True, capture_output=True)


@dataclass(slots=True)
class SecureBroker(Broker):
    """Also has the files that a client needs."""

    ports: Mapping[str, int] = field(default_factory=dict)  # by the listener's name

    @property
    def secrets(self) -> Path:
        """As `make secrets SECURE=1` fills it."""
        return self.home / "secrets"

    @property
    def first(self) -> list[str]:
        """The super user, as deploy/secure/kafka.sh makes it."""
        return ["--add-scram", f"SCRAM-SHA-512=[name={ADMIN},password={PASSWORDS[ADMIN]}]"]

    def properties(self, data: Path) -> str:
        """The deployment's, on loopback and in this folder."""
        self._make_secrets()
        doors = {name: f"{name}://localhost:{port}" for name, port in self.ports.items()}
        # HEALTH too, which the deployment does not advertise: so that anonymous can try everything.
        open_to_clients = [door for name, door in doors.items() if name != "CONTROLLER"]
        ours = {
            "listeners": ",".join(doors.values()),
            "advertised.listeners": ",".join(open_to_clients),
            "controller.quorum.voters": f"1@localhost:{self.controller}",
            "log.dirs": str(data),
            "ssl.keystore.location": str(self.secrets / "kafka_broker.pem"),
            "ssl.truststore.location": str(self.secrets / "kafka_ca.crt"),
        }
        return "".join(f"{name}={value}\n" for name, value in (deployed_properties() | MORE | ours).items())

    def _make_secrets(self) -> None:
        if self.secrets.is_dir():
            return
        self.secrets.mkdir(parents=True)
        make_certificates(self.secrets)
        for who, password in PASSWORDS.items():
            (self.secrets / f"kafka_{who}_password").write_text(password)

    def environment(self, who: str) -> dict[str, str]:
        """The variables that make a service `who`."""
        return {
            "SIRWAN_KAFKA_USER": who,
            "SIRWAN_KAFKA_PASSWORD_FILE": str(self.secrets / f"kafka_{who}_password"),
            "SIRWAN_KAFKA_CA_FILE": str(self.secrets / "kafka_ca.crt"),
        }

    def anonymous(self) -> KafkaSettings:
        """The one listener that asks nobody who they are."""
        return KafkaSettings(f"localhost:{self.ports['HEALTH']}")

    def settings(self, who: str, listener: str = "INTERNAL", prefix: str = PREFIX) -> KafkaSettings:
        """How `who` reaches it."""
        given = {name.removeprefix("SIRWAN_").lower(): value for name, value in self.environment(who).items()}
        address = f"localhost:{self.ports[listener]}"
        settings = load_settings(kafka=address, topic_prefix=prefix, **given)
        return replace(kafka_settings(settings, who), session_timeout=6.0, commit_interval=0.1, drain=0.3)


async def prepared(broker: SecureBroker, prefix: str = PREFIX) -> None:
    """What the one-shot `topics` does in the secure deployment."""
    admin = broker.settings(ADMIN, prefix=prefix)
    await kafka_topics.apply(admin, kafka_topics.Layout(partitions=2))
    await kafka_access.apply(admin, read_passwords(broker.secrets))


def new_secure_broker(home: Path) -> SecureBroker:
    """One in `home` on free ports, not started."""
    ports = {name: free_port() for name in ("INTERNAL", "EXTERNAL", "BROKER", "CONTROLLER", "HEALTH")}
    return SecureBroker(home, ports["INTERNAL"], ports["CONTROLLER"], ports=ports)
