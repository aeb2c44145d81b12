"""What a block's own words say: figures of one text, before numpy makes columns of a page. Pure."""

from services.extractor.literals import Literals
from services.extractor.rules import load_rules

_RULES = load_rules("blocks.toml")
PHRASES = tuple(_RULES["phrases"])  # in the order of the bits
FUNCTION_WORDS = frozenset(" ".join(_RULES["function_words"].values()).split())

HEAD_WORDS, HEAD_CHARS = 50, 160  # of a block that are looked at
PHRASE_CHARS = 500  # a longer block is not searched for phrases
SIMILAR_CHARS = 250  # a longer block is neither the title nor the description

TERMINAL = frozenset(".!?…\"”'’»)。！？؟۔")
INTRODUCING = frozenset(":|>»›")
QUOTES = frozenset("\"“'‘«„")
_DIGITS = b"0123456789"
_CAPITALS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"

FIGURES = (
    "words", "function_words", "terminal", "introducing", "commas", "digits", "capitals", "capitals_per_word",
    "sentences", "quoted", "like_title", "like_description", "lower_start", "word_length",
)  # fmt: skip


_PHRASES = Literals([[f" {phrase}" for phrase in phrases] for phrases in _RULES["phrases"].values()])


def phrase_bits(lowered: str) -> int:
    """Which tables of phrases have one in a text in lower case; a phrase begins a word."""
    return _PHRASES.found_in(" " + lowered.replace("\n", " ")) if len(lowered) < PHRASE_CHARS else 0


def tokens_of(text: str) -> frozenset[str]:
    """What stands between white space, in lower case."""
    return frozenset(text.lower().split())


def read_words(
    text: str, lowered: str, title: frozenset[str], description: frozenset[str]
) -> tuple[float, ...]:
    """The figures of a block, in the order of FIGURES; shares are of the head of the text."""
    tokens = lowered.split(None, HEAD_WORDS)[:HEAD_WORDS]
    head = text[:HEAD_CHARS].encode("ascii", "replace")
    size, words = len(head), text.count(" ") + 1.0
    capitals = size - len(head.translate(None, _CAPITALS))
    like = set(tokens) if len(text) < SIMILAR_CHARS else ()
    return (
        words,
        sum(map(FUNCTION_WORDS.__contains__, tokens)) / len(tokens),
        text[-1] in TERMINAL,
        text[-1] in INTRODUCING,
        (text.count(",") + text.count("،")) / words,
        1 - len(head.translate(None, _DIGITS)) / size,
        capitals / size,
        capitals / (head.count(b" ") + 1),
        float(text.count(". ") + text.count("? ") + text.count("! ")),
        text[0] in QUOTES,
        _likeness(like, title),
        _likeness(like, description),
        text[0].islower(),
        len(text) / words,
    )


def _likeness(tokens: "set[str] | tuple[()]", wanted: frozenset[str]) -> float:
    """Jaccard similarity."""
    if not tokens or not wanted:
        return 0.0
    both = len(wanted.intersection(tokens))
    return both / (len(tokens) + len(wanted) - both)
