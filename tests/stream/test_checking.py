"""What `sada check` reads out of the ledger: budgets, the day's quota, red lights."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from collectors.base import Finding
from core.deployment import Deployment, OfficialAccount
from core.settings import Secret, Settings
from store.base import Batch, Pass
from store.embedded import EmbeddedStore
from stream import checking
from tests.collectors.replay import Reply, replay
from tests.make import NOON

TOWN = Deployment(
    id="town", name={"en": "Town"}, timezone="UTC", languages=("en",),
    accounts=(OfficialAccount(platform="x", handle="CITY", id="1001", monthly_reads=1000), OfficialAccount(platform="youtube", handle="city", id="UCcity")),
)  # fmt: skip


def line(source: str, spend: int, ago: timedelta = timedelta(minutes=1)) -> Pass:
    at = NOON - ago
    return Pass(
        id=f"{source}@{at}", source=source, platform=source.partition(".")[0], started=at, finished=at, spend=spend, state="ok", returned=1
    )


def found(folder, *passes: Pass) -> dict[str, Finding]:
    store = EmbeddedStore(folder / "posts.db", "UTC")
    store.save(Batch(passes=passes))
    store.close()
    return {f.what: f for f in checking.findings(Settings(data=folder), TOWN, NOON, offline=True)}


@pytest.mark.parametrize(("spend", "state"), [(10, "ok"), (950, "warning"), (2000, "warning")])
def test_a_sources_own_budget_is_told_with_what_is_left(tmp_path, spend, state):
    told = found(tmp_path, line("x.mentions.CITY", spend))["x.mentions.CITY budget"]
    assert told.state == state and f"{min(spend, 1000):,} of 1,000" in told.says and ("monthly_reads" in told.then) == (state == "warning")


def test_what_was_spent_last_month_is_not_counted(tmp_path):
    told = found(tmp_path, line("x.mentions.CITY", 950, timedelta(days=40)), line("x.mentions.CITY", 5))
    assert "5 of 1,000" in told["x.mentions.CITY budget"].says


@pytest.mark.parametrize(("spend", "state"), [(100, "ok"), (9_500, "warning")])
def test_the_days_units_of_youtube_are_counted_from_the_ledger(tmp_path, spend, state):
    told = found(
        tmp_path,
        line("youtube.comments.city", spend - 40),
        line("youtube.uploads.city", 40),
        line("youtube.feed.city", 7000, timedelta(days=2)),
    )
    assert told["youtube quota"].state == state and f"{spend:,} of the day's 10,000" in told["youtube quota"].says


def test_where_nothing_was_spent_nothing_is_said_of_a_quota(tmp_path):
    assert "youtube quota" not in found(tmp_path, line("youtube.feed.city", 0))


def test_before_anything_was_collected_the_credentials_are_told_and_no_health(tmp_path):
    told = list(checking.findings(Settings(data=tmp_path / "nothing"), TOWN, NOON, offline=True))
    assert [(f.what, f.state) for f in told] == [("deployment", "ok"), ("x credential", "warning"), ("youtube credential", "ok")]
    assert "SADA_X_BEARER_TOKEN" in told[1].says and "docs/credentials.md#x" in told[1].then


def test_what_one_platform_answers_never_hides_what_is_known_of_the_others(tmp_path):
    """X answers in a shape nobody foresaw: the other platforms are told all the same."""
    keys = {"X_BEARER_TOKEN": Secret("t"), "YOUTUBE_API_KEY": Secret("t")}

    def answer(asked):
        return (
            Reply({"items": [{"kind": "youtube#channel", "id": "UCcity"}]})
            if "youtube" in asked.path
            else Reply({"data": [{"username": ["?"]}], "errors": 5})
        )

    with replay(answer) as server:
        told = Settings(data=tmp_path, base_urls={"x": server.url, "youtube": server.url}, credentials=keys)
        found = {f.what: f.state for f in checking.findings(told, TOWN, NOON, offline=False)}
    assert found["youtube:city"] == "ok" and found["deployment"] == "ok"


X_KEYS = {f"X_{key}": Secret("s") for key in ("API_KEY", "API_SECRET", "ACCESS_TOKEN", "ACCESS_SECRET")}
EAST = OfficialAccount(platform="x", handle="EAST", keys="EAST")


@pytest.mark.parametrize(("says", "more", "told"), [
    ("no", {}, []),
    ("yes", {}, [("ok", "x: answers go out as x:CITY"), ("warning", "the keys of x:EAST are not all there")]),
    ("yes", {"X_ACCESS_TOKEN__EAST": Secret("s")}, [("ok", "as x:CITY"), ("warning", "x:EAST")]),
    ("yes", {"X_ACCESS_TOKEN__EAST": Secret("s"), "X_ACCESS_SECRET__EAST": Secret("s")}, [("ok", "x: answers go out as x:CITY, x:EAST")]),
])  # fmt: skip
def test_who_answers_is_told_and_who_waits_for_keys_of_its_own(tmp_path, says, more, told):
    town = msgspec.structs.replace(TOWN, accounts=(*TOWN.accounts, EAST))
    settings = Settings(data=tmp_path, others={"SEND_ANSWERS": says}, credentials=X_KEYS | more)
    found = [f for f in checking.findings(settings, town, NOON, offline=True) if f.what == "x answers"]
    assert [f.state for f in found] == [state for state, _ in told]
    assert all(words in f.says for f, (_, words) in zip(found, told, strict=True)) and "SECRET" not in str(found)
