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


# what stands behind the equals sign → the value
WRITTEN = [
    ("abc", "abc"), ("'abc'", "abc"), ('"a b"', "a b"), ("abc # of the ministry", "abc"), ("'abc' # mine", "abc"), ('"a # b"  # c', "a # b"), ("a#b", "a#b"),
    ("'abc", "'abc"), ("abc'", "abc'"), ("'it's'", "'it's'"), ("# nothing yet", None), ("''", None), ("", None), ("a=b==", "a=b=="),
]  # fmt: skip


@pytest.mark.parametrize(("written", "value"), WRITTEN)
def test_a_value_is_read_as_other_programs_read_env_files(written, value):
    assert read({}, f"export SADA_X_BEARER_TOKEN = {written}\r\n").credential("X_BEARER_TOKEN") == value


def test_home_is_meant_where_a_shell_would_have_said_so(monkeypatch):
    monkeypatch.setenv("HOME", "/home/clerk")
    assert [str(read({"SADA_DATA": told}).data) for told in ("~/sada", "~sada", "a~/b")] == ["/home/clerk/sada", "~sada", "a~/b"]


def test_a_secret_may_lie_in_a_file(tmp_path):
    (tmp_path / "token").write_text("from-a-file\n")
    settings = read({"SADA_X_BEARER_TOKEN_FILE": str(tmp_path / "token")})
    assert settings.credential("X_BEARER_TOKEN") == "from-a-file"


def test_keys_may_bear_the_name_of_the_account_that_gave_them():
    told = {"SADA_X_API_KEY": "app", "SADA_X_ACCESS_TOKEN": "all", "SADA_X_ACCESS_SECRET": "all", "SADA_X_ACCESS_TOKEN__EAST_1": "east"}
    settings = read(told)
    assert (settings.credential("X_ACCESS_TOKEN"), settings.credential("X_ACCESS_TOKEN__EAST_1")) == ("all", "east")
    east = settings.speaking_as("EAST_1")
    assert [east.credential(f"X_{key}") for key in ("API_KEY", "ACCESS_TOKEN", "ACCESS_SECRET")] == ["app", "east", None]
    assert "east" not in repr(settings) and "east" not in repr(east)


def test_a_named_key_may_lie_in_a_file_and_an_apps_key_may_be_an_accounts_own(tmp_path):
    (tmp_path / "token").write_text("from-a-file\n")
    settings = read(
        {"SADA_FACEBOOK_TOKEN__EAST_FILE": str(tmp_path / "token"), "SADA_FACEBOOK_APP_SECRET": "a", "SADA_FACEBOOK_APP_SECRET__EAST": "b"}
    )
    east = settings.speaking_as("EAST")
    assert (east.credential("FACEBOOK_TOKEN"), east.credential("FACEBOOK_APP_SECRET")) == ("from-a-file", "b")
    assert (settings.credential("FACEBOOK_TOKEN"), settings.credential("FACEBOOK_APP_SECRET")) == (None, "a")


@pytest.mark.parametrize("key", ["SADA_X_ACCESS_TOKEM__EAST", "SADA_X_ACCESS_TOKEN__", "SADA_DATA__EAST", "SADA_SEND_ANSWERS__EAST"])
def test_a_name_behind_what_is_no_credential_stops(key):
    with pytest.raises(BadSettings, match=f"{key}: is not a setting of Sada"):
        read({key: "x"})


def test_a_secret_file_that_is_not_there_stops(tmp_path):
    with pytest.raises(BadSettings, match="SADA_X_BEARER_TOKEN_FILE"):
        read({"SADA_X_BEARER_TOKEN_FILE": str(tmp_path / "none")})
