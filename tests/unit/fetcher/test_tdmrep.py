import json

import pytest

from services.fetcher.tdmrep import MOST_BYTES, MOST_RULES, tdm_signals, tdmrep_for

POLICY = "https://n.example/policy.json"
SITE = [
    {"location": "/directory-a/", "tdm-reservation": 1},
    {"location": "/b/html/", "tdm-reservation": 1, "tdm-policy": POLICY},
    {"location": "/b/images/*.jpg$", "tdm-reservation": 0},
    {"location": "/b/", "tdm-reservation": 1},
]


def said(body: bytes | object, path: str, status: int = 200) -> list[tuple[str, str]]:
    printed = body if isinstance(body, bytes) else json.dumps(body).encode()
    rules = tdmrep_for(status, printed)
    signals = tdm_signals(rules, "https://n.example" + path)
    assert {one.where for one in signals} <= {"tdmrep.json"}
    return [(one.name, one.value) for one in signals]


@pytest.mark.parametrize(
    ("path", "signals"),
    [
        ("/directory-a/x?y=1", [("tdm-reservation", "1")]),
        ("/Directory-A/x", []),
        ("/directory-a", []),
        ("/b/html/x", [("tdm-reservation", "1"), ("tdm-policy", POLICY)]),
        ("/b/images/x.jpg", [("tdm-reservation", "0")]),
        ("/b/images/x.jpg?y", [("tdm-reservation", "1")]),
        ("/b/%68tml/x", [("tdm-reservation", "1"), ("tdm-policy", POLICY)]),  # an unreserved one is unencoded
        ("/c", []),
    ],
)
def test_the_first_rule_that_covers_the_path_is_the_one(path: str, signals: list[tuple[str, str]]) -> None:
    assert said(SITE, path) == signals


@pytest.mark.parametrize(
    ("value", "signals"),
    [
        (1, [("tdm-reservation", "1")]),
        ("1", [("tdm-reservation", "1")]),
        (0, [("tdm-reservation", "0")]),
        (2, []), (True, []), (None, []), ([1], []), ("yes", []),
    ],
)  # fmt: skip
def test_any_other_value_states_nothing_and_later_rules_are_not_asked(
    value: object, signals: list[tuple[str, str]]
) -> None:
    later = {"location": "/", "tdm-reservation": 1}
    assert said([{"location": "/a", "tdm-reservation": value, "tdm-policy": 7}, later], "/a") == signals


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[", b"null", b"<html>", b"\xff\xfe[\x00", b"7",
        b'{"location": "/", "tdm-reservation": 1}',  # the brackets are mandatory
        b"[" * 100_000, b'[{"location": "/", "tdm-reservation": ' + b"[" * 100_000,
        b'[{"location": ' + b"[" * 50_000 + b"]" * 50_000 + b"}]",
        b'[{"tdm-reservation": 1}]', b'[{"location": 5, "tdm-reservation": 1}]',
        b'[{"location": "https://n.example/", "tdm-reservation": 1}]',
    ],
)  # fmt: skip
def test_a_broken_file_states_nothing(body: bytes) -> None:
    assert said(body, "/a") == []


def test_what_is_sound_in_a_damaged_file_counts() -> None:
    assert said(["noise", 7, None, {"location": "/", "tdm-reservation": 1}], "/a") == [
        ("tdm-reservation", "1")
    ]
    assert said(b"\xef\xbb\xbf" + json.dumps(SITE).encode(), "/b/") == [("tdm-reservation", "1")]


def test_a_file_is_read_so_far_and_no_further() -> None:
    rule = {"location": "/", "tdm-reservation": 1}
    assert said(json.dumps([rule]).encode() + b" " * MOST_BYTES, "/a") == []
    assert said([{"location": "/x", "tdm-reservation": 1}] * MOST_RULES + [rule], "/a") == []


@pytest.mark.parametrize(
    ("status", "failed"), [(200, False), (404, False), (403, False), (410, False), (429, True), (503, True)]
)
def test_a_site_without_the_file_is_another_matter_than_one_that_is_unwell(status: int, failed: bool) -> None:
    assert tdmrep_for(status).failed is failed
    assert tdmrep_for(status).rules == ()
