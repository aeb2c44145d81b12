"""The language of page furniture: lines that belong to the page and not to the article. Pure.

The patterns are in phrases.toml and match whole lines. A notice may be as long as it likes; all other
rules hold only for short lines that do not end like a sentence, so that no rule can eat a paragraph.
"""

import re
from dataclasses import dataclass

from services.extractor.literals import Literals, fold_case
from services.extractor.rules import compile_any, load_rules

MAX_WORDS = 14  # of a line that a rule other than a notice may match
MAX_NOTICE = 600  # characters

NOTICE = "notice"
CLOSING = "comments"
LISTING = "related"

_SENTENCE_END = re.compile(r"(?<!\.)[.؟。۔][\"'”’»)\]]*$")
_LAST_CHARS = 40  # of a line in which its end is looked for
_RULES = load_rules("phrases.toml")
_TABLE = tuple((rule, compile_any(patterns)) for rule, patterns in _RULES["furniture"].items())
_NOTICE_NEEDS = Literals([_RULES["needs"][NOTICE]])
_LAST = compile_any(pattern for patterns in _RULES["closing"].values() for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Matched:
    """Which rule calls a line furniture."""

    rule: str

    @property
    def closing(self) -> bool:
        """Whether the article is over here, if it has been seen."""
        return self.rule == CLOSING

    @property
    def listing(self) -> bool:
        """Whether headlines of other articles follow."""
        return self.rule == LISTING


def is_closing_note(paragraph: str) -> bool:
    """Whether a paragraph at an article's end is about its author, or about whose opinion it is."""
    return len(paragraph) <= MAX_NOTICE and _LAST.fullmatch(paragraph) is not None


def match_furniture(line: str) -> Matched | None:
    """The first rule that calls this line furniture, or None."""
    if len(line) > MAX_NOTICE:
        return None
    short = len(line.split(None, MAX_WORDS)) <= MAX_WORDS and not _SENTENCE_END.search(line[-_LAST_CHARS:])
    notice = _NOTICE_NEEDS.found_in(fold_case(line))
    for rule, pattern in _TABLE:
        if (notice if rule == NOTICE else short) and pattern.fullmatch(line):
            return Matched(rule)
    return None
