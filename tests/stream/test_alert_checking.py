"""Whom alerts reach is known before anything happens, and can be tried."""

from __future__ import annotations

import json

import msgspec
import pytest
from typer.testing import CliRunner

from core.deployment import AlertRule, Deployment
from core.settings import Settings
from stream import checking
from stream.alert_checking import tried
from tests.collectors.replay import Reply, replay
from tests.make import NOON

TOWN = Deployment(id="town", name={"en": "Town", "ar": "البلدة"}, timezone="UTC", languages=("en", "ar"))

ADDRESSES = [  # a rule's `to`, the environment, what is said of it
    (("$ALERTS_TO",), {"ALERTS_TO": "json://127.0.0.1:1/x"}, None),
    (("$ALERTS_TO",), {}, "$ALERTS_TO is not set"),
    (("$ALERTS_TO",), {"ALERTS_TO": "  "}, "$ALERTS_TO is not set"),
    (("$ALERTS_TO",), {"ALERTS_TO": "123:hunter2"}, "$ALERTS_TO (…): is not an address"),
    (("$ALERTS_TO",), {"ALERTS_TO": "json://127.0.0.1:1/x nosuch://hunter2"}, "$ALERTS_TO 2 (nosuch://…): is not an address"),
    ((), {}, "names nobody"),
]


@pytest.mark.parametrize(("to", "environment", "says"), ADDRESSES)
def test_whom_a_rule_reaches_is_known_before_anything_happens(tmp_path, monkeypatch, to, environment, says):
    monkeypatch.chdir(tmp_path)  # no .env
    monkeypatch.delenv("ALERTS_TO", raising=False)
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    town = msgspec.structs.replace(TOWN, alerts=(AlertRule(id="rising", when="theme", to=to),))
    told = [f for f in checking.findings(Settings(data=tmp_path), town, NOON, offline=True) if f.what == "alerts"]
    assert [f.state for f in told] == (["warning"] if says else [])
    assert all(says in f.says and "(for rising)" in f.says and f.then and "hunter2" not in f.says for f in told)


def test_rules_with_the_same_address_are_told_of_together(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ALERTS_TO", raising=False)
    rules = tuple(AlertRule(id=id, when="theme", to=("$ALERTS_TO",)) for id in ("rising", "loss"))
    town = msgspec.structs.replace(TOWN, alerts=rules)
    told = [f.says for f in checking.findings(Settings(data=tmp_path), town, NOON, offline=True) if f.what == "alerts"]
    assert len(told) == 1 and "(for rising, loss)" in told[0]


def test_a_rule_that_is_off_needs_nobody(tmp_path):
    town = msgspec.structs.replace(TOWN, alerts=(AlertRule(id="rising", when="theme", is_on=False),))
    assert not [f for f in checking.findings(Settings(data=tmp_path), town, NOON, offline=True) if f.what.startswith("alerts")]


def rules(*many: AlertRule) -> Deployment:
    return msgspec.structs.replace(TOWN, alerts=many)


def test_each_address_is_sent_one_message_in_each_language_of_its_rules(tmp_path):
    with replay({"/in": Reply(), "/boss": Reply(status=403)}) as server:
        here = server.url.removeprefix("http://")
        told = {"ALERTS_TO": f"json://{here}/in", "ALERTS_BOSS": f"json://{here}/boss"}
        town = rules(
            AlertRule(id="rising", when="theme", to=("$ALERTS_TO",), escalate_to=("$ALERTS_BOSS",)),
            AlertRule(id="loss", when="follower_drop", to=("$ALERTS_TO",)),
            AlertRule(id="mood", when="sentiment_fall", to=("$ALERTS_TO",), language="ar"),
            AlertRule(id="off", when="theme", to=("json://127.0.0.1:1/never",), is_on=False),
        )
        found = list(tried(town, told, "https://sada.example"))
    sent = [json.loads(asked.body) for asked in server.asked if asked.path == "/in"]
    assert [one["title"] for one in sent] == ["A trial of the alerts from Town", "تجربة تنبيهات البلدة"]
    assert "Nothing has happened" in sent[0]["message"] and "https://sada.example/alerts?lang=en" in sent[0]["message"]
    assert [f.state for f in found] == ["ok", "failed", "ok"]
    assert "$ALERTS_BOSS (json://…): refused with status 403" in found[1].says


def test_the_command_fails_where_an_address_takes_nothing_and_sends_nothing_unasked(tmp_path, monkeypatch):
    from stream.collect_command import app

    text = 'id = "town"\nname = { en = "Town" }\ntimezone = "UTC"\nlanguages = ["en"]\n[[alerts]]\nid = "a"\nwhen = "theme"\nto = ["$ALERTS_TO"]\n'
    (tmp_path / "town.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SADA_DATA", str(tmp_path / "var"))
    with replay({"/in": [Reply(status=500), Reply()]}) as server:
        monkeypatch.setenv("ALERTS_TO", f"json://{server.url.removeprefix('http://')}/in")
        asked = ["check", "--offline", "--json", "--deployment", str(tmp_path / "town.toml")]
        codes = [CliRunner().invoke(app, [*asked, *more]).exit_code for more in ((), ("--try-alerts",), ("--try-alerts",))]
    assert codes == [0, 1, 0]
    assert len(server.asked) == 2
