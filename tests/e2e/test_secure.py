"""The five services on a broker as the secure deployment has it, each as itself, with no right to spare."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer  # type: ignore[import-untyped]  # aiokafka ships no annotations

from deploy.demo.server import NEWSROOMS, NewsWeb
from schemas.codec import decode
from schemas.records import EnrichedArticle, Fate
from schemas.topics import ARTICLES_ENRICHED, JOURNAL
from services.runtime.access import ADMIN, CONSUMER, STATUS
from services.runtime.config import variable
from tests.deployment import STAGES, deployed, drained, every_message_has_one_fate, read_all
from tests.secure_broker import SecureBroker, prepared

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]

PAGES = 14  # of the demo's news web, stored
PREFIX = "morning"  # of topics without what other tests have written


def sirwan(broker: SecureBroker, who: str, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """The command as an operator gives it, logged in as `who`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIRWAN_")}
    ours = {"SIRWAN_KAFKA": broker.settings(who).bootstrap, **broker.environment(who), **more}
    command = [str(Path(sys.executable).with_name("sirwan")), *words]
    return subprocess.run(command, env={**kept, **ours}, capture_output=True, text=True, check=False)


async def test_every_service_works_as_itself_and_a_consumer_reads_what_comes_out(
    secure_broker: SecureBroker, tmp_path: Path
) -> None:
    await prepared(secure_broker, PREFIX)
    admin = secure_broker.settings(ADMIN, prefix=PREFIX)
    with (
        NewsWeb(dict.fromkeys(NEWSROOMS, 0)) as web,
        deployed(admin, tmp_path) as there,
    ):
        web.write_sources(tmp_path / "sources")
        there.login = secure_broker.environment
        there.start()
        await drained(there, 240, at_least=PAGES)
        seen = sirwan(
            secure_broker,
            STATUS,
            "status",
            SIRWAN_STORE=str(tmp_path / "sirwan.db"),
            SIRWAN_TOPIC_PREFIX=PREFIX,
        )
        await every_message_has_one_fate(
            admin, [each for each in await read_all(admin, JOURNAL) if isinstance(each, Fate)]
        )
        assert there.stop() == dict.fromkeys(STAGES, 0)
    assert (seen.returncode, seen.stdout.splitlines()[:1]) == (0, ["working"]), seen.stdout + seen.stderr
    assert "does not allow" not in there.tail()

    consumer = secure_broker.settings(CONSUMER, prefix=PREFIX)
    reader = AIOKafkaConsumer(
        consumer.full(ARTICLES_ENRICHED.name),
        **consumer.client,
        group_id=f"{PREFIX}.consumer.newsroom",
        auto_offset_reset="earliest",
    )
    pages: set[str] = set()
    await reader.start()
    try:
        while len(pages) < PAGES:
            record = decode(ARTICLES_ENRICHED, (await reader.getone()).value)
            assert isinstance(record, EnrichedArticle)
            pages.add(record.page_id)
        await reader.commit()
    finally:
        await reader.stop()


def test_rights_are_looked_at_and_given_by_the_command(secure_broker: SecureBroker) -> None:
    passwords = str(secure_broker.secrets)
    for words in (("plan",), ("apply",), ("apply", "--passwords", passwords)):
        run = sirwan(secure_broker, ADMIN, "access", *words)
        assert (run.returncode, run.stderr) == (0, "")
        assert run.stdout.endswith(": everybody may do what the table says, and nothing else\n")


@pytest.mark.parametrize(
    ("who", "given", "more", "code", "line"),
    [
        (STATUS, "access plan", {}, 3, "does not allow that to 'status'"),
        (STATUS, "topics plan", {}, 3, "does not allow that to 'status'"),
        (CONSUMER, "topics plan", {}, 3, "does not allow that to 'consumer'"),
        (STATUS, "topics apply", {"SIRWAN_TOPIC_PREFIX": "new"}, 3, "does not allow that to 'status'"),
        (ADMIN, "access apply --passwords /nowhere", {}, 2, "/kafka_fetcher_password: cannot be read"),
        (ADMIN, "access plan", {"SIRWAN_KAFKA_USER": "stranger"}, 3, "does not let 'stranger' in"),
        (ADMIN, "access plan", {"SIRWAN_KAFKA_CA_FILE": "/nowhere"}, 2, "SIRWAN_KAFKA_CA_FILE=/nowhere: "),
        (ADMIN, "access plan", {"SIRWAN_KAFKA_CA_FILE": ""}, 2, "SIRWAN_KAFKA_CA_FILE: not set"),
    ],
)  # fmt: skip
def test_a_command_that_may_not_says_so_in_one_line(
    secure_broker: SecureBroker, who: str, given: str, more: dict[str, str], code: int, line: str
) -> None:
    run = sirwan(secure_broker, who, *given.split(), **more)
    assert (run.returncode, run.stdout) == (code, "")
    assert len([each for each in run.stderr.splitlines() if line in each]) == 1
    assert "Traceback" not in run.stderr


def test_a_service_with_a_wrong_password_ends_with_one_line_that_names_the_setting(
    secure_broker: SecureBroker, tmp_path: Path
) -> None:
    """The supervisor starts it again, and the line is in its log each time."""
    wrong = tmp_path / "password"
    wrong.write_text("guess-who-1\n")
    with deployed(secure_broker.settings("classifier"), tmp_path) as there:
        there.login = lambda who: {
            **secure_broker.environment(who),
            variable("kafka_password_file"): str(wrong),
        }
        there.start(["classifier"])
        assert there.running["classifier"].wait(60) == 70
        log = there.tail()
    assert "it does not let 'classifier' in" in log
    assert "SIRWAN_KAFKA_PASSWORD_FILE" in log
    assert "guess-who-1" not in log
