"""The demo's desk has a guide and ready words in every language it speaks, and they are found by what people ask."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from cases import guide, wording
from cases.roles import Person, Role
from cases.store import open_cases
from core.settings import Settings
from stream import demo_words
from tests.cases.factory import CITY, case

NOW = datetime(2026, 5, 1, tzinfo=UTC)
BOSS = Person(name="demo", role=Role.SUPERVISOR)
ALL = msgspec.structs.replace(CITY, languages=("ar", "fa", "ru", "kk", "en"))
ASKED = {"ar": "كم يستغرق الحصول على رخصة بناء؟", "fa": "برای پروانه ساختمان چه مدارکی لازم است؟", "ru": "Сколько ждать разрешения на строительство?",
         "kk": "Құрылысқа рұқсат алу үшін не керек?", "en": "How long does a building permit take?"}  # fmt: skip


@pytest.fixture
def store(tmp_path):
    opened = open_cases(Settings(data=tmp_path))
    demo_words.keep(opened, BOSS, ALL, NOW)
    demo_words.keep(opened, BOSS, ALL, NOW)
    yield opened
    opened.close()


@pytest.mark.parametrize("language", ALL.languages)
def test_a_question_finds_its_procedure_in_its_language(store, language):
    entries = guide.every(store, language)
    assert len(entries) == len(demo_words.PROCEDURES)
    assert [p.id for p in guide.fitting(ASKED[language], entries, 1)] == ["demo-building"]


@pytest.mark.parametrize("language", ALL.languages)
def test_words_are_ready_in_every_language(store, language):
    (text,) = wording.fitting(wording.every(store), case(), language)
    assert "c-1" in text.text


def test_a_deployment_gets_its_own_languages_only(tmp_path):
    opened = open_cases(Settings(data=tmp_path))
    demo_words.keep(opened, BOSS, msgspec.structs.replace(CITY, languages=("kk",)), NOW)
    assert {p.language for p in guide.every(opened)} == {t.language for t in wording.every(opened)} == {"kk"}
    opened.close()
