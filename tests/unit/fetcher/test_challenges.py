import pytest

from services.fetcher.challenges import BODIES, SIGN_BYTES, sign_in_body, sign_in_headers


@pytest.mark.parametrize(
    ("headers", "sign"),
    [
        ({"cf-mitigated": "challenge"}, "cf-mitigated: challenge"),
        ({"cf-mitigated": " Challenge "}, "cf-mitigated: challenge"),
        ({"x-amzn-waf-action": "captcha"}, "x-amzn-waf-action: captcha"),
        ({"x-vercel-mitigated": "challenge"}, "x-vercel-mitigated: challenge"),
        ({"cf-mitigated": "no"}, None),
        ({"server": "cloudflare", "cf-ray": "1"}, None),
        ({}, None),
    ],
)
def test_a_challenge_says_so_in_its_headers(headers: dict[str, str], sign: str | None) -> None:
    assert sign_in_headers(headers) == sign


@pytest.mark.parametrize("sign", BODIES)
def test_a_challenge_bears_a_sign_in_its_body(sign: bytes) -> None:
    found = sign_in_body(b"<!DOCTYPE html><script>" + sign.upper() + b"</script>")
    assert found is not None
    assert BODIES[sign] in found


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><title>Just a moment in history</title></html>",
        b'<html><script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script></html>',
        b" " * SIGN_BYTES + b"_cf_chl_opt",
    ],
)
def test_an_ordinary_page_bears_none(body: bytes) -> None:
    assert sign_in_body(body) is None
