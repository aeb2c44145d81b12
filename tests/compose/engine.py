"""A docker engine with compose: the one that answers, else one started by the shared scripts."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("SIRWAN_SHARED", ROOT.parent / "shared"))


class NoEngine(Exception):
    """No docker engine answers, and there is nothing to start one with; the message says what is missing."""


class EngineFailed(Exception):
    """An engine could be started and was not; the message has the last words of what failed."""


@contextmanager
def engine() -> Iterator[Mapping[str, str]]:
    """What docker commands need in their environment. Raises NoEngine, EngineFailed.

    An engine that is started here ends with the context.
    """
    if _answers(os.environ):
        yield dict(os.environ)
        return
    if os.geteuid() != 0 or not (SHARED / "docker" / "docker-up.sh").is_file():
        raise NoEngine("`docker compose version` or `docker version` fails: install and start Docker")
    with tempfile.TemporaryDirectory() as folder:
        scripts = shutil.copytree(SHARED / "docker", Path(folder) / "docker")
        for path in [scripts, *scripts.rglob("*")]:  # copies of read-only files would make read-only images
            path.chmod(path.stat().st_mode | 0o200)
        up = scripts / "docker-up.sh"
        ours = not _answers(_environment(up))
        try:
            _run(up, "up")
            _run(scripts / "standins.sh", DCK_PROM="1")  # Prometheus, too
            yield _environment(up)
        finally:
            if ours:
                _run(up, "down")


def _environment(up: Path) -> Mapping[str, str]:
    script = f'eval "$({up} env)"; env -0'
    said = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout
    return dict(line.split("=", 1) for line in said.split("\0") if "=" in line)


def _run(script: Path, *arguments: str, **more: str) -> None:
    environment = {**os.environ, **more}
    run = subprocess.run([script, *arguments], env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        raise EngineFailed(f"{script.name} failed: {(run.stdout + run.stderr).strip()[-500:]}")


def _answers(environment: Mapping[str, str]) -> bool:
    if shutil.which("docker", path=environment.get("PATH")) is None:
        return False
    checks = (["docker", "compose", "version"], ["docker", "version"])
    return all(
        subprocess.run(check, env=environment, capture_output=True, check=False).returncode == 0
        for check in checks
    )
