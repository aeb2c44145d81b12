from datetime import UTC, datetime, timedelta

import pytest

from services.runtime.config import ConfigError, load_settings
from services.runtime.durations import moment, parse_durations

MONTH = timedelta(days=30)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1h,6h,24h,7d", [3600, 21600, 86400, 604800]),
        (" 30s  5m, 1H ", [30, 300, 3600]),
        ("never", []),
        ("Never ", []),
        ("", []),
    ],
)
def test_durations_are_read_as_people_write_them(text: str, seconds: list[int]) -> None:
    found = parse_durations(text, most=MONTH, count=10)
    assert [each.total_seconds() for each in found] == seconds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("an hour", "'an' is no duration"),
        ("1", "'1' is no duration"),
        ("0h", "'0h' is no duration"),
        ("1h,never", "'never' is no duration"),
        ("-1h", "'-1h' is no duration"),
        ("6h,1h", "longer than the one before"),
        ("60m,1h", "longer than the one before"),
        ("31d", "none over 30d"),
        ("1s,2s,3s", "at most 2"),
    ],
)
def test_nonsense_is_refused_with_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_durations(text, most=MONTH, count=2)


def test_a_mistake_in_the_setting_is_named_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIRWAN_REVISIT_AFTER", "1h,soon")
    with pytest.raises(ConfigError, match="SIRWAN_REVISIT_AFTER='1h,soon': 'soon' is no duration"):
        load_settings()


def test_by_default_a_page_is_read_again_four_times_in_a_week() -> None:
    hours = [each.total_seconds() / 3600 for each in load_settings().spacings]
    assert hours == [1, 6, 24, 168]
    assert load_settings(revisit_after="never").spacings == ()


NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2h", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        (" 3D ", datetime(2026, 2, 27, 12, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T10:30", datetime(2026, 3, 1, 10, 30, tzinfo=UTC)),
        ("2026-03-01T10:30+03:00", datetime(2026, 3, 1, 7, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_so_long_ago_or_a_day_or_a_time(text: str, found: datetime) -> None:
    assert moment(text, NOW) == found


@pytest.mark.parametrize(
    "text", ["", "0h", "soon", "2h ago", "999999d", "2026-13-01", "0001-01-01T00:00+14:00"]
)
def test_what_is_no_moment_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(ValueError, match="is no time: say how long ago") as refused:
        moment(text, NOW)
    assert repr(text) in str(refused.value)
