"""How long the linker takes to remember: `python -m bench.link.restoring [--articles 20000]`.

Lets the stage judge so many articles of drawn words (telling spun text apart from it, and with drawn sentence
vectors: neither matters here), a minute apart. What it remembered is read again by a process of its own. That
prints the seconds of the processor until its window is whole, and its memory before and after, in MB: as many
as it has resident (VmRSS of Linux). Takes a few minutes, all but some seconds of it to judge.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256, shake_128
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import msgspec

from bench.link.__main__ import articles
from schemas.records import (
    Access,
    ClassifiedArticle,
    CountryRelevance,
    Discovered,
    Quality,
    Revision,
    Rights,
    Weighed,
)
from services.linker import judge, reading
from services.linker.spun.detector import NOTHING
from services.linker.stage import build
from services.linker.window import Window
from services.stage import Remember

START = datetime(2026, 3, 1, tzinfo=UTC)
RESIDENT = re.compile(r"VmRSS:\s+(\d+) kB")


class _Drawn:
    """Stands for the sentence model."""

    def sentence(self, title: str | None, text: str) -> bytes:
        """As many bytes as the model gives."""
        return shake_128(f"{title}{text}".encode()).digest(384)


class _Kept:
    """A memory that lasts."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self.held.get(key)

    def items(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        yield from sorted((key, value) for key, value in self.held.items() if key.startswith(prefix))


def main() -> None:
    """Prints what is remembered, and what it takes to read it again."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.read:
        replay(asked.read)
        return
    held = remembered(asked.articles)
    print(f"{len(held)} articles are remembered in {sum(map(len, held.values())) / 2**20:.0f} MB", flush=True)
    with tempfile.NamedTemporaryFile() as file:
        file.write(msgspec.msgpack.encode(held))
        file.flush()
        subprocess.run([sys.executable, "-m", "bench.link.restoring", "--read", file.name], check=True)


def remembered(count: int) -> dict[str, bytes]:
    """The memory of a stage that judged so many articles."""
    kept, drawn = _Kept(), _Drawn()
    with (
        patch.object(reading, "find_spun", lambda _: NOTHING),
        patch.object(judge, "find_spun", lambda _: NOTHING),
        patch.object(reading, "encoder", lambda: drawn),
    ):
        stage = build({}, kept)
        for number, line in enumerate(articles(count, Random(1))):
            for out in stage.step(_article(number, line["text"])):
                if isinstance(out, Remember) and out.value is not None:
                    kept.held[out.key] = out.value
                elif isinstance(out, Remember):
                    kept.held.pop(out.key, None)
    return kept.held


def replay(file: Path) -> None:
    """Prints the seconds and the memory of reading what is in the file."""
    held: dict[str, bytes] = msgspec.msgpack.decode(file.read_bytes(), type=dict[str, bytes])
    before, begun = _resident(), time.process_time()
    window, _ = Window.replayed(sorted(held.items()))
    spent = time.process_time() - begun
    print(
        f"{len(window)} are there again after {spent:.1f} s; memory {before} MB before, {_resident()} MB then"
    )


def _resident() -> int:
    found = RESIDENT.search(Path("/proc/self/status").read_text())
    return int(found[1]) // 1024 if found else 0


def _article(number: int, text: str) -> ClassifiedArticle:
    digest = sha256(text.encode()).hexdigest()
    given: dict[str, Any] = {
        "url": f"https://site{number}.example/a", "canonical_url": f"https://site{number}.example/a",
        "page_id": sha256(f"page {number}".encode()).hexdigest(), "revision": Revision(digest=digest[:16]),
        "title": text[:60], "text": text, "access": Access(verdict="full"),
        "quality": Quality(chars=len(text), words=len(text.split()), score=1.0), "rights": Rights(),
        "discovered": Discovered(via="file"), "lane": "live", "fetched_at": START + timedelta(minutes=number),
        "relevance": {"IQ": CountryRelevance(grade=2, score=1.0)}, "relevant": True, "because": "drawn",
        "genre": "news", "importance": Weighed(score=0.5, because="drawn"),
        "credibility": Weighed(score=0.5, because="drawn"),
    }  # fmt: skip
    return ClassifiedArticle(**given)


if __name__ == "__main__":
    main()
