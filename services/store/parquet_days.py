"""A folder of Parquet files, one for each day that has articles, which the same export keeps up to date."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from urllib.parse import quote, unquote

import msgspec
from msgspec.structs import replace

from schemas.codec import decode
from schemas.topics import ARTICLES_ENRICHED
from services.runtime.drafts import write_whole
from services.store.found import Found
from services.store.identifiers import day_of
from services.store.narrowing import Narrowed
from services.store.parquet import BadExport, as_parquet, load_pyarrow

LABEL = "_search.json"  # readers of such folders pass over names that begin with _
FILE = "articles.parquet"
DAY = "day="


def is_folder(out: Path) -> bool:
    """Whether an export to this place is one file a day: no name of a Parquet file was given."""
    return out.suffix != ".parquet" or out.is_dir()


def write_days(
    folder: Path, found: Iterable[Found], typed: str, narrowed: Narrowed, order: str | None = None
) -> None:
    """Write `day=YYYY-MM-DD/articles.parquet` below the folder for what a search found, sorted by day.

    Each file appears whole or not at all. When all are written, days between `since` and `until` that
    have no article any more lose theirs. Raises BadExport for another order, and where the folder holds
    something else; and OSError.
    """
    if order == "best":
        raise BadExport("--export parquet into a folder is sorted by day: leave --sort best out")
    load_pyarrow()
    _claim(folder, typed, narrowed)
    written = set[str]()
    for day, of_a_day in groupby(found, _day):
        home = _home(folder, day)
        home.mkdir(exist_ok=True)
        write_whole(home / FILE, as_parquet(of_a_day))
        written.add(day)
    for day in set(_days_in(folder)) - written:
        if _asked_for(day, narrowed):
            home = _home(folder, day)
            (home / FILE).unlink()
            with suppress(OSError):  # somebody keeps something of theirs in it
                home.rmdir()


def _claim(folder: Path, typed: str, narrowed: Narrowed) -> None:
    """Let no two exports share a folder: the one would remove or replace what the other wrote."""
    narrowed = replace(narrowed, since=None, until=None)
    wanted = {"words": typed.strip(), "narrowed": msgspec.to_builtins(narrowed)}
    label = f"{json.dumps(wanted, indent=2)}\n".encode()
    folder.mkdir(exist_ok=True)
    kept = folder / LABEL
    if not kept.exists():
        if any(folder.iterdir()):
            raise BadExport(f"{folder}: holds other files; name a new folder, or one of the same export")
        write_whole(kept, [label])
    elif kept.read_bytes() != label:
        raise BadExport(f"{folder}: holds another export, of the search in {LABEL}; name another folder")


def _day(found: Found) -> str:
    return day_of(decode(ARTICLES_ENRICHED, found.record))


def _home(folder: Path, day: str) -> Path:
    return folder / f"{DAY}{quote(day, safe='')}"


def _days_in(folder: Path) -> Iterator[str]:
    return (unquote(file.parent.name.removeprefix(DAY)) for file in folder.glob(f"{DAY}*/{FILE}"))


def _asked_for(day: str, narrowed: Narrowed) -> bool:
    """As `since` and `until` narrow a search: a day known to the month is compared to the month."""
    since, until = narrowed.since or "", narrowed.until
    return day >= since[: len(day)] and (until is None or day <= until)
