"""Settings: every problem in one error, and a misspelt variable is a problem."""

import socket

import pytest

from services.runtime.config import ConfigError, load_settings


def test_defaults_need_nothing_from_the_environment() -> None:
    settings = load_settings()
    assert settings.topic_prefix == "sirwan"
    assert settings.database.name == "sirwan.db"


def test_every_problem_is_in_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIRWAN_PARTITIONS", "none")
    monkeypatch.setenv("SIRWAN_FETCH_DELAY", "-1")
    monkeypatch.setenv("SIRWAN_FETCH_DELEY", "3")
    monkeypatch.setenv("SIRWAN_USER_AGENT", "bot")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    message = str(caught.value)
    assert "the settings are wrong (4)" in message
    assert "SIRWAN_FETCH_DELEY: no such setting; did you mean SIRWAN_FETCH_DELAY?" in message
    assert "SIRWAN_PARTITIONS='none'" in message
    assert "must name a contact" in message


def test_arguments_win_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIRWAN_PARTITIONS", "7")
    assert load_settings().partitions == 7
    assert load_settings(partitions=2).partitions == 2


@pytest.mark.parametrize(
    ("given", "expected"), [(None, None), ("0", "0"), ("hostname", socket.gethostname())]
)
def test_a_replica_may_be_called_what_its_machine_is_called(given: str | None, expected: str | None) -> None:
    assert load_settings(instance=given).replica == expected


def test_a_variable_without_a_value_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """As .env.example shows those that have no default."""
    for name in ("SIRWAN_TRACES", "SIRWAN_LOG_LEVEL", "SIRWAN_STORE"):
        monkeypatch.setenv(name, "")
    settings = load_settings()
    assert (settings.traces, settings.log_level, settings.store) == (None, None, None)
