import pytest

from services.extractor.datescripts import dates_of_scripts
from services.extractor.markup import parse_markup
from tests.unit.extractor.pages import URL

DAY = "2024-02-28"


@pytest.mark.parametrize(
    ("script", "values"),
    [
        ('{"datePublished":"2024-02-28"}', [DAY]),
        ('{"publishedAt": "2024-02-28T09:15:00+03:00", "id": 7}', ["2024-02-28T09:15:00+03:00"]),
        ("var page = {publish_date: '2024-02-28 09:15'};", ["2024-02-28T09:15:00"]),
        (r'self.push("{\"published_at\":\"2024-02-28\"}")', [DAY]),
        ("{&quot;datePublished&quot;:&quot;2024-02-28&quot;}", [DAY]),
        ('{"published_on":"2024-02-28","pubDate":"2024-02-28T06:15:00Z"}', [DAY]),
        ('{"publishedAt":"2024-02-28","more":[{"publishedAt":"2024-02-27"}]}', []),  # other articles
        ('{"dateModified":"2024-02-28"}', []),
        ('{"unpublished_at":"2024-02-28"}', []),
        ('{"publishedAt":"yesterday"}', []),
        ('"' + "x" * 300_000 + '",{"publishedAt":"2024-02-28"}', []),
    ],
)
def test_the_one_day_that_scripts_state_is_a_candidate(script: str, values: list[str]) -> None:
    page = parse_markup(f"<body><p>x</p><script>{script}</script></body>", URL)
    assert [(c.value, c.source) for c in dates_of_scripts(page)] == [(value, "script") for value in values]


def test_what_is_said_of_linked_data_is_read_elsewhere() -> None:
    script = '<script type="application/ld+json">{"datePublished":"2024-02-28"}</script>'
    assert list(dates_of_scripts(parse_markup(f"<body><p>x</p>{script}</body>", URL))) == []
