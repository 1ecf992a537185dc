from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.settings import load_settings, seed_files


@pytest.fixture(autouse=True)
def _empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "MODEL", "TOP_K", "CHUNK_TOKENS", "MAX_BYTES"):
        monkeypatch.delenv(f"PINCITE_{name}", raising=False)


def test_without_any_setting_the_defaults_hold() -> None:
    settings = load_settings()
    assert (settings.model, settings.top_k, settings.embedding) == ("extractive", 6, "builtin")
    assert settings.home.name == "pincite"


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
    ("name", "value"), [("TOP_K", "many"), ("TOP_K", "0"), ("MAX_BYTES", "-1")]
)
def test_an_impossible_value_is_refused_with_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"PINCITE_{name}", value)
    with pytest.raises(SettingsError, match=f"PINCITE_{name}='{value}'"):
        load_settings()


def test_settings_cannot_be_changed_after_they_are_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().top_k = 3  # type: ignore[misc]


def test_the_bundled_article_is_a_seed() -> None:
    assert [path.name for path in seed_files()] == ["japan_us_alliance.txt"]
