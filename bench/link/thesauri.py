"""Thesauri as tables from a base form to groups of words, most apt first.

Shipped tables are made of MyThes and WordNet (both WordNet licence) alone. Aiksaurus and the German-English
dictionary (both GPL-2) are measured against, as spinners nobody trained for; nothing of them is kept.
"""

import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

Thesaurus = Mapping[str, list[list[str]]]
SENSES = 2  # of a word in WordNet, commonest first
COUSINS = 60  # children read of a parent
FIRMEST = 12  # second-hand synonyms of a word


def mythes(path: Path) -> Thesaurus:
    """Synonyms, without the generic, related and opposite terms."""
    found: dict[str, list[list[str]]] = {}
    lines = iter(path.read_text(encoding="utf-8", errors="ignore").split("\n")[1:])
    for line in lines:
        word, bar, senses = line.rpartition("|")
        for _ in range(int(senses) if bar else 0):
            terms = next(lines).split("|")[1:]
            found.setdefault(word, []).append([term for term in terms if "(" not in term])
    return found


def second_hand(thesaurus: Thesaurus) -> Thesaurus:
    """Synonyms of synonyms: as loose as the groups of a Roget."""
    found = {}
    for word, groups in thesaurus.items():
        near = Counter[str]()
        own = {term for group in groups for term in group}
        for term in own:
            near.update({far for group in thesaurus.get(term, ()) for far in group if far != word})
        ranked = sorted((far for far in near if far not in own), key=lambda far: (-near[far], far))
        if ranked:
            found[word] = [ranked[:FIRMEST]]
    return found


def coordinate(folder: Path) -> tuple[Thesaurus, Thesaurus]:
    """WordNet's coordinate terms (red: blue, green), and its parents and children (red: colour, scarlet)."""
    across: dict[str, list[list[str]]] = defaultdict(list)
    along: dict[str, list[list[str]]] = defaultdict(list)
    for part in ("noun", "verb", "adj"):
        terms, up, down, like = _synsets(folder / f"data.{part}")
        for word, senses in _index(folder / f"index.{part}"):
            for sense in senses:
                aside = {c for parent in up[sense] for c in down[parent][:COUSINS] if c != sense} | set(
                    like[sense]
                )
                across[word].append(sorted({t for c in aside for t in terms[c]}))
                above = [*up[sense], *down[sense][:COUSINS]]
                along[word].append(sorted({t for c in above for t in terms[c]}))
    return across, along


Links = dict[str, list[str]]


def _synsets(path: Path) -> tuple[dict[str, list[str]], Links, Links, Links]:
    terms: dict[str, list[str]] = {}
    up, down, like = (
        defaultdict[str, list[str]](list),
        defaultdict[str, list[str]](list),
        defaultdict[str, list[str]](list),
    )
    for line in path.read_text(encoding="utf-8").split("\n"):
        if not line or line.startswith(" "):
            continue
        fields = line.split("|")[0].split()
        size = int(fields[3], 16)
        terms[fields[0]] = [fields[4 + 2 * i].lower().replace("_", " ") for i in range(size)]
        at = 4 + 2 * size
        for j in range(int(fields[at])):
            kind, other = fields[at + 1 + 4 * j : at + 3 + 4 * j]
            if kind == "@":
                up[fields[0]].append(other)
                down[other].append(fields[0])
            elif kind == "&":
                like[fields[0]].append(other)
    return terms, up, down, like


def _index(path: Path) -> Iterable[tuple[str, list[str]]]:
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith(" "):
            fields = line.split()
            yield fields[0], fields[-int(fields[2]) :][:SENSES]


def aiksaurus(command: Path, words: Iterable[str]) -> Thesaurus:
    """Groups of Aiksaurus through its command: its file is binary. For measuring only."""
    found = {}
    for word in words:
        said = subprocess.run([command, word], capture_output=True, text=True, check=False).stdout
        if "===" in said:  # a word it does not know has neighbours in the alphabet instead
            lines = [line for line in said.split("\n") if line.strip() and not line.startswith("===")]
            found[word] = [[term.strip() for term in line.split(",") if term.strip()] for line in lines]
    return found


def pivoted(path: Path) -> Thesaurus:
    """English words that share a German headword (Ding format, `de-en`). For measuring only."""
    pivots: dict[str, set[str]] = defaultdict(set)
    for line in path.read_text(encoding="utf-8", errors="ignore").split("\n"):
        if " :: " not in line or line.startswith("#"):
            continue
        german, english = line.split(" :: ", 1)
        for ones, others in zip(german.split("|"), english.split("|"), strict=False):
            terms = [re.sub(r"^(to|the|a|an) ", "", _bare(term)).lower() for term in others.split(";")]
            for headword in map(_bare, ones.split(";")):
                if headword and " " not in headword:
                    pivots[headword].update(t for t in terms if re.fullmatch(r"[a-z]+( [a-z]+)?", t))
    found: dict[str, list[list[str]]] = defaultdict(list)
    for terms_of in pivots.values():
        if 2 <= len(terms_of) <= 30:
            for term in sorted(terms_of):
                found[term].append(sorted(terms_of - {term}))
    return found


def _bare(term: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"\(.*?\)|\[.*?\]|\{.*?\}|<.*?>|/.*?/", " ", term)).strip()
