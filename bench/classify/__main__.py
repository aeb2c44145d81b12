"""Articles a second, and milliseconds a part: `python -m bench.classify`.

Articles of 700 words, made of our own gold articles, on one core. The peer, in the same run, is what one
would write first: a regular expression per country, topic label and kind of entity over the whole text.
"""

import re
import resource
import statistics
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time

from services.classifier.classify import classify
from services.classifier.entities import list_entities, list_places
from services.classifier.genre import tell_genre
from services.classifier.matcher import load_matcher
from services.classifier.mentions import find_mentions
from services.classifier.names import find_unknown
from services.classifier.relevance import judge_relevance
from services.classifier.topics import label_topics

GOLD = Path(__file__).parents[2] / "tests" / "quality" / "gold" / "articles"
WORDS = 700
ROUNDS = 5
COPIES = 4


def main() -> None:
    """Print the table."""
    texts = list(articles())
    whole = [seconds(classify, texts) for _ in range(ROUNDS)]
    plain = [seconds(by_regexes(), texts) for _ in range(ROUNDS)]
    print(f"{len(texts)} articles of {WORDS} words, medians of {ROUNDS} rounds")
    for name, taken in parts(texts):
        print(f"  {name:12}{1000 * taken:8.2f} ms an article")
    each, peer = statistics.median(whole), statistics.median(plain)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {'all':12}{1000 * each:8.2f} ms an article: {1 / each:.0f} a second, {memory:.0f} MB at most")
    print(f"  {'regexes':12}{1000 * peer:8.2f} ms an article, without offsets, weights and counter-evidence")
    print(f"ratio of the regexes to all: {peer / each:.2f}")


def articles() -> Iterator[tuple[str, str]]:
    """Titles and texts of 700 words, each beginning with another article of the gold set."""
    own = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(GOLD.glob("*.toml"))]
    for at, first in enumerate(own * COPIES):
        words: list[str] = []
        for each in own[at % len(own) :] + own:
            words += each["text"].split(" ")
            if len(words) >= WORDS:
                break
        yield first["title"], " ".join(words[:WORDS])


def seconds(judge: Callable[[str, str], object], texts: list[tuple[str, str]]) -> float:
    """Processor time of one article."""
    begun = process_time()
    for title, text in texts:
        judge(title, text)
    return (process_time() - begun) / len(texts)


def parts(texts: list[tuple[str, str]]) -> Iterator[tuple[str, float]]:
    """Name and median seconds an article of each part, in order of work."""
    matcher = load_matcher()
    tables = matcher.tables
    read = [(matcher.read(title, "title"), matcher.read(text, "text")) for title, text in texts]
    found = [(pair, find_mentions(pair)) for pair in read]
    unknown = [find_unknown(pair, mentions) for pair, mentions in found]

    def named() -> None:
        for (pair, mentions), others in zip(found, unknown, strict=True):
            list_entities(mentions, others, pair)
            list_places(mentions)

    timed: tuple[tuple[str, Callable[[], object]], ...] = (
        ("reading", lambda: [(matcher.read(a, "title"), matcher.read(b, "text")) for a, b in texts]),
        ("mentions", lambda: [find_mentions(pair) for pair in read]),
        ("relevance", lambda: [judge_relevance(*pair, mentions, tables) for pair, mentions in found]),
        ("topics", lambda: [label_topics(*pair, tables.labels) for pair in read]),
        ("names", lambda: [find_unknown(pair, mentions) for pair, mentions in found]),
        ("entities", named),
        ("genre", lambda: [tell_genre(title, text, None) for title, text in texts]),
    )
    for name, work in timed:
        yield name, statistics.median(_taken(work) for _ in range(ROUNDS)) / len(texts)


def _taken(work: Callable[[], object]) -> float:
    begun = process_time()
    work()
    return process_time() - begun


def by_regexes() -> Callable[[str, str], object]:
    """The peer: forms and phrases as alternations, one pattern a label, country or kind, in any case."""
    tables = load_matcher().tables
    forms: dict[str, list[str]] = {}
    for entry in tables.entries:
        forms.setdefault(entry.country or entry.type, []).extend(entry.forms)
    for label in tables.labels:
        forms[label.id] = [phrase for phrase, _ in label.phrases]
    patterns = {
        name: re.compile(
            rf"\b(?:{'|'.join(map(re.escape, sorted(each, key=len, reverse=True)))})\b", re.IGNORECASE
        )
        for name, each in forms.items()
        if each
    }
    return lambda title, text: [len(found.findall(f"{title}\n{text}")) for found in patterns.values()]


if __name__ == "__main__":
    main()
