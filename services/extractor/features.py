"""The features of the blocks of one page, as numpy columns. Pure.

What they mean is in COLUMNS, in order; the model's file holds a digest of that list. Good text is text in
blocks of over 80 characters of which less than 30 % are links; shares are of the page.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from services.extractor.arrays import Bools, Doubles, Floats, Ints, moved
from services.extractor.classnames import CLASSES, NAMES
from services.extractor.outline import Outline
from services.extractor.placing import (
    ELEMENTS,
    KINDS,
    POSITION,
    find_headline,
    place_among_kinds,
    place_in_elements,
    place_on_page,
)
from services.extractor.segments import Segments
from services.extractor.told import Told
from services.extractor.wording import FIGURES, PHRASES, phrase_bits, read_words, tokens_of

GOOD_CHARS, GOOD_LINKS = 80, 0.3
LINK_CHARS, LINK_SHARE = 60, 0.9  # shorter blocks that are links to this share are never asked about
EDGE = 80  # characters at either end of a block that are looked for in the articleBody
MIN_USUAL = 0.04  # share of function words in good text: less, and we do not know the language
TYPES = (
    "p", "h1", "h2", "h3", "h4", "li", "td", "figcaption", "blockquote", "div", "dd", "section", "article",
    "pre", "body",
)  # fmt: skip
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
SHIFTS = (1, 2, 3, -1, -2, -3)

OWN = ("chars", "link_share", "strong_share", "links", "breaks", "repeats", "type", "heading", "depth")
LINKED = ("linked_body", "has_linked_body", "linked_body_coverage")
CORE = (
    "chars", "link_share", "relative_function_words", "terminal", "like_title", "good_1", "depth", "heading",
    "type",
)  # fmt: skip
COLUMNS: tuple[str, ...] = (
    *OWN, *FIGURES, "relative_function_words", *LINKED, *POSITION, *ELEMENTS, *KINDS,
    *(f"in:{name}" for name in NAMES), *(f"near:{name}" for name in NAMES),
    *(f"inner:{name}" for name in CLASSES), *(f"says:{name}" for name in PHRASES),
    *(f"{name}{shift:+d}" for shift in SHIFTS for name in CORE),
    *(f"same_parent{shift:+d}" for shift in SHIFTS),
)  # fmt: skip

_TYPE = {tag: i for i, tag in enumerate(TYPES)}
_BITS = {count: np.arange(count) for count in (len(NAMES), len(CLASSES), len(PHRASES))}


@dataclass(frozen=True, slots=True)
class Page:
    """A page made ready for the model."""

    columns: Floats  # (blocks, COLUMNS)
    chars: Doubles  # of each block
    asked: Bools  # the others are short links, and boilerplate without asking
    agreed: Bools  # blocks whose beginning and end are in the articleBody


@dataclass(frozen=True, slots=True)
class _Blocks:
    """What is counted of each block before anything is derived."""

    chars: Doubles
    place: Ints
    linked: Ints
    links: Ints
    strong: Ints
    inner: Ints

    @property
    def link_share(self) -> Doubles:
        return np.minimum(self.linked / self.chars, 1.0)


def describe(page: Segments, told: Told) -> Page:
    """The features of a page with at least one block."""
    chars = np.array([len(block.text) for block in page.blocks], np.float64)
    counted = [(block.place, block.linked, block.links, block.strong, block.inner) for block in page.blocks]
    blocks = _Blocks(chars, *np.array(counted, np.int64).T)
    share = blocks.link_share
    asked = (chars >= LINK_CHARS) | (share < LINK_SHARE)
    figures, phrases, linked = _read(page, told, np.flatnonzero(asked).tolist())
    good = np.where((chars > GOOD_CHARS) & (share < GOOD_LINKS), chars, 0.0)
    outline = Outline(page, blocks.place, chars, blocks.linked, good)
    tags = [page.tags[i] for i in blocks.place.tolist()]
    kinds = np.array(page.kinds)[blocks.place]
    own = _own(page, blocks, tags)
    elements = place_in_elements(outline, good)
    like = figures[:, FIGURES.index("like_title")]
    relative = _relative(figures[:, FIGURES.index("function_words")], good)
    core = np.stack([
        own[0], own[1], relative, figures[:, FIGURES.index("terminal")], like, elements[1], own[-1],
        own[-2], own[-3],
    ], 1)  # fmt: skip
    parents = outline.around[1].astype(np.float64)
    columns = np.concatenate([
        np.stack(own, 1), figures, relative[:, None], _linked(linked, told, outline.total),
        np.stack(place_on_page(chars, good, outline.total, find_headline(tags, like)), 1),
        np.stack(elements, 1),
        np.stack(place_among_kinds(kinds, chars, blocks.linked, good, outline.total), 1),
        _bits(outline.inherited(), len(NAMES)), _bits(outline.near(), len(NAMES)),
        _bits(blocks.inner, len(CLASSES)), _bits(phrases, len(PHRASES)),
        *(moved(core, shift) for shift in SHIFTS),
        np.stack([moved(parents, shift, -1.0) == parents for shift in SHIFTS], 1),
    ], 1, dtype=np.float32)  # fmt: skip
    return Page(columns, chars, asked, linked == 1)


def _read(page: Segments, told: Told, asked: list[int]) -> tuple[Doubles, Ints, Doubles]:
    """Of each block: FIGURES, phrase bits, and how many of its two ends are in the articleBody, by half."""
    title, description = tokens_of(told.title), tokens_of(told.description)
    body = "".join(told.body.lower().split())
    count = len(page.blocks)
    figures, phrases, linked = np.zeros((count, len(FIGURES))), np.zeros(count, np.int64), np.zeros(count)
    rows, bits, found = [], [], []
    for i in asked:
        text = page.blocks[i].text
        lowered = text.lower()
        rows.append(read_words(text, lowered, title, description))
        bits.append(phrase_bits(lowered))
        if body:
            ends = "".join(lowered[:EDGE].split()), "".join(lowered[-EDGE:].split())
            found.append(sum(end in body for end in ends) / 2)
    if asked:
        figures[asked], phrases[asked] = rows, bits
    if found:
        linked[asked] = found
    return figures, phrases, linked


def _own(page: Segments, blocks: _Blocks, tags: list[str]) -> list[Doubles]:
    texts = [block.text for block in page.blocks]
    seen = Counter(texts)
    return [
        np.log1p(blocks.chars),
        blocks.link_share,
        np.minimum(blocks.strong / blocks.chars, 1.0),
        np.log1p(blocks.links),
        np.array([text.count("\n") for text in texts], np.float64),
        np.log(np.array([seen[text] for text in texts], np.float64)),
        np.array([_TYPE.get(tag, len(TYPES)) for tag in tags], np.float64),
        np.array([tag in HEADINGS for tag in tags], np.float64),
        np.array(page.depths, np.float64)[blocks.place],
    ]


def _relative(share: Doubles, good: Doubles) -> Doubles:
    """Function words against what is usual in the page's own prose, for languages differ in it."""
    whole = good.sum()
    usual = float((share * good).sum() / whole) if whole else 0.0
    return np.minimum(share / usual, 2.0) if usual > MIN_USUAL else np.ones(len(share))


def _linked(linked: Doubles, told: Told, good: float) -> Doubles:
    columns = np.zeros((len(linked), len(LINKED)))
    if told.body:
        columns[:, 0], columns[:, 1], columns[:, 2] = linked, 1.0, min(len(told.body) / good, 3.0)
    return columns


def _bits(values: Ints, count: int) -> Ints:
    return (values[:, None] >> _BITS[count]) & 1
