"""What goes wrong at an operator's: one clear line at the one concerned, and the others stay up."""

import socket
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


def a_taken_port(stack: Stack) -> str:
    """The one container that wanted it does not start."""
    with closing(socket.create_server(("127.0.0.1", 0))) as holding:
        port = str(holding.getsockname()[1])
        said = stack.refused("up", "--detach", "kafka", KAFKA_PORT=port)
    return _line(said, port)


async def a_database_of_another_release(stack: Stack, asked: Asked) -> str:
    """A volume of another PostgreSQL: its server says so, the store waits, everybody else works."""
    stack.compose("stop", "postgres")
    major = int(_in_the_volume(stack, 'cat "$PGDATA/PG_VERSION"'))
    begun = stack.clock.now().isoformat()
    _in_the_volume(stack, f'echo {major - 1} > "$PGDATA/PG_VERSION"')
    stack.compose("start", "postgres")
    await asked.more(stack)
    await stack.until("the store is not ready", lambda: not stack.ready("store"), NOTICED)
    _others_are_healthy(stack)
    line = _line(stack.compose("logs", "--no-color", "--no-log-prefix", "postgres"), "not compatible")
    _line(
        stack.compose("logs", "--no-color", "--no-log-prefix", "--since", begun, "store"), "store-unavailable"
    )
    stack.compose("stop", "postgres")
    _in_the_volume(stack, f'echo {major} > "$PGDATA/PG_VERSION"')
    stack.compose("start", "postgres")
    await _well_again(stack, asked)
    return line


async def a_layout_of_a_newer_release(stack: Stack, asked: Asked) -> str:
    """The store says which layout it met and does not touch it; everybody else works."""
    stack.sql(FUTURE)
    stack.compose("restart", "store")
    await asked.more(stack)

    def refused() -> bool:
        said = stack.compose("logs", "--no-color", "--no-log-prefix", "--tail", "5", "store")
        return "layout 9999" in said

    await stack.until("the store refuses the layout", refused, NOTICED)
    _others_are_healthy(stack)
    line = _line(stack.compose("logs", "--no-color", "--no-log-prefix", "store"), "layout 9999")
    stack.sql(PAST)
    await _well_again(stack, asked)
    return line


def _in_the_volume(stack: Stack, command: str) -> str:
    """Run where the data of PostgreSQL lie, without the server."""
    alone = ["run", "--rm", "-T", "--no-deps", "--entrypoint", "bash"]
    return stack.compose(*alone, "postgres", "-c", command)


async def _well_again(stack: Stack, asked: Asked) -> None:
    await stack.until("the store is ready again", lambda: stack.ready("store"), NOTICED)
    await worked_off(stack, asked)


def _others_are_healthy(stack: Stack) -> None:
    ill = {each: stack.health(each) for each in OTHERS if stack.health(each) != {"healthy"}}
    if ill:
        raise Failed(f"not the store alone: {ill}")


def _line(said: str, holds: str) -> str:
    """The end of the first line that says it. Raises Failed where none does."""
    for line in said.splitlines():
        if holds in line:
            return f"in one line: … {line.strip()[-120:]}"
    raise Failed(f"no line says {holds!r}: {said[-600:]}")
