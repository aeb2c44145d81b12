"""The same page again."""

import pytest

from schemas.records import Change
from services.linker.revisions import CHANGES, SHOWN, first_revision, next_revision

OLD = "One.\n\nTwo.\n\nThree."


@pytest.mark.parametrize(
    ("new", "kind", "changes"),
    [
        (("Other", OLD), "headline", [("title", "Title", "Other")]),
        ((None, OLD), "headline", [("title", "Title", None)]),
        (("Title", "One.\n\nTwo, really.\n\nThree."), "text", [("paragraph", "Two.", "Two, really.")]),
        (("Title", "One.\n\nTwo.\n\nThree.\n\nFour."), "text", [("paragraph", None, "Four.")]),
        (("Title", "One.\n\nThree."), "text", [("paragraph", "Two.", None)]),
        (("Title", "Zero.\n\nOne.\n\nTwo.\n\nThree."), "text", [("paragraph", None, "Zero.")]),
        (("Title", "A.\n\nB.\n\nThree."), "text", [("paragraph", "One.", "A."), ("paragraph", "Two.", "B.")]),
        (("Other", "One.\n\nTwo."), "text", [("title", "Title", "Other"), ("paragraph", "Three.", None)]),
        (("Title", f"{OLD}\n\nCorrection: it was four."), "correction",
         [("paragraph", None, "Correction: it was four.")]),
        (("Title", f"{OLD}\n\nAn earlier version of this article misstated the date."), "correction",
         [("paragraph", None, "An earlier version of this article misstated the date.")]),
        (("Title", "This story has been withdrawn."), "retraction",
         [("paragraph", "One.", "This story has been withdrawn."), ("paragraph", "Two.", None),
          ("paragraph", "Three.", None)]),
        (("RETRACTED: Title", OLD), "retraction", [("title", "Title", "RETRACTED: Title")]),
    ],
)  # fmt: skip
def test_what_changed_and_how(
    new: tuple[str | None, str], kind: str, changes: list[tuple[str, str | None, str | None]]
) -> None:
    revision = next_revision(first_revision("a" * 16), ("Title", OLD), new, "b" * 16)
    assert (revision.number, revision.digest, revision.kind) == (2, "b" * 16, kind)
    assert list(revision.changes) == [Change(what=what, before=old, after=now) for what, old, now in changes]


def test_a_notice_that_was_there_before_is_no_news() -> None:
    old = f"{OLD}\n\nCorrection: it was four."
    assert next_revision(first_revision("a"), (None, old), (None, old + " Or five."), "b").kind == "text"


def test_the_list_of_changes_is_bounded() -> None:
    long = "\n\n".join(f"{n} " + "x" * 2000 for n in range(100))
    changes = next_revision(first_revision("a"), (None, ""), (None, long), "b").changes
    assert len(changes) == CHANGES
    assert max(len(change.after or "") for change in changes) == SHOWN


def test_the_first_revision_is_new() -> None:
    revision = first_revision("a" * 16)
    assert (revision.number, revision.kind, revision.changes) == (1, "new", ())
