"""Notices in the text, and which credits name a first publisher."""

import pytest

from schemas.records import Credit
from services.linker.credits import first_publishers, notices

BODY = "The river rose again on Monday. " * 20


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "FP carries an article about rivers, Kurier reprints the article.\n\n" + BODY,
            [("reprint-of", "FP")],
        ),
        (
            BODY + "\n\nThis article was originally published by the Tigris Post.",
            [("reprint-of", "Tigris Post")],
        ),
        (BODY + "\n\nThe story first appeared in The Basra Ledger.", [("reprint-of", "Basra Ledger")]),
        (BODY + "\n\nReprinted with permission from Zagros Wire.", [("reprint-of", "Zagros Wire")]),
        (BODY + "\n\nSource: Zagros Wire", [("source", "Zagros Wire")]),
        ("BAGHDAD (Reuters) - " + BODY, [("agency", "Reuters")]),
        ("Reuters said the river rose. " + BODY, []),
        ("The source: a spokesman. " + BODY, []),
        (BODY, []),
    ],
)
def test_notices_are_read_at_the_edges(text: str, found: list[tuple[str, str]]) -> None:
    assert [(credit.kind, credit.name) for credit in notices(text)] == found
    assert notices(BODY * 5 + text + BODY * 5) == ()


def test_the_strongest_credit_comes_first_and_shared_work_does_not_count() -> None:
    given = [
        Credit(kind="author", name="A. Writer", text="By A. Writer"),
        Credit(kind="source", name="Tigris Post", text="Source: Tigris Post"),
        Credit(kind="agency", name="AP", text="The Associated Press contributed to this report."),
        Credit(kind="reprint-of", name="FP", text="FP carries an article"),
        Credit(kind="agency", name=" ", text=""),
    ]
    assert [credit.name for credit in first_publishers(given)] == ["FP", "Tigris Post"]
