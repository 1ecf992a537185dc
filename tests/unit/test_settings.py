import dataclasses
import re
import traceback
from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.limits import DEFAULT_LIMITS, Limits
from rag.settings import Settings, load_settings, seed_files


@pytest.fixture(autouse=True)
def _empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PINCITE_{name.upper()}", raising=False)


def test_without_any_setting_the_defaults_hold() -> None:
    settings = load_settings()
    assert (settings.model, settings.top_k, settings.embedding) == ("extractive", 6, "builtin")
    assert settings.home.name == "pincite"
    assert (settings.base_url, settings.strict, settings.timeout) == (None, True, 60)
    assert (settings.retries, settings.passage_tokens, settings.max_tokens) == (2, 6000, 1024)


def test_the_environment_wins_over_the_env_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("PINCITE_TOP_K=3\nPINCITE_MAX_BYTES=10\n")
    monkeypatch.setenv("PINCITE_TOP_K", "4")
    settings = load_settings()
    assert (settings.top_k, settings.max_bytes) == (4, 10)


def test_an_argument_wins_over_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PINCITE_HOME", "/elsewhere")
    assert load_settings(home=tmp_path).home == tmp_path


def test_an_unknown_name_is_refused_with_the_nearest_known_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PINCITE_TOPK", "4")
    with pytest.raises(SettingsError, match=r"no setting PINCITE_TOPK.*PINCITE_TOP_K\?"):
        load_settings()


def test_an_unknown_name_in_the_env_file_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PINCITE_HOEM=/x\n")
    with pytest.raises(SettingsError, match=r"PINCITE_HOEM.*PINCITE_HOME"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOP_K", "many"),
        ("TOP_K", "0"),
        ("MAX_BYTES", "-1"),
        ("STRICT", "perhaps"),
        ("TIMEOUT", "0"),
        ("TIMEOUT", "nan"),
        ("TIMEOUT", "3601"),
        ("RETRIES", "-1"),
        ("RETRIES", "11"),
        ("PASSAGE_TOKENS", "127"),
        ("PASSAGE_TOKENS", "1000001"),
        ("MAX_TOKENS", "15"),
        ("MAX_TOKENS", "100001"),
        ("BASE_URL", "localhost:8080/v1"),
        ("BASE_URL", "ftp://localhost/v1"),
        ("BASE_URL", "http:///v1"),
        ("BASE_URL", "http://[::1/v1"),
        ("BASE_URL", "http://localhost:99999/v1"),
        ("BASE_URL", "http://local host/v1"),
        ("CHROMA_URL", "localhost:8000"),
        ("CHROMA_URL", "file:///vectors"),
    ],
)
def test_an_impossible_value_is_refused_with_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"PINCITE_{name}", value)
    with pytest.raises(SettingsError, match=re.escape(f"PINCITE_{name}='{value}'")):
        load_settings()


@pytest.mark.parametrize(
    "address",
    ["http://localhost:8080/v1", "https://models.example", "http://[::1]:1234/v1", "HTTP://A/v1/"],
)
def test_the_address_of_a_server_is_kept_as_written(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("PINCITE_BASE_URL", address)
    assert load_settings().base_url == address


def test_a_chroma_server_is_named_by_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().chroma_url is None
    monkeypatch.setenv("PINCITE_CHROMA_URL", "http://127.0.0.1:8000")
    assert load_settings().chroma_url == "http://127.0.0.1:8000"
    monkeypatch.setenv("PINCITE_CHROMA_URL", "http://me:hunter2@127.0.0.1:8000")
    with pytest.raises(SettingsError, match="without password or query"):
        load_settings()


def test_no_address_is_the_default_even_where_it_is_given_empty(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PINCITE_BASE_URL", "")
    assert load_settings().base_url is None
    with pytest.raises(SettingsError, match="expected an http"):
        load_settings(base_url="")


@pytest.mark.parametrize(
    "address",
    ["http://me:hunter2@localhost/v1", "http://hunter2@x/v1", "https://localhost/v1?key=hunter2"],
)
def test_a_password_in_an_address_is_refused_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("PINCITE_BASE_URL", address)
    with pytest.raises(SettingsError, match="without password or query") as raised:
        load_settings()
    assert "hunter2" not in "".join(traceback.format_exception(raised.value))


def test_strictness_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINCITE_STRICT", "0")
    assert load_settings().strict is False


def test_the_limits_are_those_of_the_settings_and_have_their_defaults() -> None:
    assert load_settings().limits == DEFAULT_LIMITS
    names = [field.name for field in dataclasses.fields(Limits)]
    doubled = {name: 2 * getattr(DEFAULT_LIMITS, name) for name in names}
    assert load_settings(**doubled).limits == Limits(**doubled)


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_settings_cannot_be_changed_after_they_are_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().top_k = 3  # type: ignore[misc]


def test_the_bundled_article_is_a_seed() -> None:
    assert [path.name for path in seed_files()] == ["japan_us_alliance.txt"]
