"""The login at a broker: three settings or none, secrets from files, and nothing of them is shown."""

import ssl
import subprocess
from pathlib import Path

import pytest

from services.runtime.access import ADMIN, PRINCIPALS
from services.runtime.config import ConfigError, load_settings
from services.runtime.kafka_connect import KafkaSettings
from services.runtime.kafka_login import login_of
from services.runtime.kafka_users import read_passwords
from services.runtime.serve import kafka_settings
from tests.secure_broker import make_certificates

THREE = ("kafka_user", "kafka_password_file", "kafka_ca_file")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A password and certificates."""
    folder = tmp_path_factory.mktemp("secrets")
    make_certificates(folder)
    (folder / "password").write_text("open-sesame\n")
    return folder


def given(folder: Path) -> dict[str, str]:
    files = (folder / "password", folder / "kafka_ca.crt")
    return {"kafka_user": "linker", "kafka_password_file": str(files[0]), "kafka_ca_file": str(files[1])}


def test_without_a_user_there_is_no_login() -> None:
    settings = kafka_settings(load_settings(), "linker")
    assert settings.login is None
    assert "security_protocol" not in settings.client


def test_a_login_is_what_every_client_is_given(folder: Path) -> None:
    client = kafka_settings(load_settings(**given(folder)), "linker").client
    assert client["security_protocol"] == "SASL_SSL"
    assert client["sasl_mechanism"] == "SCRAM-SHA-512"
    assert (client["sasl_plain_username"], client["sasl_plain_password"]) == ("linker", "open-sesame")
    trust = client["ssl_context"]
    assert (trust.verify_mode, trust.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert trust.minimum_version == ssl.TLSVersion.TLSv1_2


def test_the_password_is_never_shown(folder: Path) -> None:
    settings = load_settings(**given(folder))
    kafka = kafka_settings(settings, "linker")
    assert isinstance(kafka, KafkaSettings)
    assert "sesame" not in f"{settings!r} {settings.model_dump()} {kafka!r} {kafka.login}"


@pytest.mark.parametrize("missing", THREE)
def test_a_part_of_a_login_is_one_error_that_names_what_is_missing(folder: Path, missing: str) -> None:
    some = {name: value for name, value in given(folder).items() if name != missing}
    with pytest.raises(ConfigError) as caught:
        load_settings(**some)
    message = str(caught.value)
    assert "the settings are wrong (1)" in message
    assert f"  SIRWAN_{missing.upper()}: not set; " in message


def test_a_name_that_no_broker_would_take_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigError, match="SIRWAN_KAFKA_USER='a b'"):
        load_settings(**{**given(folder), "kafka_user": "a b"})


@pytest.mark.parametrize(
    ("field", "content", "why"),
    [
        ("kafka_password_file", None, "cannot be read (No such file or directory); put linker's password"),
        ("kafka_password_file", "\n", "is empty"),
        ("kafka_ca_file", None, "cannot be read (No such file or directory)"),
        ("kafka_ca_file", "no certificate\n", "holds no certificate in PEM form"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_setting(
    folder: Path, tmp_path: Path, field: str, content: str | None, why: str
) -> None:
    file = tmp_path / "file"
    if content is not None:
        file.write_text(content)
    settings = load_settings(**{**given(folder), field: str(file)})
    with pytest.raises(ConfigError) as caught:
        login_of(settings)
    assert f"SIRWAN_{field.upper()}={file}: {why}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_passwords_are_read_for_everybody_and_for_admin_where_it_is_there(tmp_path: Path) -> None:
    for who in PRINCIPALS:
        (tmp_path / f"kafka_{who}_password").write_text(f"{who}-1\n")
    assert read_passwords(tmp_path) == {who: f"{who}-1" for who in PRINCIPALS}
    (tmp_path / f"kafka_{ADMIN}_password").write_text("a-1")
    assert read_passwords(tmp_path)[ADMIN] == "a-1"
    (tmp_path / "kafka_linker_password").unlink()
    with pytest.raises(ConfigError, match="kafka_linker_password: cannot be read"):
        read_passwords(tmp_path)


def test_certificates_are_renewed_under_the_same_authority(tmp_path: Path) -> None:
    make_certificates(tmp_path)
    names = ("kafka_ca.crt", "kafka_ca.key", "kafka_broker.pem")
    before = {name: (tmp_path / name).read_bytes() for name in names}
    make_certificates(tmp_path)
    changed = {name for name in names if (tmp_path / name).read_bytes() != before[name]}
    assert changed == {"kafka_broker.pem"}
    assert {path.name for path in tmp_path.iterdir()} == set(names)
    assert (tmp_path / "kafka_ca.key").stat().st_mode & 0o777 == 0o400
    verified = ["openssl", "verify", "-x509_strict", "-CAfile", "kafka_ca.crt", "kafka_broker.pem"]
    assert subprocess.run(verified, cwd=tmp_path, capture_output=True, check=False).returncode == 0
