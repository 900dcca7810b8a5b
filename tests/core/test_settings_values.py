"""A value that a setting cannot have stops the process at its door, in one sentence that shows no secret."""

from datetime import UTC, datetime

import pytest

from core.errors import BadSettings
from core.settings import PLATFORMS_WITH_ADDRESS, dotenv, read

ADDRESSES = ("ELASTICSEARCH", "DASHBOARD_URL", "OIDC_ISSUER", "OIDC_REDIRECT", *(f"{p.upper()}_BASE_URL" for p in PLATFORMS_WITH_ADDRESS))

# key, values it cannot have, what the sentence says it must be
WRONG = [
    ("NOW", ("yesterday", "22.11.2026", "12:20", "2026-13-01"), "a moment like"),
    ("SEND_ANSWERS", ("perhaps", "ja", "2", "yess"), "yes or no"),
    ("VIEW_WITHOUT_SIGN_IN", ("never", "disabled", "nein"), "yes or no"),  # read as yes it would show everybody everything
    ("PARTITIONS", ("0", "-1", "1.5", "many", "٣"), "whole number"),
    ("RETENTION_MONTHS", ("0", "two", "1e3"), "whole number"),
    ("RETENTION_HOURS", ("0", "a week"), "whole number"),
    ("KAFKA", ("localhost", "http://kafka:9092", "kafka:", ":9092", "kafka:9092,", "kafka:9092 other:1"), "host:port"),
    ("LOG_LEVEL", ("loud", "7"), "one of debug"),
    *((key, ("nonsense", "//name", "ftp://name", "http://", "https://:9200", "http://name:99999999", "http://[::1"), "an address like") for key in ADDRESSES),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "says"), [(key, value, says) for key, values, says in WRONG for value in values])
def test_a_value_that_cannot_be_is_refused_with_its_key_and_what_it_must_be(key, value, says):
    with pytest.raises(BadSettings, match=rf"^SADA_{key}: is not .*{says}.*Nothing was started\.$"):
        read({f"SADA_{key}": value})


RIGHT = [
    ("SEND_ANSWERS", ("yes", "No", "TRUE", "off", "1", "0", " yes ")),
    ("PARTITIONS", ("1", "64")),
    ("RETENTION_HOURS", ("24",)),
    ("KAFKA", ("127.0.0.1:19092", "a:1,b:2", "a:1, b:2", "kafka.example.org:9092")),
    ("LOG_LEVEL", ("INFO", "error")),
    ("ELASTICSEARCH", ("http://127.0.0.1:9200", "https://user:word@search.example:9200/", "http://[::1]:9200", "http://name")),
    ("X_BASE_URL", ("http://127.0.0.1:8000/2",)),
]


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in RIGHT for value in values])
def test_every_usual_way_of_writing_a_value_is_taken(key, value):
    assert read({f"SADA_{key}": value})


def test_a_password_in_an_address_is_not_shown():
    with pytest.raises(BadSettings) as raised:
        read({"SADA_ELASTICSEARCH": "htps://elastic:very-secret@search"})
    assert "very-secret" not in str(raised.value)


@pytest.mark.parametrize(("told", "otherwise", "says"), [("yes", False, True), ("on", False, True), ("no", True, False), ("off", True, False), (None, True, True), (None, False, False)])  # fmt: skip
def test_yes_and_no_are_read_alike_everywhere(told, otherwise, says):
    settings = read({} if told is None else {"SADA_SEND_ANSWERS": told})
    assert settings.says_yes("SEND_ANSWERS", otherwise) is says


@pytest.mark.parametrize("told", ["2026-11-22T12:20:00+03:00", "2026-11-22T09:20:00", "2026-11-22T09:20:00Z"])
def test_a_clock_that_is_held_still_is_utc_unless_it_says_otherwise(told):
    assert read({"SADA_NOW": told}).now == datetime(2026, 11, 22, 9, 20, tzinfo=UTC)
    assert read({}).now is None


# A .env file


def test_a_file_that_is_not_there_says_nothing(tmp_path):
    assert dotenv(tmp_path / ".env") == ""


@pytest.mark.parametrize("raw", [b"SADA_DATA=/d\n", b"\xef\xbb\xbfSADA_DATA=/d\r\n"])
def test_a_byte_order_mark_and_windows_lines_are_no_part_of_a_setting(tmp_path, raw):
    (tmp_path / ".env").write_bytes(raw)
    assert str(read({}, dotenv(tmp_path / ".env")).data) == "/d"


def test_a_file_that_is_no_text_is_named(tmp_path):
    (tmp_path / ".env").write_bytes(b"SADA_DATA=\xff\xfe\n")
    with pytest.raises(BadSettings, match=r"\.env: cannot be read as UTF-8"):
        dotenv(tmp_path / ".env")


# lines of a file → what they set
LINES = [
    ("SADA_DATA=/a=b", "/a=b"),
    ("export SADA_DATA=/a", "/a"),
    ("  SADA_DATA = '/a b' ", "/a b"),
    ('SADA_DATA="/a"', "/a"),
    ("# SADA_DATA=/x\n\nSADA_DATA=/a", "/a"),
    ("SADA_DATA=/a\nSADA_DATA=/b", "/b"),
    ("SADA_DATA=", "var"),  # empty: as if it were not there
    ("OTHER_PROGRAM=1", "var"),
]


@pytest.mark.parametrize(("text", "data"), LINES)
def test_each_usual_way_of_writing_a_line_is_read(text, data):
    assert str(read({}, text).data) == data


def test_an_empty_variable_takes_a_setting_of_the_file_away():
    assert read({"SADA_DEPLOYMENT": ""}, "SADA_DEPLOYMENT=gaza").deployment is None


def test_a_file_that_holds_a_secret_wins_over_a_plain_value_and_loses_its_last_line_break(tmp_path):
    (tmp_path / "token").write_text("from-a-file\n\n", encoding="utf-8")
    told = {"SADA_X_BEARER_TOKEN": "plain", "SADA_X_BEARER_TOKEN_FILE": str(tmp_path / "token")}
    assert read(told).credential("X_BEARER_TOKEN") == "from-a-file"


@pytest.mark.parametrize("key", ["X_BEARER_TOKEN", "ELASTICSEARCH_PASSWORD", "SECRET_KEY", "OIDC_CLIENT_SECRET", "FORM_SECRET"])
def test_what_is_secret_is_in_no_part_that_prints(key):
    settings = read({f"SADA_{key}": "very-secret"})
    assert "very-secret" not in repr(settings)
    assert "very-secret" not in str(settings.credentials) + str(settings.others)
    assert settings.credential(key) == "very-secret"


@pytest.mark.parametrize("key", ["POSTGRES", "ELASTICSEARCH", "X_BASE_URL", "OIDC_ISSUER"])
def test_an_address_with_a_password_in_it_does_not_print_either(key):
    assert "very-secret" not in repr(read({f"SADA_{key}": "http://sada:very-secret@server/x"}))


def test_a_whole_number_is_read_or_the_usual_one_stands():
    assert (read({"SADA_PARTITIONS": "12"}).count("PARTITIONS", 4), read({}).count("PARTITIONS", 4)) == (12, 4)
