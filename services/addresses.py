"""Which network addresses may be asked: never a cloud's metadata, whatever form its address takes. Pure.

Python's own words are not enough: an IPv4 address hides in several forms of IPv6 (mapped, translated,
tunnelled), which 3.11 calls global, and some clouds keep credentials under addresses that are.
"""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

METADATA = frozenset(  # besides the link-local ones; as the clouds' own documentation names them
    map(
        ip_address,
        (
            "168.63.129.16",  # Azure: WireServer
            "192.0.0.192",  # Oracle
            "100.100.100.200",  # Alibaba
            "fd00:ec2::254",  # AWS
            "fd20:ce::254",  # Google
        ),
    )
)
CARRIERS = (  # IPv6 that ends in an IPv4 address
    IPv6Network("::/96"),  # IPv4-compatible, RFC 4291 section 2.5.5.1
    IPv6Network("::ffff:0:0/96"),  # IPv4-mapped, section 2.5.5.2
    IPv6Network("::ffff:0:0:0/96"),  # IPv4-translated, RFC 2765
    IPv6Network("64:ff9b::/96"),  # NAT64, RFC 6052
    IPv6Network("64:ff9b:1::/48"),  # NAT64 of a network of one's own, RFC 8215
)
NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+", re.IGNORECASE)


def address_in(host: str) -> Address | None:
    """The address that a host of a URL is; None for a name.

    `2130706433`, `0x7f.1` and `0177.0.0.1` are 127.0.0.1 to a resolver (inet_aton(3)).
    """
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        parts = host.removesuffix(".").split(".")
    if len(parts) > 4 or not all(NUMBER.fullmatch(part) for part in parts):
        return None
    try:
        *head, last = (_number(part) for part in parts)
        return IPv4Address(bytes([*head, *last.to_bytes(4 - len(head), "big")]))
    except (ValueError, OverflowError):  # of too large a part; a resolver refuses it as well
        return None


def _number(part: str) -> int:
    if part.lower().startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if part.startswith("0") else 10)


def may_be_asked(address: Address, *, private: bool) -> bool:
    """Whether a request may go there; to loopback and private addresses only where they are allowed."""
    return all(_is_harmless(each) and (private or _is_public(each)) for each in _meanings(address))


def _meanings(address: Address) -> Iterator[Address]:
    """The address, and the IPv4 addresses it may lead to."""
    yield address
    if isinstance(address, IPv6Address) and not address.is_loopback and not address.is_unspecified:
        if any(address in carrier for carrier in CARRIERS):
            yield IPv4Address(address.packed[-4:])
        if address.sixtofour:
            yield address.sixtofour
        if address.teredo:
            yield from address.teredo


def _is_harmless(address: Address) -> bool:
    forbidden = address.is_link_local or address.is_multicast or address.is_unspecified
    return not forbidden and address not in METADATA


def _is_public(address: Address) -> bool:
    return address.is_global and not (isinstance(address, IPv6Address) and address.is_site_local)
