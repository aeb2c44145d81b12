import pytest

from services.fetcher.courtesy import AT_ONCE, TOO_SOON, Seen


@pytest.mark.parametrize(
    ("pause", "delay", "own_delay", "kind"),
    [
        (2.0, 2.0, None, None),
        (1.995, 2.0, None, None),  # a timer may be early by a hair
        (1.9, 2.0, None, TOO_SOON),
        (0.0, 0.0, None, None),
        (2.0, 9.0, None, TOO_SOON),  # robots.txt asked for nine
        (2.0, 9.0, 2.0, None),  # but who goes on half way waits for our own delay
        (1.0, 9.0, 2.0, TOO_SOON),
        (1.0, 1.0, 2.0, None),  # and never for more than was agreed
    ],
)
def test_who_leaves_before_the_agreed_delay_is_seen(
    pause: float, delay: float, own_delay: float | None, kind: str | None
) -> None:
    seen = Seen()
    assert seen.leaves(0.5) is None
    seen.ends(1.0, delay)
    assert seen.leaves(1.0 + pause, own_delay) == kind


def test_two_at_once_are_seen() -> None:
    seen = Seen()
    seen.leaves(1.0)
    assert seen.leaves(50.0) == AT_ONCE
    seen.ends(51.0, 1.0)
    assert seen.leaves(60.0) == AT_ONCE
