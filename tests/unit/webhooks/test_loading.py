"""The file of subscriptions: what it gives, and what is said of every mistake in it."""

from pathlib import Path

import pytest

from services.runtime.config import ConfigError, Settings
from services.webhooks.loading import load_subscriptions

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
GOOD = """
[[webhook]]
id = "news-desk"
url = "https://desk.example/hooks/9f2c"
secret_file = "desk.secret"
countries = ["IQ"]
grade = 2
since = 2026-11-27T00:00:00Z

[[webhook]]
id = "wall"
url = "http://wall.internal:8080/"
secret_file = "desk.secret"
records = ["articles", "stories"]
"""
HEAD = '[[webhook]]\nid = "desk"\nurl = "https://desk.example/"\nsecret_file = "desk.secret"\n'


def settings(folder: Path, text: str, internal: str = "wall.internal, 127.0.0.1") -> Settings:
    (folder / "desk.secret").write_text(SECRET + "\n")
    (folder / "webhooks.toml").write_text(text, "utf-8")
    return Settings(webhooks=folder / "webhooks.toml", webhooks_internal=internal)


def wrong(folder: Path, text: str, internal: str = "wall.internal, 127.0.0.1") -> list[str]:
    with pytest.raises(ConfigError) as told:
        load_subscriptions(settings(folder, text, internal))
    assert SECRET.removeprefix("whsec_") not in str(told.value)
    first, *rest = str(told.value).split("\n  ")
    return rest or [first.partition("): ")[2]]


def test_subscriptions_come_with_their_secrets_in_the_order_of_the_file(tmp_path: Path) -> None:
    desk, wall = load_subscriptions(settings(tmp_path, GOOD))
    assert (desk.asked.id, desk.asked.grade, desk.asked.countries) == ("news-desk", 2, ("IQ",))
    assert desk.asked.since is not None
    assert desk.asked.since.isoformat() == "2026-11-27T00:00:00+00:00"
    assert wall.asked.records == ("articles", "stories")
    assert len(desk.secrets[0]) == 24
    assert "secrets" not in repr(desk)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "webhooks.toml: no [[webhook]] in it"),
        ("[[webhook]\n", "webhooks.toml:1:10: Expected ']]' at the end of an array declaration"),
        ("[webhook]\n", "webhooks.toml:1: webhook: write [[webhook]], with two brackets"),
        (HEAD + "[[hook]]\n", "webhooks.toml:5: hook: unknown; only [[webhook]]"),
        (HEAD + HEAD, "webhooks.toml:6: webhook 'desk': id: already used in webhooks.toml:2"),
        ('[[webhook]]\nid = "desk"\nsecret_file = "x"', "webhooks.toml:1: webhook 'desk': url: missing"),
    ],
)
def test_a_file_of_another_shape_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    assert wrong(tmp_path, text) == [told]


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ('country = ["IQ"]', "country: unknown field"),
        ('countries = "IQ"', "countries: Expected `array`, got `str`"),
        ('countries = ["Iran"]', "countries[0]: 'Iran' is not two capital letters (ISO 3166-1)"),
        ("grade = 3", "grade: must be 1 or 2"),
        ('topics = ["US Forces"]', "topics[0]: 'US Forces' is not the id of a topic, as docs/labels.md has"),
        ('languages = ["Arabic"]', "languages[0]: 'Arabic' is not a language tag (BCP 47), as in 'ar'"),
        ('copies = ["copy"]', "copies[0]: 'copy' is not original, reprint, edited or spun"),
        ('statuses = ["new"]', "statuses[0]: 'new' is not usable, withheld or canceled"),
        ('lanes = ["fast"]', "lanes[0]: 'fast' is not live, revisit, redrive or backfill"),
        ('records = ["fates"]', "records[0]: 'fates' is not one of articles, stories"),
        ("records = []", "records: names none of articles, stories"),
        ("since = 2026-11-27T00:00:00", "since: must have a zone, as in 2026-11-27T00:00:00Z"),
        ("since = 3", "since: Expected `datetime"),
    ],
)
def test_a_mistake_in_a_field_is_told_with_its_line(tmp_path: Path, field: str, told: str) -> None:
    (found,) = wrong(tmp_path, HEAD + field)
    assert found.startswith(f"webhooks.toml:5: webhook 'desk': {told}")


@pytest.mark.parametrize(
    ("line", "before", "after", "told"),
    [
        (2, '"desk"', '"The Desk"', "webhook 'The Desk': id: must be kebab-case, as in 'news-desk'"),
        (4, "desk.secret", "none", "webhook 'desk': secret_file: cannot be read: No such file or directory"),
        (4, "desk.secret", "webhooks.toml", "webhook 'desk': secret_file: must begin with whsec_"),
    ],
)
def test_a_field_that_must_be_there_is_looked_at_too(
    tmp_path: Path, line: int, before: str, after: str, told: str
) -> None:
    assert wrong(tmp_path, HEAD.replace(before, after)) == [f"webhooks.toml:{line}: {told}"]


MINE = "is a private address; name it in SIRWAN_WEBHOOKS_INTERNAL if it is yours"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("ftp://desk.example/", "not an http or https URL"),
        ("desk.example/x", "not an http or https URL"),
        ("https:///x", "not an http or https URL"),
        ("https://[::1/", "not an http or https URL"),
        ("https://desk.example:99999/", "not an http or https URL"),
        ("https://desk.example/a b", "not an http or https URL"),
        ("https://me:pass@desk.example/", "must not hold a user or password"),
        ("http://desk.example/", "must be https; http is for hosts that SIRWAN_WEBHOOKS_INTERNAL names"),
        ("https://10.0.0.7/", f"10.0.0.7 {MINE}"),
        ("https://169.254.169.254/", f"169.254.169.254 {MINE}"),
        ("https://2130706434/", f"2130706434 {MINE}"),
        ("https://[::ffff:10.0.0.7]/", f"::ffff:10.0.0.7 {MINE}"),
    ],
)
def test_an_address_that_cannot_be_posted_to_is_told_without_its_words(
    tmp_path: Path, url: str, told: str
) -> None:
    (found,) = wrong(tmp_path, HEAD.replace("https://desk.example/", url))
    assert found.startswith(f"webhooks.toml:3: webhook 'desk': url: {told}")


def test_hosts_inside_may_be_private_and_plain(tmp_path: Path) -> None:
    text = HEAD.replace("https://desk.example/", "http://10.0.0.7:8080/")
    assert len(load_subscriptions(settings(tmp_path, text, "10.0.0.7"))) == 1


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = HEAD + "grade = 0\n" + HEAD.replace('"desk"', '"wall"') + 'color = "red"\n'
    assert len(wrong(tmp_path, text)) == 2


def test_without_a_file_it_is_said_which_setting_names_it() -> None:
    with pytest.raises(ConfigError, match="SIRWAN_WEBHOOKS: set it to a file of"):
        load_subscriptions(Settings())


def test_a_missing_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"\(1\): none.toml: .*No such file"):
        load_subscriptions(Settings(webhooks=tmp_path / "none.toml"))


def test_a_secret_that_is_no_text_is_one_clear_error(tmp_path: Path) -> None:
    given = settings(tmp_path, HEAD)
    (tmp_path / "desk.secret").write_bytes(b"\xff\x00")
    with pytest.raises(ConfigError, match="secret_file: is no text"):
        load_subscriptions(given)
