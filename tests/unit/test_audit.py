"""What `make audit` makes of a report: what could not be looked up is never taken for sound."""

from typing import Any

import pytest

from deploy.audit import verdict

SOUND = {"name": "a", "version": "1", "vulns": []}
HURT = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
UNMENDED = {"name": "c", "version": "4", "vulns": [{"id": "PYSEC-2", "fix_versions": []}]}
UNKNOWN = {"name": "d", "skip_reason": "d (5) not found"}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([SOUND], 0, ["1 packages looked up, no known vulnerability"]),
        ([SOUND, HURT], 1, ["b 2: PYSEC-1, mended in 3"]),
        ([UNMENDED], 1, ["c 4: PYSEC-2, mended in no release yet"]),
        ([SOUND, UNKNOWN], 3, ["1 of 2 packages could NOT be looked up (d (5) not found)"]),
        ([HURT, UNKNOWN], 1, ["b 2: PYSEC-1, mended in 3", "1 of 2 packages could NOT be looked up"]),
    ],
)
def test_the_verdict_says_what_is_known_and_what_is_not(
    packages: list[dict[str, Any]], code: int, said: list[str]
) -> None:
    found, lines = verdict({"dependencies": packages})
    assert found == code
    assert len(lines) == len(said)
    assert [line.startswith(start) for line, start in zip(lines, said, strict=True)] == [True] * len(said)
