import pytest

from services.fetcher.media import media_type


@pytest.mark.parametrize(
    ("header", "kind", "charset"),
    [
        ("text/html; charset=utf-8", "text/html", "utf-8"),
        ('Text/HTML;Charset="UTF-8"', "text/html", "utf-8"),
        ("text/html", "text/html", None),
        ("", None, None),
        ("nonsense", None, None),
        ("text/html; charset=\r\nx", "text/html", "x"),
    ],
)
def test_content_types_are_read(header: str, kind: str | None, charset: str | None) -> None:
    assert media_type({"content-type": header}) == (kind, charset)
