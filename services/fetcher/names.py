"""What the elements of feeds and sitemaps are called here, whatever their writers call them. Pure."""

import re
from collections.abc import Mapping

from services.fetcher.entries import unescape

ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
FAMILIES: tuple[
    tuple[str, str | None], ...
] = (  # part of a namespace URI; a misspelt one often still holds it
    ("www.w3.org/2005/atom", "atom"),
    ("purl.org/atom", "atom"),
    ("purl.org/rss/1.0/modules/content", "content"),
    ("purl.org/rss/1.0/modules", None),  # by its prefix
    ("purl.org/dc/terms", "dcterms"),
    ("purl.org/dc/", "dc"),
    ("sitemap-news", "news"),
    ("sitemap-image", "image"),
    ("sitemap-video", "video"),
    ("1999/xhtml", "xhtml"),
    ("search.yahoo.com/mrss", "media"),
    ("sitemaps.org", ""),
    ("google.com/schemas/sitemap", ""),
    ("purl.org/rss/1.0", ""),
    ("my.netscape.com/rdf", ""),
    ("22-rdf-syntax-ns", "rdf"),
)


class Names(dict[str, str]):
    """A name as printed to its family and local name, lower case: `title`, `dc:date`, `news:title`.

    Known families go by namespace, others by prefix; so does a prefix that was never declared. The prefix
    of the root is the vocabulary of the document itself and has no family.
    """

    def __init__(self, core: str, spaces: Mapping[str, str]) -> None:
        super().__init__()
        self._core, self._spaces = core.lower(), dict(spaces)

    def declare(self, spaces: Mapping[str, str]) -> None:
        """Namespaces met on the way; the first meaning of a prefix holds."""
        self._spaces = {**spaces, **self._spaces}
        self.clear()

    def of(self, name: str, attributes: str) -> str:
        """The name of an element that may declare namespaces itself."""
        if "xmlns" not in attributes:
            return self[name]
        own = declared(attributes)
        return Names(self._core, {**self._spaces, **own})[name]

    def __missing__(self, name: str) -> str:
        prefix, _, local = name.lower().rpartition(":")
        uri = self._spaces.get(prefix, "")
        family = next((family for part, family in FAMILIES if part in uri), None)
        if family is None or (family == "atom" and prefix == self._core):
            family = "" if prefix == self._core else prefix
        self[name] = said = f"{family}:{local}" if family else local
        return said


def attribute(printed: str, *wanted: str) -> str | None:
    """The value of the first attribute of these names (lower case) among those of a tag."""
    if "=" not in printed:
        return None
    for name, *values in ATTRIBUTE.findall(printed):
        if name.lower() in wanted:
            return unescape("".join(values)).strip()
    return None


def declared(printed: str) -> dict[str, str]:
    """The namespaces that the attributes of a tag declare: prefix, "" for the default, to URI; lower case."""
    if "xmlns" not in printed:
        return {}
    return {
        name.lower()[6:]: "".join(values).strip().lower()
        for name, *values in ATTRIBUTE.findall(printed)
        if name.lower() == "xmlns" or name.lower().startswith("xmlns:")
    }
