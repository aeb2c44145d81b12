"""Who owns whom: the family of a source, of an address, of a name in a credit. Loads data/publishers.toml."""

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from tldextract import TLDExtract

from schemas.records import Source
from services.linker.data_files import read_table
from services.linker.tokens import folded_words

LONGEST_NAME = 12  # words of a credited name that are read
_SITES = TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@lru_cache(maxsize=1)
def _families() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = read_table("publishers.toml")["families"]
    return {family: tuple(_folded(name) for name in names) for family, names in found.items()}


def _folded(name: str) -> str:
    """A name for comparing: folded words without a leading "the" or a trailing "Inc"."""
    words = folded_words(name, LONGEST_NAME)
    words = words[1:] if words[:1] == ["the"] else words
    return " ".join(words[:-1] if words[-1:] in (["inc"], ["ltd"], ["llc"]) else words)


@lru_cache(maxsize=4096)
def site_of(address: str) -> str | None:
    """The registered domain of a URL or host (`news.bbc.co.uk` → `bbc.co.uk`), or None where there is none.

    A host of a blog platform counts by itself, as its owner does.
    """
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname
        found = _SITES(host or "")
    except (ValueError, UnicodeError):
        return None
    if not host or found.suffix or found.ipv4 or found.ipv6:
        return found.top_domain_under_public_suffix or host or None
    return ".".join(host.split(".")[-2:])


def is_family(credited: str, family: str) -> bool:
    """Whether a credited family is this one: "voa-news" is voanews.example, as far as names can tell."""
    squashed = credited.replace("-", "").replace(" ", "")
    return credited == family or squashed == family.split(".")[0].replace("-", "")


class Publishers:
    """The sources of a deployment, as families."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self._names: dict[str, str] = {}
        self._sites: dict[str, str] = {}
        for source in sources.values():
            family, site = source.family or source.id, site_of(source.homepage)
            for name in (source.id, source.name):
                self._names.setdefault(_folded(name), family)
            if site:
                self._sites.setdefault(site, family)
        for family, names in _families().items():
            owner = next((self._names[name] for name in names if name in self._names), family)
            for name in names:
                self._names.setdefault(name, owner)

    def name_of(self, source_id: str | None) -> str | None:
        """The name of a source; what it was called where it is not one of ours."""
        source = self._sources.get(source_id) if source_id else None
        return source.name if source else source_id

    def family_of(self, source_id: str | None, url: str, page_id: str) -> str:
        """Who owns the publisher of a page; a page of unknown publisher is a family of its own."""
        source = self._sources.get(source_id) if source_id else None
        if source is not None:
            return source.family or source.id
        site = site_of(url)
        if site in self._sites:
            return self._sites[site]
        return self.family_named(source_id) if source_id else site or f"page-{page_id[:16]}"

    def family_named(self, name: str) -> str:
        """Who owns the publisher that is called so in a credit: a name, an id, a host.

        Words after a known name of two words do not matter: "Dow Jones & Partners" is Dow Jones.
        """
        folded = _folded(name)
        words = folded.split(" ")
        for count in range(len(words), min(len(words), 2) - 1, -1):
            family = self._names.get(" ".join(words[:count]))
            if family is not None:
                return family
        site = site_of(name.strip()) if "." in name and " " not in name.strip() else None
        if site:
            return self._sites.get(site, site)
        return folded.replace(" ", "-") or "unnamed"
