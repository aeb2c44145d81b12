"""`make test-compose`: the deployment for real, from build to down; a timed line for each promise."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Awaitable
from pathlib import Path

from services.runtime.clock import SystemClock
from tests.compose import mishaps, promises, watching
from tests.compose.engine import ROOT, SHARED, EngineFailed, NoEngine, engine
from tests.compose.stack import IMAGE, Failed, Stack, new_stack
from tests.deployment import STAGES

CRASHED = (*STAGES, "kafka", "postgres")


class Progress:
    """Prints what was reached, with the seconds since the start and since the line before."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._begun = self._last = self._clock.steady()

    def line(self, text: str) -> None:
        """One line."""
        now = self._clock.steady()
        sys.stdout.write(f"{now - self._begun:6.1f} s  +{now - self._last:5.1f}  {text}\n")
        sys.stdout.flush()
        self._last = now

    async def of(self, promise: Awaitable[str]) -> None:
        """The line that a promise gives."""
        self.line(await promise)


async def check(stack: Stack, progress: Progress) -> None:
    """Every promise in order. Raises Failed at the first that is not kept."""
    asked = promises.Asked()
    if complaints := stack.complaints():
        raise Failed(f"docker compose config: {complaints}")
    stack.compose("build", "--quiet")
    size = int(stack.docker("image", "inspect", "--format", "{{.Size}}", IMAGE)) / 1e6
    progress.line(f"built, {size:.0f} MB")
    progress.line(mishaps.a_missing_secret(stack))
    progress.line(mishaps.a_taken_port(stack))
    begun = stack.clock.now()
    stack.compose("up", "--detach", "--wait", "--wait-timeout", "240")
    progress.line("up, everything healthy")
    async with asyncio.timeout(promises.FIRST_ARTICLE):
        await progress.of(promises.first_article(stack, begun))
    await progress.of(promises.nothing_is_lost(stack, asked))
    await progress.of(watching.a_source_is_added(stack))
    await progress.of(watching.status_answers(stack))
    progress.line(watching.the_pages_answer(stack))
    stack.compose("up", "--detach", "--wait", "--no-recreate", "prometheus")
    progress.line(mishaps.a_secret_that_is_gone(stack))
    await progress.of(mishaps.a_port_that_was_taken_meanwhile(stack, asked))
    for service in CRASHED:
        await progress.of(promises.crashes_do_no_harm(stack, asked, service))
    await progress.of(promises.nothing_is_lost(stack, asked))
    await progress.of(promises.extractors_share(stack, asked, 3))
    await progress.of(promises.rolling_restart(stack, asked))
    await progress.of(promises.nothing_is_lost(stack, asked))
    await progress.of(watching.prometheus_watches(stack, len(STAGES) + 3))
    await progress.of(mishaps.a_database_of_another_release(stack, asked))
    await progress.of(mishaps.a_layout_of_a_newer_release(stack, asked))
    await progress.of(promises.nothing_is_lost(stack, asked))
    await progress.of(promises.a_backup_restores(stack, asked))


def main() -> int:
    """Exit code: 0 all kept, or skipped where there can be no engine; 1 something failed."""
    progress = Progress()
    try:
        with engine() as environment, tempfile.TemporaryDirectory() as folder:
            progress.line("an engine answers")
            return _checked(new_stack(environment, Path(folder)), Path(folder), progress)
    except NoEngine as exc:
        needed = (
            os.environ.get("CI") == "true" and SHARED.is_dir()
        )  # without that folder tests skip everywhere
        sys.stdout.write(f"{'failed' if needed else 'skipped'}: no docker engine: {exc}\n")
        return int(needed)
    except EngineFailed as exc:
        sys.stdout.write(f"failed: {exc}\n")
        return 1


def _checked(stack: Stack, folder: Path, progress: Progress) -> int:
    promises.DEMO.write_sources(folder / "sources")
    folder.chmod(0o755)  # containers read the sources as another user; the secrets' own folder is closed
    subprocess.run(["make", "-s", "secrets", f"SECRETS={folder / 'secrets'}"], cwd=ROOT, check=True)
    stack.remove()  # what an interrupted run may have left
    try:
        asyncio.run(check(stack, progress))
    except (Failed, AssertionError, TimeoutError) as exc:
        sys.stdout.write(f"{stack.show_trouble()}\nfailed: {exc}\n")
        return 1
    finally:
        stack.remove()
    progress.line("down, volumes removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
