"""Pages that ask for a browser instead of giving the list, known by signs that nothing else bears. Pure.

A challenge comes as 403, 405, 429 or 503, but as 200 and 202 as well. Its header alone is proof; what stands
in a body is only looked at where the body is no list, so that a list may name any of these words.
"""

from collections.abc import Mapping

SIGN_BYTES = 32 * 1024  # of a body that are looked at: these pages are small, and begin with what they are
STATUSES = frozenset((403, 405, 429, 503))  # whose body is worth reading so far

HEADERS: Mapping[str, frozenset[str]] = {
    "cf-mitigated": frozenset(
        ("challenge",)
    ),  # Cloudflare's documentation, "Detect a Challenge Page response"
    "x-amzn-waf-action": frozenset(("challenge", "captcha")),  # AWS WAF API reference, ChallengeAction
    "x-vercel-mitigated": frozenset(("challenge",)),  # seen of Vercel, with 403 and 429
}
BODIES: Mapping[bytes, str] = {  # seen in public code and pages; the page itself needs each of them to work
    b"_cf_chl_opt": "Cloudflare",  # not /cdn-cgi/challenge-platform/, which ordinary pages load as well
    b"cf-browser-verification": "Cloudflare, the older page",
    b"awswafcookiedomainlist": "AWS WAF",
    b"__arcsjs": "ArvanCloud",  # the cookie that its script computes
    b"ddos-guard/js-challenge": "DDoS-Guard",
    b"sucuri_cloudproxy_js": "Sucuri",
    b"incapsula incident id": "Imperva",
    b"/.well-known/sgcaptcha/": "SiteGround",
    b"geo.captcha-delivery.com": "DataDome",
    b"px-captcha": "HUMAN",
    b"sec-if-cpt-container": "Akamai",
    b"anubis_challenge": "Anubis",
    b'tonumbers("': "testcookie: a cookie computed with slowAES",
}


def sign_in_headers(headers: Mapping[str, str]) -> str | None:
    """The header that says so; names in lower case."""
    for name, values in HEADERS.items():
        if headers.get(name, "").strip().lower() in values:
            return f"{name}: {headers[name].strip().lower()}"
    return None


def sign_in_body(body: bytes) -> str | None:
    """Whose challenge a body is, by the first sign found in its first SIGN_BYTES."""
    start = body[:SIGN_BYTES].lower()
    return next((f"{sign.decode()} ({whose})" for sign, whose in BODIES.items() if sign in start), None)
