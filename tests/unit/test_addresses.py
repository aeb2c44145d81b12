from ipaddress import ip_address

import pytest

from services.addresses import address_in, may_be_asked

METADATA = [
    "169.254.169.254",
    "fe80::a9fe:a9fe",
    "::ffff:169.254.169.254",
    "::ffff:0:a9fe:a9fe",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "::ffff:168.63.129.16",
]
NOBODY = ["0.0.0.0", "::", "224.0.0.1", "ff02::1", "::ffff:0.0.0.0"]  # noqa: S104 - nothing is bound
OURS = [
    "127.0.0.1",
    "::1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "fd12::1",
    "fec0::1",
    "::ffff:127.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
]
PUBLIC = ["192.31.196.1", "2001:4860::8888", "64:ff9b::192.31.196.1", "2002:c01f:c401::1"]


@pytest.mark.parametrize(
    ("addresses", "publicly", "privately"),
    [(METADATA, False, False), (NOBODY, False, False), (OURS, False, True), (PUBLIC, True, True)],
    ids=["metadata", "nobody", "ours", "public"],
)
def test_where_a_request_may_go(addresses: list[str], publicly: bool, privately: bool) -> None:
    for each in map(ip_address, addresses):
        said = may_be_asked(each, private=False), may_be_asked(each, private=True)
        assert said == (publicly, privately), each


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.0.0.1.", "2130706433", "0x7f000001", "0X7F.1", "0177.0.0.01", "127.1", "127.0.1"],
)
def test_an_address_is_read_as_a_resolver_reads_it(host: str) -> None:
    assert str(address_in(host)) == "127.0.0.1"


@pytest.mark.parametrize(
    "host",
    ["", "a.example", "127.0.0.1.example", "1.2.3.4.5", "256.1.1.1", "4294967296", "08.1", "0x.g", "1..2"],
)
def test_a_name_is_no_address(host: str) -> None:
    assert address_in(host) is None


def test_an_address_of_one_interface_is_that_address() -> None:
    assert address_in("fe80::1%eth0") == ip_address("fe80::1")
