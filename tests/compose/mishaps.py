"""What goes wrong at an operator's: one clear line at the one concerned, and the others stay up."""

import socket
from collections.abc import Iterable
from contextlib import closing

from tests.compose.promises import Asked, worked_off
from tests.compose.stack import Failed, Stack
from tests.deployment import STAGES

NOTICED = 90.0  # seconds until a service has noticed, or until it is restarted and well again
OTHERS = [stage for stage in STAGES if stage != "store"]
FUTURE = "INSERT INTO migrations (number, name, sha256) VALUES (9999, 'of a newer release', '')"
PAST = "DELETE FROM migrations WHERE number = 9999"


def a_missing_secret(stack: Stack) -> str:
    """Nothing starts without it, and compose names the file."""
    said = stack.refused("up", "--detach", "postgres", SECRETS_FOLDER="./no-such-folder")
    return _line(said, "no-such-folder/store_password")


def a_secret_that_is_gone(stack: Stack) -> str:
    """The container of before stays, and everybody else."""
    anew = ("up", "--detach", "--no-deps", "--force-recreate", "store")
    line = _line(stack.refused(*anew, SECRETS_FOLDER="./no-such-folder"), "no-such-folder/store_password")
    _are_healthy(stack, STAGES)
    return line


def a_taken_port(stack: Stack) -> str:
    """The one container that wanted it does not start."""
    with closing(socket.create_server(("127.0.0.1", 0))) as holding:
        port = str(holding.getsockname()[1])
        said = stack.refused("up", "--detach", "kafka", KAFKA_PORT=port)
    return _line(said, port)


async def a_port_that_was_taken_meanwhile(stack: Stack, asked: Asked) -> str:
    """The database does not start: the store waits and says so, everybody else works."""
    with closing(socket.create_server(("127.0.0.1", 0))) as holding:
        port = str(holding.getsockname()[1])
        line = _line(stack.refused("up", "--detach", "--no-deps", "postgres", POSTGRES_PORT=port), port)
        await asked.more(stack)
        await _store_waits(stack, "see that PostgreSQL runs there")
    stack.compose("up", "--detach", "--wait", "--no-deps", "postgres")
    await _well_again(stack, asked)
    return line


async def a_database_of_another_release(stack: Stack, asked: Asked) -> str:
    """A volume of another PostgreSQL: its server says so, the store waits, everybody else works."""
    stack.compose("stop", "postgres")
    major = int(_in_the_volume(stack, 'cat "$PGDATA/PG_VERSION"'))
    begun = stack.clock.now().isoformat()
    _in_the_volume(stack, f'echo {major - 1} > "$PGDATA/PG_VERSION"')
    stack.compose("start", "postgres")
    await asked.more(stack)
    await _store_waits(stack, "see that PostgreSQL runs there")
    line = _line(_logs(stack, "postgres"), "not compatible")
    _line(_logs(stack, "store", "--since", begun), "store-unavailable")
    stack.compose("stop", "postgres")
    _in_the_volume(stack, f'echo {major} > "$PGDATA/PG_VERSION"')
    stack.compose("start", "postgres")
    await _well_again(stack, asked)
    return line


async def a_layout_of_a_newer_release(stack: Stack, asked: Asked) -> str:
    """The store says which layout it met, does not touch it and ends; everybody else works."""
    stack.sql(FUTURE)
    stack.compose("restart", "store")
    await asked.more(stack)
    await _store_waits(stack, "layout 9999")
    line = _line(_logs(stack, "store"), "layout 9999")
    stack.sql(PAST)
    await _well_again(stack, asked)
    return line


async def _store_waits(stack: Stack, why: str) -> None:
    """It is not ready, status and metrics show it, and nobody else is concerned."""

    def shown() -> bool:
        return not stack.prometheus.result('sirwan_ready{stage="store"} == 1')

    await stack.until("the store is not ready", lambda: not stack.ready("store"), NOTICED)
    _are_healthy(stack, OTHERS)
    await stack.until("the metrics show it", shown, NOTICED)
    _are_healthy(stack, OTHERS)
    said = stack.status("run", "--rm", "-T", "--no-deps")  # works whether or not its container does
    if said["working"] or why not in said["verdict"]:
        raise Failed(f"status does not say {why!r}: {said['verdict']}")


def _logs(stack: Stack, service: str, *which: str) -> str:
    return stack.compose("logs", "--no-color", "--no-log-prefix", *which, service)


def _in_the_volume(stack: Stack, command: str) -> str:
    """Run where the data of PostgreSQL lie, without the server."""
    alone = ["run", "--rm", "-T", "--no-deps", "--entrypoint", "bash"]
    return stack.compose(*alone, "postgres", "-c", command)


async def _well_again(stack: Stack, asked: Asked) -> None:
    await stack.until("the store is ready again", lambda: stack.ready("store"), NOTICED)
    await worked_off(stack, asked)


def _are_healthy(stack: Stack, services: Iterable[str]) -> None:
    ill = {each: said for each in services if (said := stack.health(each)) != {"healthy"}}
    if ill:
        raise Failed(f"not the one concerned alone: {ill}")


def _line(said: str, holds: str) -> str:
    """The end of the first line that says it. Raises Failed where none does."""
    for line in said.splitlines():
        if holds in line:
            return f"in one line: … {line.strip()[-120:]}"
    raise Failed(f"no line says {holds!r}: {said[-600:]}")
