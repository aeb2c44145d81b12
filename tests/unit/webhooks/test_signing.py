"""Signatures by Standard Webhooks, envelopes by CloudEvents."""

import hashlib
import hmac
from base64 import b64decode, b64encode

import pytest

from services.webhooks.signing import IDENT, BadSecret, labels, read_secrets, signed

# The test vector that the reference libraries of Standard Webhooks share.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
VECTOR = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')


def test_the_vector_of_the_reference_libraries_has_their_signature() -> None:
    assert signed(read_secrets(SECRET), *VECTOR) == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_two_secrets_give_two_signatures_and_any_of_them_verifies() -> None:
    other = f"whsec_{b64encode(bytes(range(32))).decode()}"
    first, second = signed(read_secrets(f"{SECRET}\n\n  {other}\n"), *VECTOR)["webhook-signature"].split()
    ours = hmac.new(
        bytes(range(32)), b"%s.%d.%s" % (VECTOR[0].encode(), *VECTOR[1:]), hashlib.sha256
    ).digest()
    assert first == signed(read_secrets(SECRET), *VECTOR)["webhook-signature"]
    assert b64decode(second.removeprefix("v1,")) == ours


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "must begin with whsec_"),
        (f"{SECRET}\nsecret", "must begin with whsec_"),
        ("whsec_not base64!", "must be base64 after whsec_"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "must be base64 after whsec_"),
        (f"whsec_{b64encode(bytes(23)).decode()}", "holds 23 bytes; 24 to 64 are wanted"),
        (f"whsec_{b64encode(bytes(65)).decode()}", "holds 65 bytes; 24 to 64 are wanted"),
    ],
)
def test_what_is_no_secret_is_refused_and_not_repeated(text: str, why: str) -> None:
    with pytest.raises(BadSecret) as told:
        read_secrets(text)
    assert str(told.value) == why


def test_the_envelope_becomes_headers_of_http_in_ascii() -> None:
    said = {
        "ce_id": "0a1b",
        "ce_type": "sirwan.stories.v1",
        "ce_subject": 'https://tigris.example/a%20b/خبر "x"\r\n',
        "content-type": "application/json",
        "traceparent": "00-1-2-01",
    }
    assert labels(said) == {
        "content-type": "application/json",
        "ce-id": "0a1b",
        "ce-type": "sirwan.stories.v1",
        "ce-subject": "https://tigris.example/a%2520b/%D8%AE%D8%A8%D8%B1%20%22x%22%0D%0A",
    }


@pytest.mark.parametrize("ident", ["", "a.b", "a b", "a\n", "é", "a" * 201])
def test_an_id_that_could_be_read_as_something_else_is_none(ident: str) -> None:
    assert not IDENT.fullmatch(ident)
