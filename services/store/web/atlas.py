"""Places on the map of the region, in units of its drawing. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import cos, radians

from schemas.records import Place

WEST, EAST, SOUTH, NORTH = 36.0, 64.0, 24.5, 40.5
"""Degrees: what the map shows."""
SQUEEZE = cos(radians((SOUTH + NORTH) / 2))  # a degree of longitude, in degrees of latitude
SCALE = 20.0  # units a degree of latitude
MAP_WIDTH, MAP_HEIGHT = (EAST - WEST) * SQUEEZE * SCALE, (NORTH - SOUTH) * SCALE


def projected(lon: float, lat: float) -> tuple[float, float]:
    """WGS 84 degrees in units of the map, equirectangular, one decimal."""
    return round((lon - WEST) * SQUEEZE * SCALE, 1), round((NORTH - lat) * SCALE, 1)


LABEL = (150.0, 18.0)  # units of the map: room that a name takes
NAMED = 6  # places at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A place on the map."""

    name: str
    mentions: int
    x: float
    y: float
    named: bool = False  # its name has room


def pins(places: Iterable[Place]) -> tuple[Pin, ...]:
    """The places that the map shows, those most spoken of first."""
    inside = (place for place in places if WEST < place.lon < EAST and SOUTH < place.lat < NORTH)
    found = [(place, projected(place.lon, place.lat)) for place in inside]
    drawn = [Pin(name=place.name, mentions=len(place.mentions), x=x, y=y) for place, (x, y) in found]
    named: list[Pin] = []
    return tuple(_named(pin, named) for pin in sorted(drawn, key=lambda pin: (-pin.mentions, pin.name)))


def _named(pin: Pin, named: list[Pin]) -> Pin:
    """The pin with its name, unless that would cover another's."""
    width, height = LABEL
    crowded = any(abs(pin.x - other.x) < width and abs(pin.y - other.y) < height for other in named)
    if crowded or len(named) == NAMED:
        return pin
    named.append(pin)
    return replace(pin, named=True)
