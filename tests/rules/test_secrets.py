"""What must never be in the repository: a machine's paths, registry hosts, keys, other people's text."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.reading import ROOT, project_files

# Built from pieces, so that this file keeps its own rules.
FOLDERS = ["wo" + "rk", "ro" + "ot", "fa" + "rm"]
HOSTS = [
    ".".join(pieces)
    for pieces in (
        ("py" + "pi", "org"), ("files", "python" + "hosted", "org"), ("repo1", "ma" + "ven", "org"),
        ("repo", "ma" + "ven", "apache", "org"), ("registry", "npm" + "js", "org"),
        ("deb", "deb" + "ian", "org"), ("cra" + "tes", "io"), ("proxy", "gol" + "ang", "org"),
    )
]  # fmt: skip

FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.~-])/(?:" + "|".join(FOLDERS) + r")/"),
    "a registry host": re.compile("|".join(re.escape(host) for host in HOSTS)),
    "a private key": re.compile("-----BEGIN [A-Z ]*PRIV" + "ATE KEY-----"),
    "an access key": re.compile(r"\b(AK" + r"IA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|glpat-[\w-]{20})\b"),
}


def text_of(path: Path) -> str | None:
    """The file as text; None where it is not text."""
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        return None


def found_in(text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        yield from (f"{number}: {what}" for what, pattern in FORBIDDEN.items() if pattern.search(line))


def test_no_file_names_a_machine_a_registry_or_a_secret() -> None:
    found = {path: list(found_in(text_of(ROOT / path) or "")) for path in project_files()}
    assert {path: hits for path, hits in found.items() if hits} == {}


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("line", ["cd /{}/main", "'/{}/x'", "path=/{}/a", "(/{}/)", "file:///{}/x"])
def test_a_path_of_one_machine_is_seen(folder: str, line: str) -> None:
    assert list(found_in(line.format(folder))) == ["1: a path of one machine"]


@pytest.mark.parametrize(
    "line", ["https://paper.example/{}/today", "docs/{}/x", "~/{}/x", "/{}ing/x", "</{}>"]
)
def test_an_address_or_a_relative_path_is_no_path_of_a_machine(line: str) -> None:
    assert list(found_in(line.format(FOLDERS[0]))) == []


@pytest.mark.parametrize("host", HOSTS)
def test_a_registry_host_is_seen(host: str) -> None:
    assert list(found_in(f"x\n--index-url https://{host}/simple")) == ["2: a registry host"]


def test_a_key_is_seen() -> None:
    assert list(found_in("-----BEGIN RSA PRIV" + "ATE KEY-----")) == ["1: a private key"]
    assert list(found_in("key = AK" + "IA" + "A" * 16)) == ["1: an access key"]


# --- other people's text --------------------------------------------------------------------------

SHARED = Path(os.environ.get("SIRWAN_SHARED", ROOT.parent / "shared"))
RUN = 8  # words in a row: shorter runs are anybody's
ON_A_MILLION_SITES = (
    "Leave a Reply Your email address will not be published. Required fields are marked",
    "This website uses cookies to improve your experience.",
)


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


def test_a_copied_sentence_is_seen_and_a_common_phrase_is_not() -> None:
    theirs = runs("the minister said on Monday that the two neighbours would reopen all crossings")
    assert runs("He wrote: The minister said, on Monday, that the two neighbours would go") & theirs
    assert not runs("the minister said on Monday that nothing changed") & theirs


def test_no_file_holds_a_sentence_of_the_seeds() -> None:
    seeds = sorted((SHARED / "seeds").glob("*.txt"))
    if not seeds:
        pytest.skip(f"no seeds in {SHARED}; SIRWAN_SHARED names the folder")
    # Line by line: a run from one line into the next is layout, not a sentence.
    lines = [
        line for seed in seeds for line in seed.read_text(encoding="utf-8", errors="replace").splitlines()
    ]
    theirs = set().union(*map(runs, lines)).difference(*map(runs, ON_A_MILLION_SITES))
    copied = {path: sorted(runs(text_of(ROOT / path) or "") & theirs)[:2] for path in project_files()}
    assert {path: found for path, found in copied.items() if found} == {}
