"""The outline under the maps: `python -m bench.outline countries-50m.json`.

Reads the borders of Natural Earth (public domain) as the TopoJSON of the npm package `world-atlas`, clips
them to what the map shows and writes services/store/web/static/outline.json.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from services.store.web.atlas import EAST, NORTH, SOUTH, WEST, projected

TARGET = Path("services/store/web/static/outline.json")
CODES = {
    "368": "IQ", "364": "IR", "760": "SY", "792": "TR", "400": "JO", "682": "SA", "414": "KW", "784": "AE",
    "634": "QA", "048": "BH", "512": "OM", "586": "PK", "004": "AF", "795": "TM", "031": "AZ", "051": "AM",
    "422": "LB", "376": "IL", "275": "PS", "860": "UZ", "268": "GE", "643": "RU", "887": "YE", "818": "EG",
}  # fmt: skip
"""ISO 3166-1, numeric to alpha-2, of the countries in sight."""

CORNERS = 3  # of an area, at least

Point = tuple[float, float]
Edge = tuple[Callable[[Point], bool], Callable[[Point, Point], Point]]


def main() -> None:
    """Write the outline, and say how large it is."""
    topology = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    arcs = list(_arcs(topology))
    outline = {}
    for country in topology["objects"]["countries"]["geometries"]:
        code = CODES.get(str(country.get("id")))
        if code and (path := "".join(_paths(country, arcs))):
            outline[code] = path
    TARGET.write_text(json.dumps(outline, indent=0, sort_keys=True) + "\n", "utf-8")
    print(f"{TARGET}: {len(outline)} countries, {TARGET.stat().st_size:,} bytes")


def _arcs(topology: Any) -> Iterator[list[Point]]:
    """Arcs in degrees: TopoJSON keeps them as whole steps from point to point."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        xs, ys = (list(accumulate(point[axis] for point in arc)) for axis in (0, 1))
        yield [(x * sx + tx, y * sy + ty) for x, y in zip(xs, ys, strict=True)]


def _paths(country: Any, arcs: Sequence[list[Point]]) -> Iterator[str]:
    polygons = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
    for outer, *_ in polygons:  # no hole is large enough to be seen
        ring = [point for number in outer for point in (arcs[number] if number >= 0 else arcs[~number][::-1])]
        points = [projected(*point) for point in _clipped(ring)]
        kept = points[:1] + [point for before, point in pairwise(points) if point != before]
        if len(kept) >= CORNERS:
            yield "M" + "L".join(f"{x:g} {y:g}" for x, y in kept) + "Z"


def _clipped(ring: list[Point]) -> list[Point]:
    """What of a polygon lies in sight (Sutherland and Hodgman 1974)."""
    edges: list[Edge] = [
        (lambda p: p[0] >= WEST, lambda a, b: (WEST, _at(a[1], b[1], (WEST - a[0]) / (b[0] - a[0])))),
        (lambda p: p[0] <= EAST, lambda a, b: (EAST, _at(a[1], b[1], (EAST - a[0]) / (b[0] - a[0])))),
        (lambda p: p[1] >= SOUTH, lambda a, b: (_at(a[0], b[0], (SOUTH - a[1]) / (b[1] - a[1])), SOUTH)),
        (lambda p: p[1] <= NORTH, lambda a, b: (_at(a[0], b[0], (NORTH - a[1]) / (b[1] - a[1])), NORTH)),
    ]
    for inside, cut in edges:
        kept: list[Point] = []
        for before, point in pairwise([*ring[-1:], *ring]):
            if inside(before) != inside(point):
                kept.append(cut(before, point))
            if inside(point):
                kept.append(point)
        ring = kept
    return ring


def _at(start: float, end: float, share: float) -> float:
    return start + (end - start) * share


if __name__ == "__main__":
    main()
