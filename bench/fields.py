"""How well title, people and day of a page are read: `python -m bench.fields [ARCHIVE] [tune|confirm|all]`.

ARCHIVE is a tar of `<corpus>/truth.jsonl` with `title`, `author` and `date`, and the HTML files it names; by
default the development one. Title: equal but for case and what is no letter. Byline: one of the names of the
gold is there. Day: that of `published.value`. Stated: right days, of those believed to .8 and more. Hosts are
halved as in bench/flat.py: rules are tuned on `tune` alone. The last figure is milliseconds of the processor
a page for `read_fields`, each page read once.
"""

import json
import re
import sys
import tarfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from statistics import fmean
from typing import Any
from unicodedata import normalize

from bench.extract.__main__ import ARCHIVE, raw_page
from bench.extract.gold import GoldPage
from bench.flat import half_of
from services.extractor.datechoice import date_article
from services.extractor.decode import decode_body
from services.extractor.fields import read_fields
from services.extractor.markup import parse_markup
from services.stage import Refusal

CORPORA = ("andy", "wcxb")  # the corpora whose people wrote down title, author and date
STATED = 0.8

_WORD = re.compile(r"\w+")
_BY = re.compile(r"^(?:by|von|par|por|di)\s+", re.IGNORECASE)
_BETWEEN = re.compile(r"[;,|/]| and | & | und | et ")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class FieldMarks:
    """Of one page, what is right; None where the gold says nothing, or nothing is stated."""

    half: str
    title: bool | None
    byline: bool | None
    day: bool | None
    stated: bool | None
    seconds: float


def mark_pages(archive: Path) -> Iterator[FieldMarks]:
    """Every page of the corpora that the parser takes."""
    with tarfile.open(archive) as files:
        members = {member.name.removeprefix("./"): member for member in files.getmembers()}
        for corpus in CORPORA:
            for row in map(json.loads, _read(files, members[f"{corpus}/truth.jsonl"]).splitlines()):
                if row.get("truth"):
                    body = _read(files, members[f"{corpus}/{row['file']}"])
                    key = f"{corpus}/{row['id']}"
                    yield _mark(row, GoldPage(corpus, key, row.get("url") or "", body, ""))


def shares(marks: Sequence[FieldMarks]) -> dict[str, float]:
    """Share of right pages by field, and of days that are stated."""
    found = {name: _right(marks, name) for name in ("title", "byline", "day", "stated")}
    dated = [mark for mark in marks if mark.day is not None]
    return found | {"share": fmean(mark.stated is not None for mark in dated)}


def _right(marks: Sequence[FieldMarks], name: str) -> float:
    return fmean(right for mark in marks if (right := getattr(mark, name)) is not None)


def _mark(row: Mapping[str, Any], gold: GoldPage) -> FieldMarks:
    page, half = raw_page(gold), half_of(gold)
    day = _DAY.match(str(row.get("date") or ""))
    wanted = _folded(row.get("title")), _names([str(row.get("author") or "")]), day and day[0]
    try:
        markup = parse_markup(decode_body(gold.raw, "text/html", None).text, gold.url)
    except Refusal:
        title, byline, right = (False if each else None for each in wanted)
        return FieldMarks(half, title, byline, right, None, 0.0)
    begun = time.process_time()
    fields = read_fields(markup, page)
    seconds = time.process_time() - begun
    published = date_article(fields.dates, page.fetched_at).published
    right = published is not None and published.value[:10] == wanted[2]
    believed = published is not None and published.confidence >= STATED
    return FieldMarks(
        half=half,
        title=_folded(fields.title) == wanted[0] if wanted[0] else None,
        byline=not wanted[1].isdisjoint(_names(fields.byline)) if wanted[1] else None,
        day=right if day else None,
        stated=right if day and believed else None,
        seconds=seconds,
    )


def _names(printed: Sequence[str]) -> frozenset[str]:
    """Names, each as its words in alphabetical order."""
    parts = (_BY.sub("", part.strip()) for each in printed for part in _BETWEEN.split(each))
    return frozenset(" ".join(sorted(name.split())) for part in parts if (name := _folded(part)))


def _folded(text: object) -> str:
    return " ".join(_WORD.findall(normalize("NFKC", unescape(str(text or ""))).casefold()))


def _read(files: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    found = files.extractfile(member)
    return found.read() if found else b""


def main(archive: Path, half: str) -> None:
    """Print the shares of a half, or of both and of all."""
    marks = list(mark_pages(archive))
    for name in ("tune", "confirm", "all") if half == "all" else (half,):
        found = [mark for mark in marks if name in ("all", mark.half)]
        told = "  ".join(f"{field} {share:.3f}" for field, share in shares(found).items())
        spent = fmean(mark.seconds for mark in found) * 1e3
        print(f"{name:<8}{len(found)} pages  {told}  {spent:.2f} ms")


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else Path(ARCHIVE), sys.argv[2] if len(sys.argv) > 2 else "all"
    )
