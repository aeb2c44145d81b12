"""A plot of marks and times, as SVG; written here, so that no library is needed for it."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

COLOURS = ("#1b6ca8", "#c8553d", "#7a7a7a", "#588157")
LEFT, TOP, WIDTH, ROW, GAP = 150, 60, 420, 26, 40
LOWEST = 0.85  # F1 at the left edge


class Result(NamedTuple):
    """One extractor in one run."""

    name: str
    f1: Mapping[str, float]  # by corpus
    ms: float  # of processor per page


def draw(results: Sequence[Result]) -> str:
    """F1 of each corpus as dots, one colour an extractor, and below it the time per page as bars."""
    corpora = list(results[0].f1)
    height = TOP + ROW * (len(corpora) + len(results)) + 2 * GAP
    size = f'width="{LEFT + WIDTH + 80}" height="{height}" font-family="sans-serif" font-size="13"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
        *_legend(results),
        *_grid(TOP, len(corpora)),
    ]
    for i, corpus in enumerate(corpora):
        y = TOP + ROW * i + ROW // 2
        parts.append(_text(10, y + 4, corpus))
        parts += [
            f'<circle cx="{_x(r.f1[corpus]):.1f}" cy="{y}" r="6" fill="{colour}"/>'
            for r, colour in zip(results, COLOURS, strict=False)
        ]
    return "\n".join([*parts, *_bars(results, TOP + ROW * len(corpora) + GAP), "</svg>\n"])


def _x(f1: float) -> float:
    return LEFT + WIDTH * (max(f1, LOWEST) - LOWEST) / (1 - LOWEST)


def _text(x: float, y: float, said: str, colour: str = "#222222") -> str:
    return f'<text x="{x:.1f}" y="{y}" fill="{colour}">{escape(said)}</text>'


def _legend(results: Sequence[Result]) -> list[str]:
    places = zip(results, COLOURS, strict=False)
    return [_text(10 + 190 * i, 24, f"● {r.name}", colour) for i, (r, colour) in enumerate(places)]


def _grid(top: int, rows: int) -> list[str]:
    found = []
    for percent in range(round(LOWEST * 100), 101, 5):
        x = _x(percent / 100)
        found.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{top + ROW * rows}" stroke="#dddddd"/>')
        found.append(_text(x - 12, top - 6, f".{percent:02}" if percent < 100 else "1.0"))
    return found


def _bars(results: Sequence[Result], top: int) -> list[str]:
    longest = max(r.ms for r in results)
    found = [_text(10, top - 8, "ms of processor per page, metadata included")]
    for i, (result, colour) in enumerate(zip(results, COLOURS, strict=False)):
        y, width = top + ROW * i, WIDTH * result.ms / longest
        found.append(f'<rect x="{LEFT}" y="{y + 4}" width="{width:.1f}" height="{ROW - 8}" fill="{colour}"/>')
        found += [_text(10, y + 18, result.name), _text(LEFT + width + 6, y + 18, f"{result.ms:.1f}")]
    return found
