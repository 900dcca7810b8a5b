"""Settings are read once, at the door."""

import pytest

from core.errors import BadSettings
from core.settings import read


def test_the_environment_wins_over_the_file():
    settings = read({"SADA_DATA": "/data"}, "SADA_DATA=other\nSADA_DEPLOYMENT='gaza.toml'\n# a comment\n")
    assert (str(settings.data), settings.deployment) == ("/data", "gaza.toml")


def test_an_unknown_key_stops_and_names_the_nearest():
    with pytest.raises(BadSettings, match="SADA_X_BEARER_TOKEN"):
        read({"SADA_X_BEARER_TOKN": "t"})


def test_other_programs_keys_are_none_of_ours():
    assert read({"PATH": "/bin", "HOME": "/"}).credentials == {}


def test_a_secret_never_prints():
    settings = read({"SADA_X_BEARER_TOKEN": "very-secret"})
    assert "very-secret" not in repr(settings)
    assert settings.credential("X_BEARER_TOKEN") == "very-secret"


def test_an_address_of_a_platform_can_be_set():
    assert read({"SADA_X_BASE_URL": "http://127.0.0.1:9/"}).base_urls == {"x": "http://127.0.0.1:9"}


def test_a_line_that_is_no_setting_is_named():
    with pytest.raises(BadSettings, match="line 2"):
        read({}, "SADA_DATA=a\nnonsense\n")


def test_a_secret_may_lie_in_a_file(tmp_path):
    (tmp_path / "token").write_text("from-a-file\n")
    settings = read({"SADA_X_BEARER_TOKEN_FILE": str(tmp_path / "token")})
    assert settings.credential("X_BEARER_TOKEN") == "from-a-file"


def test_a_secret_file_that_is_not_there_stops(tmp_path):
    with pytest.raises(BadSettings, match="SADA_X_BEARER_TOKEN_FILE"):
        read({"SADA_X_BEARER_TOKEN_FILE": str(tmp_path / "none")})
