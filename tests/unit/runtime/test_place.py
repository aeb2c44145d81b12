"""Where the store is: a path or a server, and never a password in the address."""

from pathlib import Path

import pytest

from services.runtime.config import ConfigError, load_settings
from services.runtime.place import Place, Server, parse_place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("var/sirwan.db", Path("var/sirwan.db")),
        ("postgresql://sirwan@postgres:5432/news", Server("sirwan", "postgres", 5432, "news")),
        ("postgresql://sirwan@postgres/news", Server("sirwan", "postgres", 5432, "news")),
        ("postgresql://a%40b@[::1]:5433/n%2Fs", Server("a@b", "::1", 5433, "n/s")),
        ("postgresql://sirwan@%2Frun%2Fpostgresql/news", Server("sirwan", "/run/postgresql", 5432, "news")),
    ],
)
def test_a_place_is_a_path_or_a_server(text: str, place: Place) -> None:
    assert parse_place(text) == place
    assert parse_place(str(place)) == place


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("postgresql://sirwan:hidden@postgres:5432/news", "SIRWAN_STORE_PASSWORD_FILE names"),
        ("postgresql://sirwan:hid/den@postgres:5432/news", "SIRWAN_STORE_PASSWORD_FILE names"),
        ("postgresql://sirwan:hid@den@postgres:5432/news", "SIRWAN_STORE_PASSWORD_FILE names"),
        ("mysql://sirwan:hidden@postgres/news", "SIRWAN_STORE_PASSWORD_FILE names"),
        ("mysql://sirwan@postgres/news", "must be a path, or postgresql://user@host:port/database"),
        ("postgresql://postgres:5432/news", "must be a path, or"),
        ("postgresql://sirwan@postgres:5432", "must be a path, or"),
        ("postgresql://sirwan@postgres:99999/news", "must be a path, or"),
        ("postgresql://sirwan@postgres/news?sslmode=off", "must be a path, or"),
        ("postgresql://postgres/news?user=sirwan@x&password=hidden", "must be a path, or"),
        ("postgresql://sirwan@postgres/news?password=hidden", "must be a path, or"),
    ],
)
def test_any_other_address_is_refused_in_one_line_that_hides_it(text: str, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(store=text)
    (line,) = (line for line in str(caught.value).splitlines() if "SIRWAN_STORE=" in line)
    assert why in line
    assert "hid" not in line
    assert "sirwan@" not in line


def test_a_server_has_the_password_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(" with spaces \n")
    settings = load_settings(
        store="postgresql://sirwan@postgres/news", store_password_file=tmp_path / "password"
    )
    assert isinstance(settings.place, Server)
    assert settings.place.password == " with spaces "
    assert "spaces" not in f"{settings.place} {settings.place!r} {settings.model_dump()}"


def test_a_file_needs_no_password(tmp_path: Path) -> None:
    settings = load_settings(store="here.db", store_password_file=tmp_path / "none")
    assert settings.place == settings.database == Path("here.db")


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "cannot be read (No such file"), (b"\n", "is empty"), (b"\xff", "is no UTF-8")],
)
def test_a_password_file_without_a_password_is_named_with_its_setting(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    settings = load_settings(store="postgresql://sirwan@postgres/news", store_password_file=file)
    with pytest.raises(ConfigError) as caught:
        _ = settings.place
    assert f"SIRWAN_STORE_PASSWORD_FILE={file}: {why}" in str(caught.value)
    assert "\n" not in str(caught.value)
