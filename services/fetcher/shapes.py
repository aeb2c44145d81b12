"""The shape in which a feed writes its entries: one pattern reads all that share it. Pure."""

import re
from typing import NamedTuple

from services.fetcher.fields import LEAF, Fields, is_row
from services.fetcher.names import Names

MAX_FIELDS = 30
MAX_INNER = 20_000  # characters of an entry


class Shape(NamedTuple):
    """What entries have in common that are rows of the same elements with the same attributes."""

    opened: str  # the entry's own tag as printed
    leaves: tuple[tuple[str, str, bool], ...]  # name and attributes as printed, whether the text is quoted

    def pattern(self) -> re.Pattern[str]:
        """What matches such an entry and the white space before it; a group for the text of each element."""
        parts = [re.escape(self.opened)]
        for name, attributes, quoted in self.leaves:
            parts.append(re.escape(f"<{name}{attributes}>"))
            if attributes[-1:] == "/":
                parts.append("()")
            else:
                parts.append(r"<!\[CDATA\[([^\]]++)\]\]>" if quoted else "([^<]*+)")
                parts.append(re.escape(f"</{name}>"))
        name = self.opened[1:].split()[0].rstrip(">")
        return re.compile(r"\s*+" + r"\s*+".join((*parts, re.escape(f"</{name}>"))))

    def fields(self, found: re.Match[str], names: Names) -> Fields:
        """The fields of an entry that was matched."""
        fields: Fields = {}
        for (printed, attributes, quoted), text in zip(self.leaves, found.groups(), strict=True):
            field = (printed, attributes, "", text) if quoted else (printed, attributes, text, "")
            name = names[printed]
            if name in fields:
                fields[name].append(field)
            else:
                fields[name] = [field]
        return fields


def shape_of(opened: str, inner: str) -> Shape | None:
    """The shape of an entry, by its tag and what is in it; None where it is more than a row of elements."""
    if len(inner) > MAX_INNER or "xmlns" in inner:
        return None
    leaves = LEAF.findall(inner)
    if len(leaves) > MAX_FIELDS or not is_row(inner, leaves):
        return None
    return Shape(opened, tuple((name, attributes, bool(quoted)) for name, attributes, _, quoted in leaves))
