"""What is usual for a source."""

import pytest

from services.linker.spun.allowance import LEAST, MOST, USUAL, allowance


@pytest.mark.parametrize(
    ("margins", "forgiven"),
    [
        ([], 0.0),
        ([1.0] * (LEAST - 1), 0.0),
        ([USUAL - 2.0] * LEAST, 0.0),
        ([USUAL - 2.0] * LEAST + [9.0] * (LEAST - 2), 0.0),
        ([USUAL + 0.5] * LEAST, 0.5),
        ([9.0] * LEAST, MOST),
    ],
    ids=[
        "a new source",
        "few texts",
        "an ordinary one",
        "some spun texts",
        "a foreign one",
        "a spinning one",
    ],
)
def test_a_source_is_forgiven_what_is_usual_for_it(margins: list[float], forgiven: float) -> None:
    assert allowance(margins) == forgiven
